// The three forms in which archives hold packed convolutions; PyTorch 1.13 writes only one of them.
#include <gtest/gtest.h>

#include "core/boxes.h"
#include "ops/quantized/convolution_operators.h"

namespace heddle::ops {
namespace {

Tensor weight() {
  const Tensor integers = Tensor::empty(Dims{4, 3, 2, 2}, DType::kInt8).value();
  for (int64_t i = 0; i < integers.numel(); ++i) integers.data<int8_t>()[i] = static_cast<int8_t>(i - 20);
  return with_quantizer(integers, make_ref<Quantizer>(0.1, 0));
}

template <class T>
Tensor one_dimension(std::vector<int64_t> numbers, DType dtype) {
  const Tensor t = Tensor::empty(Dims{static_cast<int64_t>(numbers.size())}, dtype).value();
  for (size_t i = 0; i < numbers.size(); ++i) t.data<T>()[i] = static_cast<T>(numbers[i]);
  return t;
}

IValue one(int64_t number) { return one_dimension<int64_t>({number}, DType::kInt64); }
IValue list(std::vector<IValue> items) { return make_list(types::any(), std::move(items)); }

void expect_convolution(const IValue& state) {
  const auto restored = restore_convolution(state);
  ASSERT_TRUE(restored.ok()) << restored.status().message();
  const auto& c = static_cast<const QuantizedConvolution&>(*restored.value());
  EXPECT_TRUE(c.shape().stride == (Dims{1, 2}));
  EXPECT_TRUE(c.shape().padding == (Dims{3, 4}));
  EXPECT_TRUE(c.shape().dilation == (Dims{5, 6}));
  EXPECT_TRUE(c.shape().output_padding == (Dims{0, 0}));
  EXPECT_EQ(c.shape().groups, 2);
  EXPECT_FALSE(c.shape().transposed);
  EXPECT_FALSE(c.bias().has_value());
}

TEST(QuantizedConvolution, ReadsStatesOfEveryForm) {
  const std::vector<int64_t> numbers = {2, 1, 2, 3, 4, 5, 6, 0, 0, 2, 0};
  expect_convolution(
      make_tuple({weight(), IValue(), list({one(1), one(2)}), list({one(3), one(4)}), list({one(5), one(6)}), one(2)}));
  expect_convolution(
      make_tuple({IValue("2"), list({one_dimension<int16_t>(numbers, DType::kInt16), weight()}), list({IValue()})}));
  expect_convolution(make_tuple({IValue(3), make_int_list(numbers), list({IValue(), weight(), IValue()})}));
}

TEST(QuantizedConvolution, RefusesDamagedStates) {
  const std::vector<int64_t> few = {2, 1, 2};
  const std::vector<int64_t> huge = {2, 1, 2, 3, 4, 5, 6, 0, 0, -1, 0};
  for (const IValue& state :
       {IValue(3), make_tuple({}), make_tuple({IValue("2"), list({}), list({})}), make_tuple({IValue("9")}),
        make_tuple({IValue(3), make_int_list(few), list({IValue(), weight(), IValue()})}),
        make_tuple({IValue(3), make_int_list(huge), list({IValue(), weight(), IValue()})}),
        make_tuple({IValue(3), make_int_list(huge), list({IValue(), IValue(), IValue()})})}) {
    EXPECT_FALSE(restore_convolution(state).ok());
  }
}

}  // namespace
}  // namespace heddle::ops
