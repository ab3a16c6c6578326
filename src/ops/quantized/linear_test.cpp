// Linear maps with float16 weights, which PyTorch computes only with FBGEMM: they are those of the rounded weights.
#include <gtest/gtest.h>

#include "core/boxes.h"
#include "ops/linalg/matmul.h"
#include "ops/operators.h"
#include "ops/quantized/linear.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

const schema::OperatorTable& table() {
  static const auto built = build_operator_table().value().release();
  return *built;
}

IValue call(const char* name, std::vector<IValue> arguments) {
  return schema::call_operator(*table().find(name, ""), arguments).value()[0];
}

Tensor numbers(std::span<const int64_t> sizes, float step) {
  Tensor t = Tensor::empty(sizes, DType::kFloat32).value();
  for (int64_t i = 0; i < t.numel(); ++i) t.data<float>()[i] = step * static_cast<float>(i % 11 - 5);
  return t;
}

void expect_same(const Tensor& got, const Tensor& wanted) {
  ASSERT_TRUE(got.sizes() == wanted.sizes());
  for (int64_t i = 0; i < got.numel(); ++i) EXPECT_FLOAT_EQ(got.data<float>()[i], wanted.data<float>()[i]);
}

TEST(QuantizedLinear, RoundsHalfWeightsAndKeepsThemInRange) {
  const Tensor weight = numbers(Dims{3, 4}, 0.1f);
  weight.data<float>()[5] = 1e9f;
  const Tensor bias = numbers(Dims{3}, 0.3f);
  const Tensor input = numbers(Dims{2, 4}, 0.7f);
  const IValue packed = call("quantized::linear_prepack_fp16", {weight, bias});
  Tensor rounded = Tensor::empty(Dims{3, 4}, DType::kFloat32).value();
  for (int64_t i = 0; i < 12; ++i) rounded.data<float>()[i] = static_cast<float>(Half(weight.data<float>()[i]));
  rounded.data<float>()[5] = 65504.0f;
  const Tensor wanted = linear(input, rounded, bias).value();
  expect_same(call("quantized::linear_dynamic_fp16", {input, packed}).as_tensor(), wanted);
  for (int64_t i = 0; i < wanted.numel(); ++i) wanted.data<float>()[i] = std::max(wanted.data<float>()[i], 0.0f);
  expect_same(call("quantized::linear_relu_dynamic_fp16", {input, packed}).as_tensor(), wanted);
}

TEST(QuantizedLinear, MakesCellsOfHalfWeights) {
  const IValue from_input =
      call("quantized::linear_prepack_fp16", {numbers(Dims{12, 4}, 0.1f), numbers(Dims{12}, 0.1f)});
  const IValue from_state = call("quantized::linear_prepack_fp16", {numbers(Dims{12, 3}, 0.1f), IValue()});
  const IValue cell = call("quantized::make_quantized_cell_params_fp16", {from_input, from_state});
  EXPECT_EQ(cell.type_text(), "__torch__.torch.classes.rnn.CellParamsBase");
}

TEST(QuantizedLinear, RefusesOtherPackedParameters) {
  const schema::Operator& op = *table().find("quantized::linear_dynamic_fp16", "");
  const std::vector<IValue> arguments = {numbers(Dims{2, 4}, 0.1f), IValue(3)};
  const auto result = schema::call_operator(op, arguments);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("packed parameters"), std::string::npos);
}

}  // namespace
}  // namespace heddle::ops
