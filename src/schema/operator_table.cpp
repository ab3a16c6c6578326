#include "schema/operator_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "schema/custom_operators.h"
#include "schema/derived_forms.h"
#include "schema/lazy_calls.h"

namespace heddle::schema {
namespace {

std::unique_ptr<const OperatorTable>& installed() {
  static std::unique_ptr<const OperatorTable> table;
  return table;
}

// Whether `functional` takes what `form` takes, less the arguments that only receive results.
bool same_inputs(const FunctionSchema& form, const FunctionSchema& functional) {
  size_t i = 0;
  for (const Argument& argument : form.arguments) {
    if (argument.is_out) continue;
    if (i == functional.arguments.size()) return false;
    const Argument& other = functional.arguments[i++];
    if (other.name != argument.name || other.is_written() || !same_type(*other.type, *argument.type)) return false;
  }
  return i == functional.arguments.size();
}

bool takes_tensor(const Operator& op) {
  return std::any_of(op.schema.arguments.begin(), op.schema.arguments.end(),
                     [](const Argument& argument) { return argument.type->is(TypeKind::kTensor); });
}

}  // namespace

std::span<const Operator* const> OperatorTable::overloads(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return custom_overloads(name);
  return found->second;
}

const Operator* OperatorTable::find(std::string_view name, std::string_view overload) const {
  for (const Operator* op : overloads(name)) {
    if (op->schema.overload == overload) return op;
  }
  return nullptr;
}

TableBuilder& TableBuilder::add(std::string_view text, Kernel kernel, uint32_t flags) {
  Result<FunctionSchema> parsed = parse_schema(text);
  if (!parsed.ok()) {
    problems_.push_back(parsed.status().message());
    return *this;
  }
  auto op = std::make_unique<Operator>();
  op->schema = std::move(parsed).value();
  op->kernel = kernel;
  op->flags = flags;
  const size_t arguments = op->schema.arguments.size();
  if (kernel.parameters() != Kernel::kUnknown && static_cast<size_t>(kernel.parameters()) != arguments) {
    problems_.push_back(concat("the kernel of ", op->schema.full_name(), " takes ", kernel.parameters(),
                               " arguments, its schema ", arguments));
  }
  std::vector<const Operator*>& overloads = table_->by_name_[op->schema.name];
  for (const Operator* other : overloads) {
    if (other->schema.overload == op->schema.overload)
      problems_.push_back(concat("duplicate operator ", op->schema.full_name()));
  }
  overloads.push_back(op.get());
  table_->operators_.push_back(std::move(op));
  return *this;
}

TableBuilder& TableBuilder::derive(std::string_view text) {
  const size_t before = table_->operators_.size();
  add(text, nullptr);
  if (table_->operators_.size() > before) derived_.push_back(table_->operators_.back().get());
  return *this;
}

TableBuilder& TableBuilder::alias(std::string_view name) {
  const Operator& original = *table_->operators_.back();
  auto copy = std::make_unique<Operator>(original);
  copy->schema.name = name;
  table_->by_name_[copy->schema.name].push_back(copy.get());
  if (!original.kernel) derived_.push_back(copy.get());
  table_->operators_.push_back(std::move(copy));
  return *this;
}

TableBuilder& TableBuilder::implementation(std::string_view name, std::string_view description) {
  table_->operators_.back()->implementations.push_back({std::string(name), std::string(description)});
  return *this;
}

Result<std::unique_ptr<const OperatorTable>> TableBuilder::build() {
  for (Operator* form : derived_) {
    const bool out_form = std::any_of(form->schema.arguments.begin(), form->schema.arguments.end(),
                                      [](const Argument& a) { return a.is_out; });
    std::string name = form->schema.name;
    if (!out_form && name.ends_with('_')) name.pop_back();
    for (const Operator* candidate : table_->overloads(name)) {
      if (candidate != form && !form->functional && same_inputs(form->schema, candidate->schema))
        form->functional = candidate;
    }
    form->kernel = out_form ? &run_out_form : &run_inplace_form;
    if (form->functional) {
      form->flags = form->functional->flags;
    } else {
      problems_.push_back(concat("no functional operator for the derived form ", form->schema.to_text()));
    }
  }
  // A call is matched with overloads in order, and PyTorch tries those on tensors before those on plain values.
  for (auto& [name, overloads] : table_->by_name_) {
    std::stable_partition(overloads.begin(), overloads.end(), [](const Operator* op) { return takes_tensor(*op); });
  }
  for (const auto& op : table_->operators_) table_->sorted_.push_back(op.get());
  std::sort(table_->sorted_.begin(), table_->sorted_.end(), [](const Operator* a, const Operator* b) {
    return std::pair(std::string_view(a->schema.name), std::string_view(a->schema.overload)) <
           std::pair(std::string_view(b->schema.name), std::string_view(b->schema.overload));
  });
  HEDDLE_REQUIRE(problems_.empty(), "the operator table is broken:\n", join(problems_, "\n"));
  return std::unique_ptr<const OperatorTable>(std::move(table_));
}

const OperatorTable& operators() {
  if (!installed()) {
    std::fputs("heddle: operators() before install_operators()\n", stderr);
    std::abort();
  }
  return *installed();
}

void install_operators(std::unique_ptr<const OperatorTable> table) { installed() = std::move(table); }

Result<std::vector<IValue>> call_operator(const Operator& op, std::span<const IValue> arguments) {
  HEDDLE_REQUIRE(arguments.size() == op.schema.arguments.size() ||
                     (op.schema.is_vararg && arguments.size() >= op.schema.arguments.size()),
                 op.schema.full_name(), " takes ", op.schema.arguments.size(), " arguments but ", arguments.size(),
                 " were given");
  const size_t results = op.schema.is_varret ? 1 : op.schema.returns.size();
  std::vector<IValue> registers(arguments.begin(), arguments.end());
  registers.resize(arguments.size() + results);
  SmallVector<uint32_t, 24> slots(registers.size());
  for (size_t i = 0; i < slots.size(); ++i) slots[i] = static_cast<uint32_t>(i);
  const auto count = static_cast<uint32_t>(arguments.size());
  HEDDLE_TRY(run_kernel(
      op, Call(op, registers.data(), slots.data(), count, slots.data() + count, static_cast<uint32_t>(results))));
  return std::vector<IValue>(std::make_move_iterator(registers.begin() + count),
                             std::make_move_iterator(registers.end()));
}

}  // namespace heddle::schema
