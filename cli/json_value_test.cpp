#include "cli/json_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/adapt.h"
#include "core/boxes.h"
#include "core/class_type.h"

namespace heddle::cli {
namespace {

IValue parsed(std::string_view text) {
  Result<IValue> result = parse_json_value(text);
  EXPECT_TRUE(result.ok()) << text;
  return result.ok() ? result.value() : IValue();
}

std::string described(const IValue& value) { return value.type_text() + " " + repr_text(value); }

TEST(JsonValue, Parses) {
  EXPECT_EQ(described(parsed("[1, 2]")), "List[int] [1, 2]");
  EXPECT_EQ(described(parsed("[1, 2.5]")), "List[float] [1.0, 2.5]");
  EXPECT_EQ(described(parsed("[[1], [2, 3]]")), "List[List[int]] [[1], [2, 3]]");
  EXPECT_EQ(described(parsed("[\"a\", null]")), "List[Optional[str]] ['a', None]");
  EXPECT_EQ(described(parsed("{\"b\": 1, \"a\": 2}")), "Dict[str, int] {'b': 1, 'a': 2}");
  EXPECT_EQ(described(parsed("true")), "bool True");
  EXPECT_TRUE(parsed("null").is_none());
}

TEST(JsonValue, RefusesWhatCannotBe) {
  EXPECT_FALSE(parse_json_value("[1,").ok());
  EXPECT_FALSE(parse_json_value("").ok());
  EXPECT_FALSE(parse_json_value("18446744073709551615").ok());
  EXPECT_FALSE(parse_json_value(std::string(200, '[') + std::string(200, ']')).ok());
}

TEST(JsonValue, WritesValues) {
  const Tensor tensor = Tensor::empty(Dims{2, 2}, DType::kFloat32).value();
  for (int i = 0; i < 4; ++i) tensor.data<float>()[i] = static_cast<float>(i);
  tensor.data<float>()[3] = -HUGE_VALF;
  EXPECT_EQ(to_json(IValue(tensor)).dump(), "[[0.0,1.0],[2.0,\"-Infinity\"]]");
  EXPECT_EQ(to_json(IValue(tensor.transpose(0, 1).select(0, 1))).dump(), "[1.0,\"-Infinity\"]");
  EXPECT_EQ(to_json(make_tuple({IValue(1), IValue(true), IValue(), IValue("x")})).dump(), "[1,true,null,\"x\"]");
  EXPECT_EQ(to_json(IValue(std::complex<double>(1, -2))).dump(), "[1.0,-2.0]");
  EXPECT_EQ(to_json(parsed("{\"a\": [1.5]}")).dump(), "{\"a\":[1.5]}");
}

TEST(Adapt, NumbersToTheirParameter) {
  EXPECT_EQ(described(adapt_to_type(IValue(3), types::floating())), "float 3.0");
  EXPECT_EQ(described(adapt_to_type(IValue(3), types::integer())), "int 3");
  EXPECT_EQ(described(adapt_to_type(IValue(2.5), types::integer())), "float 2.5");
  EXPECT_EQ(described(adapt_to_type(IValue(3), types::optional(types::floating()))), "float 3.0");
  EXPECT_TRUE(adapt_to_type(IValue(), types::optional(types::floating())).is_none());
}

TEST(Adapt, ListsToTensorsTuplesAndTypedLists) {
  const IValue tensor = adapt_to_type(parsed("[[1, 2], [3, 4]]"), types::tensor());
  ASSERT_TRUE(tensor.is_tensor());
  EXPECT_EQ(tensor.as_tensor().dtype(), DType::kInt64);
  EXPECT_EQ(tensor.as_tensor().sizes(), (Dims{2, 2}));
  EXPECT_EQ(tensor.as_tensor().data<int64_t>()[3], 4);
  EXPECT_EQ(adapt_to_type(parsed("[1, 2.5]"), types::tensor()).as_tensor().dtype(), DType::kFloat32);
  EXPECT_EQ(adapt_to_type(parsed("[]"), types::tensor()).as_tensor().dtype(), DType::kFloat32);
  EXPECT_TRUE(adapt_to_type(parsed("[[1], [2, 3]]"), types::tensor()).is_list());
  EXPECT_TRUE(adapt_to_type(parsed("[\"a\"]"), types::tensor()).is_list());

  EXPECT_EQ(described(adapt_to_type(parsed("[1, 2]"), types::tuple({types::integer(), types::floating()}))),
            "Tuple[int, float] (1, 2.0)");
  EXPECT_TRUE(adapt_to_type(parsed("[1]"), types::tuple({types::integer(), types::floating()})).is_list());
  EXPECT_EQ(described(adapt_to_type(parsed("[]"), types::list(types::string()))), "List[str] []");
  EXPECT_EQ(described(adapt_to_type(parsed("{\"7\": 1}"), types::dict(types::integer(), types::floating()))),
            "Dict[int, float] {7: 1.0}");
}

TEST(Adapt, UnionsTakeTheFirstFit) {
  const TypePtr type = types::make_union({types::string(), types::list(types::floating())});
  EXPECT_EQ(described(adapt_to_type(parsed("[1]"), type)), "List[float] [1.0]");
  EXPECT_EQ(described(adapt_to_type(IValue("x"), type)), "str 'x'");
}

TEST(Adapt, UnionsPreferTheKindThatWasGiven) {
  const TypePtr type = types::make_union({types::tensor(), types::list(types::integer()), types::floating()});
  EXPECT_EQ(described(adapt_to_type(parsed("[1, 2]"), type)), "List[int] [1, 2]");
  EXPECT_TRUE(adapt_to_type(parsed("[[1, 2]]"), type).is_tensor());
  EXPECT_EQ(described(adapt_to_type(IValue(1), type)), "float 1.0");
}

TEST(Adapt, TextToDevice) { EXPECT_TRUE(adapt_to_type(IValue("cpu"), simple_type(TypeKind::kDevice)).is_device()); }

}  // namespace
}  // namespace heddle::cli
