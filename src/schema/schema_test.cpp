#include <gtest/gtest.h>

#include "core/boxes.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::schema {
namespace {

TEST(SchemaParser, PrintsBackWhatItRead) {
  for (const char* text : {
           "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
           "aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
           "aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]",
           "aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)",
           "aten::format(str self, ...) -> str",
           "aten::warn(str message, int stacklevel=2) -> ()",
           "aten::max.dim_max(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) max, Tensor(b!) max_values) -> "
           "(Tensor(a!) values, Tensor(b!) indices)",
           "prim::TupleUnpack(Any tup) -> ...",
       }) {
    const Result<FunctionSchema> schema = parse_schema(text);
    ASSERT_TRUE(schema.ok()) << schema.status().message();
    EXPECT_EQ(schema.value().to_text(), text);
  }
}

TEST(SchemaParser, ReadsListSizesMarksAndDefaults) {
  const Result<FunctionSchema> schema = parse_schema(
      "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, str mode='linear', float "
      "eps=1e-05) -> Tensor");
  ASSERT_TRUE(schema.ok()) << schema.status().message();
  const std::vector<Argument>& arguments = schema.value().arguments;
  EXPECT_TRUE(arguments[2].default_value->is_none());
  EXPECT_EQ(arguments[3].list_size, 2);
  EXPECT_EQ(arguments[3].default_value->as_list().items.size(), 2u);
  EXPECT_EQ(arguments[4].default_value->as_string(), "linear");
  EXPECT_EQ(arguments[5].default_value->as_double(), 1e-05);
}

TEST(SchemaParser, NamesWhatItCannotRead) {
  for (const char* text :
       {"aten::add(", "aten::add(Quux self) -> Tensor", "aten::add(Tensor) -> Tensor", "", "aten::f(int a=?) -> ()"}) {
    const Result<FunctionSchema> schema = parse_schema(text);
    ASSERT_FALSE(schema.ok()) << text;
    EXPECT_NE(schema.status().message().find(text), std::string::npos);
  }
}

Result<int64_t> halve(int64_t n) {
  HEDDLE_REQUIRE(n % 2 == 0, "odd: ", n);
  return n / 2;
}

TEST(OperatorTable, CallsBoxedKernels) {
  TableBuilder builder;
  builder.add("test::halve(int n) -> int", boxed<&halve>());
  auto table = builder.build();
  ASSERT_TRUE(table.ok());
  const Operator* op = table.value()->find("test::halve", "");
  ASSERT_NE(op, nullptr);
  const IValue six[] = {IValue(6)};
  EXPECT_EQ(call_operator(*op, six).value()[0].as_int(), 3);
  const IValue seven[] = {IValue(7)};
  EXPECT_EQ(call_operator(*op, seven).status().message(), "odd: 7");
  const IValue text[] = {IValue("six")};
  EXPECT_EQ(call_operator(*op, text).status().message(), "test::halve: argument 'n' must be int, but got str");
}

TEST(OperatorTable, RefusesKernelsThatReadOtherArguments) {
  TableBuilder builder;
  builder.add("test::halve() -> int", boxed<&halve>());
  EXPECT_EQ(builder.build().status().message(),
            "the operator table is broken:\nthe kernel of test::halve takes 1 arguments, its schema 0");
}

TEST(OperatorTable, RefusesDuplicatesAndOrphans) {
  TableBuilder twice;
  twice.add("test::f(int n) -> int", boxed<&halve>()).add("test::f(int m) -> int", boxed<&halve>());
  EXPECT_NE(twice.build().status().message().find("duplicate operator test::f"), std::string::npos);
  TableBuilder orphan;
  orphan.derive("test::g_(Tensor(a!) self) -> Tensor(a!)");
  EXPECT_NE(orphan.build().status().message().find("test::g_"), std::string::npos);
}

}  // namespace
}  // namespace heddle::schema
