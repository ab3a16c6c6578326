// Operators on lists of tensors: what the operator without _foreach_ gives for each.
#include <string>

#include "core/boxes.h"
#include "ops/common/out.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr std::string_view kPrefix = "aten::_foreach_";

bool is_list_of(const schema::Argument& argument, TypeKind element) {
  return argument.type->is(TypeKind::kList) && argument.type->element()->is(element);
}

// Whether the argument is a list with an item for each tensor.
bool is_spread(const schema::Argument& argument) {
  return is_list_of(argument, TypeKind::kTensor) || is_list_of(argument, TypeKind::kNumber);
}

// "aten::add.Tensor" of "aten::_foreach_add.List_out".
const schema::Operator* single_operator(const schema::FunctionSchema& schema) {
  const std::string name = schema.name.substr(kPrefix.size());
  if (name == "norm") return schema::operators().find("aten::linalg_vector_norm", "");
  const bool on_numbers = schema.overload.starts_with("Scalar");
  const schema::Operator* found = schema::operators().find(concat("aten::", name), on_numbers ? "Scalar" : "Tensor");
  if (!found) found = schema::operators().find(concat("aten::", name), "");
  // maximum and minimum are in place on lists only.
  return found || !name.ends_with('_')
             ? found
             : schema::operators().find(concat("aten::", name.substr(0, name.size() - 1)), "");
}

Status each(const schema::Call& call) {
  const schema::FunctionSchema& schema = call.op().schema;
  const schema::Operator* op = single_operator(schema);
  HEDDLE_REQUIRE_CODE(op, kRuntime, schema.name, ": there is no such operator on one tensor");
  const bool has_out = schema.overload.ends_with("out");
  const size_t given = schema.arguments.size() - (has_out ? 1 : 0);
  const size_t count = call.argument(0).as_list().items.size();
  HEDDLE_REQUIRE(count > 0, schema.name, ": the list of tensors is empty");
  for (size_t i = 0; i < schema.arguments.size(); ++i) {
    if (!is_spread(schema.arguments[i])) continue;
    const size_t length = call.argument(i).as_list().items.size();
    HEDDLE_REQUIRE(length == count, schema.name, ": lists must have the same number of items, but '",
                   schema.arguments[i].name, "' has ", length, " and there are ", count, " tensors");
  }
  std::vector<IValue> results;
  for (size_t item = 0; item < count; ++item) {
    std::vector<IValue> arguments;
    for (size_t i = 0; i < given; ++i) {
      const IValue& value = call.argument(i);
      arguments.push_back(is_spread(schema.arguments[i]) ? value.as_list().items[item] : value);
    }
    for (size_t i = given; i < op->schema.arguments.size(); ++i) {
      arguments.push_back(op->schema.arguments[i].default_value.value_or(IValue()));
    }
    results.push_back(HEDDLE_TRY(schema::call_operator(*op, arguments))[0]);
  }
  if (!schema.returns.empty()) {
    call.set_result(0, make_list(types::tensor(), std::move(results)));
    return ok_status();
  }
  const std::vector<IValue>& written = call.argument(has_out ? given : 0).as_list().items;
  for (size_t item = 0; item < count; ++item) {
    const Tensor& to = written[item].as_tensor();
    const Tensor& result = results[item].as_tensor();
    if (!result.is_same(to)) HEDDLE_TRY((has_out ? Out::into(to) : Out::in_place(to)).deliver(result));
  }
  return ok_status();
}

// The three forms of one overload: what follows the tensors, with its commas.
void add(schema::TableBuilder& table, std::string_view name, std::string_view overload, std::string_view parameters,
         bool has_in_place = true) {
  const std::string functional = concat(kPrefix, name, overload.empty() ? "" : ".", overload);
  const std::string out = concat(kPrefix, name, ".", overload, overload.empty() ? "out" : "_out");
  const bool has_keywords = parameters.find('*') != std::string_view::npos;
  table.add(concat(functional, "(Tensor[] self", parameters, ") -> Tensor[]"), &each);
  table.add(concat(out, "(Tensor[] self", parameters, has_keywords ? "" : ", *", ", Tensor(a!)[] out) -> ()"), &each);
  if (!has_in_place) return;
  table.add(
      concat(kPrefix, name, "_", overload.empty() ? "" : ".", overload, "(Tensor(a!)[] self", parameters, ") -> ()"),
      &each);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(foreach) {
  using heddle::ops::add;
  for (const char* name :
       {"abs",   "acos",    "asin", "atan",   "ceil", "cos",   "cosh",  "erf",   "erfc", "exp",
        "expm1", "floor",   "frac", "lgamma", "log",  "log10", "log1p", "log2",  "neg",  "reciprocal",
        "round", "sigmoid", "sin",  "sinh",   "sqrt", "tan",   "tanh",  "trunc", "zero"}) {
    add(table, name, "", "");
  }
  for (const char* name : {"add", "sub", "mul", "div"}) {
    const bool has_factor = name[0] == 'a' || name[0] == 's';
    add(table, name, "Scalar", ", Scalar scalar");
    add(table, name, "List", has_factor ? ", Tensor[] other, *, Scalar alpha=1" : ", Tensor[] other");
    add(table, name, "ScalarList", ", Scalar[] scalars");
  }
  for (const char* name : {"maximum", "minimum"}) add(table, name, "List", ", Tensor[] other");
  for (const char* name : {"addcmul", "addcdiv"}) {
    add(table, name, "Scalar", ", Tensor[] tensor1, Tensor[] tensor2, Scalar value=1");
    add(table, name, "ScalarList", ", Tensor[] tensor1, Tensor[] tensor2, Scalar[] scalars");
  }
  add(table, "norm", "Scalar", ", Scalar ord=2", /*has_in_place=*/false);
}
