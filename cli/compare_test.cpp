#include "cli/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/boxes.h"

namespace heddle::cli {
namespace {

Tensor floats(std::vector<float> values) {
  const Tensor tensor = Tensor::empty(Dims{static_cast<int64_t>(values.size())}, DType::kFloat32).value();
  std::copy(values.begin(), values.end(), tensor.data<float>());
  return tensor;
}

std::string difference(const IValue& actual, const IValue& expected) {
  const Comparison result = compare(actual, expected, {});
  return result.equal() ? "" : result.differences[0];
}

TEST(Compare, TensorsWithinTolerance) {
  const Comparison result = compare(IValue(floats({1, 100})), IValue(floats({1, 100.005f})), {});
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(result.compared, 2);
  EXPECT_NEAR(result.largest, 0.005, 1e-4);
  EXPECT_FALSE(compare(IValue(floats({1})), IValue(floats({1.01f})), {}).equal());
  EXPECT_TRUE(compare(IValue(floats({1})), IValue(floats({1.01f})), {.rtol = 0.1, .atol = 0}).equal());
}

TEST(Compare, SaysWhereTensorsDiffer) {
  EXPECT_EQ(difference(IValue(floats({1, 2, 3})), IValue(floats({1, 5, 6}))),
            "output differs in 2 of 3 elements; the first at [1] is 2.0, expected 5.0");
  EXPECT_EQ(difference(IValue(floats({1})), IValue(floats({1, 2}))), "output has shape [1], expected [2]");
  EXPECT_EQ(difference(IValue(floats({1})), IValue(Tensor::empty(Dims{1}, DType::kInt64).value())),
            "output is of dtype float32, expected int64");
}

TEST(Compare, SpecialNumbers) {
  const float inf = HUGE_VALF, nan = std::nanf("");
  EXPECT_TRUE(compare(IValue(floats({inf, -inf, nan})), IValue(floats({inf, -inf, nan})), {}).equal());
  EXPECT_FALSE(compare(IValue(floats({inf})), IValue(floats({-inf})), {}).equal());
  EXPECT_FALSE(compare(IValue(floats({1})), IValue(floats({inf})), {}).equal());
  EXPECT_FALSE(compare(IValue(floats({nan})), IValue(floats({1})), {}).equal());
  EXPECT_FALSE(compare(IValue(floats({1})), IValue(floats({nan})), {}).equal());
}

TEST(Compare, StridesDoNotMatter) {
  const Tensor square = floats({1, 2, 3, 4}).view_contiguous(Dims{2, 2});
  const Tensor turned = floats({1, 3, 2, 4}).view_contiguous(Dims{2, 2});
  EXPECT_TRUE(compare(IValue(square.transpose(0, 1)), IValue(turned), {}).equal());
  EXPECT_FALSE(compare(IValue(square), IValue(turned), {}).equal());
}

TEST(Compare, Containers) {
  const IValue pair = make_tuple({IValue(1), IValue("a")});
  EXPECT_EQ(difference(pair, make_list(types::any(), {IValue(1), IValue("a")})), "");
  EXPECT_EQ(difference(pair, make_tuple({IValue(1)})), "output has 2 parts, expected 1");
  EXPECT_EQ(difference(pair, make_tuple({IValue(1), IValue("b")})), "output[1] is 'a', expected 'b'");
  EXPECT_EQ(difference(pair, make_tuple({IValue(1.0), IValue("a")})), "output[0] is int, expected float");
  const IValue dict = parse_json_value("{\"x\": 1, \"y\": 2}").value();
  EXPECT_EQ(difference(dict, parse_json_value("{\"y\": 2, \"x\": 1}").value()), "");
  EXPECT_EQ(difference(dict, parse_json_value("{\"x\": 1, \"z\": 2}").value()), "output['z'] is missing");
  EXPECT_EQ(difference(dict, parse_json_value("{\"x\": 1, \"y\": 3}").value()), "output['y'] is 2, expected 3");
}

TEST(Compare, Json) {
  const IValue value = make_tuple({IValue(floats({1, HUGE_VALF})), IValue("a")});
  EXPECT_TRUE(compare(value, Json::parse("[[1.00001, \"Infinity\"], \"a\"]"), {}).equal());
  const Comparison result = compare(value, Json::parse("[[2, \"Infinity\"], \"b\"]"), {});
  EXPECT_EQ(result.differences,
            (std::vector<std::string>{"output[0][0] is 1.0, expected 2", "output[1] is \"a\", expected \"b\""}));
}

}  // namespace
}  // namespace heddle::cli
