#include "lang/schema_matcher.h"

#include <gtest/gtest.h>

#include "core/class_type.h"
#include "ir/printer.h"
#include "schema/operator_table.h"

namespace heddle::lang {
namespace {

// Declared in PyTorch's order, which decides between overloads.
constexpr const char* kOperators[] = {
    "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
    "aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
    "aten::add.out(Tensor self, Tensor other, *, Scalar alpha=1, Tensor(a!) out) -> Tensor(a!)",
    "aten::add.t(t[] a, t[] b) -> t[]",
    "aten::add.int(int a, int b) -> int",
    "aten::add.int_float(int a, float b) -> float",
    "aten::add(Scalar a, Scalar b) -> Scalar",
    "aten::mul.Tensor(Tensor self, Tensor other) -> Tensor",
    "aten::mul.Scalar(Tensor self, Scalar other) -> Tensor",
    "aten::reciprocal(Tensor self) -> Tensor",
    "aten::div.Tensor(Tensor self, Tensor other) -> Tensor",
    "aten::relu(Tensor self) -> Tensor",
    "aten::zeros(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
    "bool? pin_memory=None) -> Tensor",
    "aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, "
    "bool ceil_mode=False) -> Tensor",
    "aten::cat(Tensor[] tensors, int dim=0) -> Tensor",
    "aten::cat.names(Tensor[] tensors, str dim) -> Tensor",
    "aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
    "aten::softmax.Dimname(Tensor self, str dim, *, ScalarType? dtype=None) -> Tensor",
    "aten::dropout(Tensor input, float p, bool train) -> Tensor",
    "aten::full(int[] size, Scalar fill_value) -> Tensor",
    "aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
    "aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor",
    "aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)",
    "aten::view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)",
    "aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)",
    "aten::get.str(Dict(str, t) self, str key) -> t(*)?",
    "aten::len.t(t[] a) -> int",
    "aten::format(str self, ...) -> str",
    "aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
    "aten::lstm(Tensor input) -> (Tensor, Tensor, Tensor)",
    "aten::warn(str message, int stacklevel=2) -> ()",
    "aten::to.device(Tensor(a) self, Device device) -> Tensor(a)",
    "aten::index(Tensor self, Tensor?[] indices) -> Tensor",
    "aten::unzip(t[] a, int n) -> (t, t?)",
    "aten::IntImplicit(Tensor a) -> int",
    "aten::FloatImplicit(Tensor a) -> float",
    "aten::ScalarImplicit(Tensor a) -> Scalar",
    "aten::Int.Scalar(Scalar a) -> int",
    "aten::Int.bool(bool a) -> int",
    "aten::Float.Scalar(Scalar a) -> float",
    "aten::device(str a) -> Device",
};

class SchemaMatcher : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    schema::TableBuilder builder;
    for (const char* text : kOperators) builder.add(text, nullptr);
    auto table = builder.build();
    ASSERT_TRUE(table.ok()) << table.status().message();
    schema::install_operators(std::move(table).value());
  }

  ir::Value* value(const TypePtr& type) { return graph_.block()->add_input(type); }
  ir::Value* constant(IValue v) { return graph_.insert_constant(std::move(v)); }
  static CallArgument argument(ir::Value* v, std::string name = "") { return {v, {}, std::move(name)}; }
  static CallArguments positional(std::initializer_list<ir::Value*> values) {
    CallArguments out;
    for (ir::Value* v : values) out.positional.push_back(argument(v));
    return out;
  }
  CallArguments keywords(CallArguments out, std::initializer_list<std::pair<const char*, ir::Value*>> values) {
    for (const auto& [name, v] : values) out.keywords.push_back(argument(v, name));
    return out;
  }

  // The operators inserted, in order: "aten::IntImplicit prim::ListConstruct aten::zeros"; or the error.
  std::string emitted(std::string_view name, const CallArguments& arguments) {
    const Result<ir::Value*> result = emit_operator_call(name, arguments, {}, graph_);
    if (!result.ok()) return "error: " + result.status().message();
    result_ = result.value();
    std::string out;
    ir::for_each_node(graph_.block(), [&](ir::Node* node) {
      if (node->is(ir::NodeKind::kConstant)) return;
      if (!out.empty()) out += ' ';
      out +=
          node->is(ir::NodeKind::kOperator) ? node->op->schema.full_name() : std::string(ir::node_name(node->kind()));
    });
    return out;
  }

  ir::Graph graph_;
  ir::Value* result_ = nullptr;
};

#define EXPECT_CONTAINS(text, part)                              \
  do {                                                           \
    const std::string checked = (text);                          \
    EXPECT_NE(checked.find(part), std::string::npos) << checked; \
  } while (false)

TEST_F(SchemaMatcher, TheFirstOverloadThatFitsWithoutConversionWins) {
  EXPECT_EQ(emitted("aten::add", positional({value(types::integer()), value(types::integer())})), "aten::add.int");
  EXPECT_EQ(result_->type(), types::integer());
}

TEST_F(SchemaMatcher, ConversionsComeSecond) {
  // add.int would fit with IntImplicit; the number left of a tensor fits without.
  EXPECT_EQ(emitted("aten::add", positional({value(types::integer()), value(types::tensor())})), "aten::add.Scalar");
  EXPECT_EQ(result_->type(), types::tensor());
}

TEST_F(SchemaMatcher, DefaultsAndKeywords) {
  ir::Value* x = value(types::tensor());
  ir::Value* two = constant(2);
  EXPECT_EQ(emitted("aten::add", keywords(positional({x}), {{"other", x}, {"alpha", two}})), "aten::add.Tensor");
  EXPECT_EQ(result_->node()->inputs(), (std::vector<ir::Value*>{x, x, two}));
  EXPECT_EQ(emitted("aten::relu", keywords({}, {{"input", x}})), "aten::add.Tensor aten::relu");
  ASSERT_EQ(emitted("aten::softmax", positional({x, two})), "aten::add.Tensor aten::relu aten::softmax.int");
  EXPECT_TRUE(result_->node()->input(2)->node()->constant.is_none());
}

TEST_F(SchemaMatcher, OutOverloadsNeedTheirKeyword) {
  ir::Value* x = value(types::tensor());
  EXPECT_EQ(emitted("aten::add", keywords(positional({x, x}), {{"out", x}})), "aten::add.out");
}

TEST_F(SchemaMatcher, TheReceiverStandsWhereSelfIs) {
  ir::Value* x = value(types::tensor());
  ir::Value* condition = value(types::tensor());
  ir::Value* other = value(types::tensor());
  CallArguments call = positional({condition, other});
  call.self = argument(x);
  EXPECT_EQ(emitted("aten::where", call), "aten::where.self");
  EXPECT_EQ(result_->node()->inputs(), (std::vector<ir::Value*>{condition, x, other}));
  CallArguments no_method = positional({x});
  no_method.self = argument(x);
  EXPECT_CONTAINS(emitted("aten::lstm", no_method), "no parameter is called 'self'");
}

TEST_F(SchemaMatcher, NumbersLeftOfTensors) {
  EXPECT_EQ(emitted("aten::div", positional({value(types::floating()), value(types::tensor())})),
            "aten::reciprocal aten::mul.Scalar");
}

TEST_F(SchemaMatcher, RestOfTheArgumentsMakesAList) {
  EXPECT_EQ(emitted("aten::zeros", positional({value(types::tensor()), value(types::integer())})),
            "aten::IntImplicit prim::ListConstruct aten::zeros");
  EXPECT_CONTAINS(emitted("aten::zeros", positional({value(types::integer()), value(types::string())})),
                  "argument 'size' must be int but is str");
}

TEST_F(SchemaMatcher, ViewOfANumberIsAShape) {
  EXPECT_EQ(emitted("aten::view", positional({value(types::tensor()), constant(1)})), "prim::ListConstruct aten::view");
}

TEST_F(SchemaMatcher, TuplesBecomeLists) {
  const TypePtr pair = types::tuple({types::tensor(), types::tensor()});
  EXPECT_EQ(emitted("aten::cat", positional({value(pair)})), "prim::TupleUnpack prim::ListConstruct aten::cat");
  EXPECT_CONTAINS(emitted("aten::cat", positional({value(types::tuple({types::tensor(), types::integer()}))})),
                  "argument 'tensors' must be List[Tensor] but is Tuple[Tensor, int]");
}

TEST_F(SchemaMatcher, ElementsFitOptionalElements) {
  // A list is what it is; a tuple becomes a list of any type its elements fit.
  EXPECT_EQ(emitted("aten::index",
                    positional({value(types::tensor()), value(types::tuple({types::tensor(), types::none()}))})),
            "prim::TupleUnpack prim::ListConstruct aten::index");
  EXPECT_CONTAINS(emitted("aten::index", positional({value(types::tensor()), value(types::list(types::integer()))})),
                  "must be List[Optional[Tensor]] but is List[int]");
}

TEST_F(SchemaMatcher, ANumberIsRepeatedForAFixedList) {
  EXPECT_EQ(emitted("aten::max_pool2d", positional({value(types::tensor()), value(types::integer())})),
            "prim::ListConstruct aten::max_pool2d");
  EXPECT_EQ(result_->node()->input(1)->node()->inputs().size(), 2u);
  EXPECT_CONTAINS(emitted("aten::max_pool2d",
                          positional({value(types::tensor()), value(types::integer()), value(types::tensor())})),
                  "argument 'stride' must be List[int] but is Tensor");
}

TEST_F(SchemaMatcher, EmptyListsTakeTheTypeAskedFor) {
  ir::Node* empty = graph_.insert(graph_.create(ir::NodeKind::kListConstruct));
  ir::Value* list = empty->add_output(types::list(types::tensor()));
  EXPECT_EQ(emitted("aten::full", positional({list, value(types::integer())})),
            "prim::ListConstruct prim::ListConstruct aten::full");
  // Once it is used as a list of tensors it may hold some.
  ASSERT_TRUE(emit_operator_call("aten::cat", positional({list}), {}, graph_).ok());
  EXPECT_CONTAINS(emitted("aten::full", positional({list, value(types::integer())})),
                  "argument 'size' must be List[int]");
}

TEST_F(SchemaMatcher, TensorsAndNumbersConvertImplicitly) {
  ir::Value* x = value(types::tensor());
  EXPECT_EQ(emitted("aten::softmax", positional({x, x})), "aten::IntImplicit aten::softmax.int");
  EXPECT_EQ(emitted("aten::softmax", positional({x, value(types::number())})),
            "aten::IntImplicit aten::softmax.int aten::Int.Scalar aten::softmax.int");
  graph_.block()->clear();
  EXPECT_EQ(emitted("aten::full", positional({value(types::list(types::integer())), x})),
            "aten::ScalarImplicit aten::full");
}

TEST_F(SchemaMatcher, TruthValuesAreNumbersAndStringsAreDevices) {
  EXPECT_EQ(emitted("aten::to", positional({value(types::tensor()), value(types::string())})),
            "aten::device aten::to.device");
  EXPECT_EQ(emitted("aten::mul", positional({value(types::tensor()), value(types::boolean())})),
            "aten::device aten::to.device aten::Int.bool aten::mul.Scalar");
}

TEST_F(SchemaMatcher, IntegersAreNoFloats) {
  EXPECT_CONTAINS(emitted("aten::dropout", positional({value(types::tensor()), constant(1), constant(true)})),
                  "argument 'p' must be float but is int");
  EXPECT_CONTAINS(
      emitted("aten::softmax", positional({value(types::tensor()), value(types::optional(types::integer()))})),
      "argument 'dim' must be int but is Optional[int] (compare it with None first)");
}

TEST_F(SchemaMatcher, TypeVariables) {
  ir::Value* list = value(types::list(types::optional(types::integer())));
  EXPECT_EQ(emitted("aten::append", positional({list, constant(IValue())})), "aten::append.t");
  EXPECT_EQ(result_->type()->to_text(), "List[Optional[int]]");
  EXPECT_CONTAINS(emitted("aten::append", positional({value(types::list(types::floating())), constant(1)})),
                  "argument 'el' does not fit: 't' is float in this call, which int does not fit");
  const TypePtr dict = types::dict(types::string(), types::integer());
  ASSERT_FALSE(emitted("aten::get", positional({value(dict), value(types::string())})).starts_with("error"));
  EXPECT_EQ(result_->type()->to_text(), "Optional[int]");
  EXPECT_CONTAINS(emitted("aten::len", positional({value(types::string())})), "str does not match");
}

TEST_F(SchemaMatcher, UnknownFitsEverywhere) {
  ir::Value* unknown = value(types::unknown());
  EXPECT_EQ(emitted("aten::append", positional({unknown, constant(1)})), "aten::append.t");
  EXPECT_EQ(emitted("aten::dropout", positional({unknown, unknown, unknown})), "aten::append.t aten::dropout");
}

TEST_F(SchemaMatcher, FurtherArgumentsOfAVariadicOperator) {
  EXPECT_EQ(emitted("aten::format", positional({value(types::string()), constant(1), value(types::tensor())})),
            "aten::format");
  EXPECT_EQ(result_->node()->inputs().size(), 3u);
}

TEST_F(SchemaMatcher, SeveralResultsMakeATuple) {
  EXPECT_EQ(emitted("aten::max", positional({value(types::tensor()), constant(1)})),
            "aten::max.dim prim::TupleConstruct");
  const NamedTupleType* named = as_named_tuple(*result_->type());
  ASSERT_TRUE(named);
  EXPECT_EQ(named->fields()[1].name, "indices");
  EXPECT_EQ(named->qualified_name(), "torch.return_types.max");
  ASSERT_FALSE(emitted("aten::lstm", positional({value(types::tensor())})).starts_with("error"));
  EXPECT_EQ(result_->type()->to_text(), "Tuple[Tensor, Tensor, Tensor]");
  ASSERT_FALSE(emitted("aten::warn", positional({value(types::string())})).starts_with("error"));
  EXPECT_EQ(result_->type(), types::none());
  ASSERT_FALSE(
      emitted("aten::unzip", positional({value(types::list(types::integer())), constant(1)})).starts_with("error"));
  EXPECT_EQ(result_->type()->to_text(), "Tuple[int, Optional[int]]");
}

TEST_F(SchemaMatcher, ListsEveryVariantWithItsReason) {
  const std::string message = emitted("aten::add", positional({value(types::tensor()), value(types::string())}));
  EXPECT_CONTAINS(message, "Arguments for call are not valid");
  EXPECT_CONTAINS(message, "The following variants are available:");
  EXPECT_CONTAINS(message,
                  "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor\n"
                  "    argument 'other' must be Tensor but is str");
  EXPECT_CONTAINS(message, "aten::add.int(int a, int b) -> int\n    argument 'b' must be int but is str");
  EXPECT_CONTAINS(message, "The original call is");
}

TEST_F(SchemaMatcher, DeclinedOverloadsLeaveNothing) {
  ir::Value* x = value(types::tensor());
  EXPECT_TRUE(emitted("aten::add", positional({x, value(types::string())})).starts_with("error"));
  EXPECT_EQ(graph_.block()->first(), graph_.block()->return_node());
  EXPECT_TRUE(x->uses().empty());
}

TEST_F(SchemaMatcher, WrongCounts) {
  ir::Value* x = value(types::tensor());
  EXPECT_CONTAINS(emitted("aten::relu", positional({x, x})), "takes at most 1 positional arguments but 2 are given");
  EXPECT_CONTAINS(emitted("aten::relu", positional({})), "argument 'self' is missing");
  EXPECT_CONTAINS(emitted("aten::relu", keywords(positional({x}), {{"inplace", x}})), "there is no argument 'inplace'");
  EXPECT_CONTAINS(emitted("aten::relu", keywords(positional({x}), {{"self", x}})), "argument 'self' is given twice");
  EXPECT_CONTAINS(emitted("aten::nothing", positional({x})), "there is no operator aten::nothing");
}

TEST_F(SchemaMatcher, PointsAtTheArgument) {
  const auto source = make_ref<Source>("m.py", "torch.relu('a')\n");
  CallArguments call = positional({value(types::string())});
  call.positional[0].range = {source, 11, 14};
  const auto result = emit_operator_call("aten::relu", call, {source, 0, 15}, graph_);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), ErrorCode::kSyntax);
  EXPECT_CONTAINS(result.status().message(), "               ~~~ <--- HERE");
}

TEST_F(SchemaMatcher, ConvertsOutsideCalls) {
  ir::Value* x = value(types::tensor());
  const auto as_float = convert_implicitly(x, types::optional(types::floating()), {}, graph_);
  ASSERT_TRUE(as_float.ok());
  EXPECT_EQ(as_float.value()->type(), types::floating());
  const auto same = convert_implicitly(x, types::string(), {}, graph_);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same.value(), x);
  ir::Value* pair = value(types::tuple({types::tensor(), types::string()}));
  const auto converted = convert_implicitly(pair, types::tuple({types::integer(), types::string()}), {}, graph_);
  ASSERT_TRUE(converted.ok());
  EXPECT_EQ(converted.value()->type()->to_text(), "Tuple[int, str]");
  const auto hopeless = convert_implicitly(pair, types::tuple({types::integer(), types::integer()}), {}, graph_);
  ASSERT_TRUE(hopeless.ok());
  EXPECT_EQ(hopeless.value(), pair);
}

}  // namespace
}  // namespace heddle::lang
