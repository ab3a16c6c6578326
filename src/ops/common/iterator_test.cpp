#include "ops/common/iterator.h"

#include <gtest/gtest.h>

#include <vector>

#include "ops/common/copy.h"

namespace heddle::ops {
namespace {

Result<Tensor> add(const Tensor& a, const Tensor& b, const Out& out = {}) {
  Iterator it;
  it.output(out).input(a).input(b);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(it.map_binary<NumberTypes>("add", []<class T>(T x, T y) { return static_cast<T>(x + y); }));
  return it.result();
}

// 0, 1, 2 ... of the dtype.
Tensor iota(std::initializer_list<int64_t> sizes, DType dtype = DType::kFloat32) {
  const Tensor t = Tensor::empty(Dims(sizes), DType::kInt64).value();
  for (int64_t i = 0; i < t.numel(); ++i) t.data<int64_t>()[i] = i;
  return to_dtype(t, dtype).value();
}

std::vector<double> values(Result<Tensor> result) {
  const Tensor t = std::move(result).value();
  const Tensor flat = contiguous_as(t, DType::kFloat64).value();
  return {flat.data<double>(), flat.data<double>() + flat.numel()};
}

TEST(Iterator, BroadcastsBothWays) {
  const Tensor sum = add(iota({2, 1}), iota({3})).value();
  EXPECT_EQ(sum.sizes(), (Dims{2, 3}));
  EXPECT_EQ(values(sum), (std::vector<double>{0, 1, 2, 1, 2, 3}));
  EXPECT_EQ(add(iota({2, 3}), iota({4})).status().message(),
            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1");
}

TEST(Iterator, ReadsThroughAnyStrides) {
  const Tensor t = iota({3, 4, 5});
  EXPECT_EQ(values(add(t.transpose(0, 2), t.transpose(0, 2))),
            values(add(contiguous(t.transpose(0, 2)).value(), contiguous(t.transpose(0, 2)).value())));
  EXPECT_EQ(values(add(t.narrow(2, 1, 3).narrow(0, 1, 2), iota({1}))),
            (std::vector<double>{21, 22, 23, 26, 27, 28, 31, 32, 33, 36, 37, 38,
                                 41, 42, 43, 46, 47, 48, 51, 52, 53, 56, 57, 58}));
}

TEST(Iterator, KeepsTheLayoutOfItsInputs) {
  const Tensor channels_last = Tensor::empty(Dims{2, 3, 4, 5}, DType::kFloat32, MemoryFormat::kChannelsLast).value();
  EXPECT_EQ(add(channels_last, channels_last).value().strides(), (Dims{60, 1, 15, 3}));
  EXPECT_EQ(add(channels_last, iota({3, 1, 1})).value().strides(), (Dims{60, 1, 15, 3}));
  EXPECT_EQ(add(channels_last, iota({2, 3, 4, 5})).value().strides(), (Dims{60, 1, 15, 3}));
  EXPECT_EQ(add(iota({2, 3, 4, 5}), channels_last).value().strides(), (Dims{60, 20, 5, 1}));
  EXPECT_EQ(add(iota({4, 3}).transpose(0, 1), iota({1})).value().strides(), (Dims{1, 3}));
}

TEST(Iterator, ConvertsMixedOperandsOnTheWay) {
  const Tensor sum = add(iota({1000}, DType::kInt32), iota({1000}, DType::kFloat16)).value();
  EXPECT_EQ(sum.dtype(), DType::kFloat16);
  EXPECT_EQ(values(sum)[999], 1998);
  const Tensor halves = add(iota({3}, DType::kBFloat16), iota({2, 1}, DType::kBFloat16)).value();
  EXPECT_EQ(halves.dtype(), DType::kBFloat16);
  EXPECT_EQ(values(halves), (std::vector<double>{0, 1, 2, 1, 2, 3}));
}

TEST(Iterator, PromotesAsPyTorch) {
  EXPECT_EQ(add(iota({2}, DType::kInt64), iota({}, DType::kFloat64)).value().dtype(), DType::kFloat64);
  EXPECT_EQ(add(iota({2}, DType::kFloat16), iota({}, DType::kFloat64)).value().dtype(), DType::kFloat16);
  EXPECT_EQ(add(iota({2}, DType::kInt8), iota({}, DType::kInt64)).value().dtype(), DType::kInt8);
  EXPECT_EQ(add(iota({2}, DType::kUInt8), iota({2}, DType::kInt8)).value().dtype(), DType::kInt16);
  Iterator it;
  const Tensor t = iota({2}, DType::kInt16);
  it.output({}).input(t).number(2.5);
  ASSERT_TRUE(it.build(Promote::kCommon).ok());
  EXPECT_EQ(it.common_dtype(), DType::kFloat32);
}

TEST(Iterator, WritesInPlaceAndOut) {
  const Tensor t = iota({2, 3});
  ASSERT_TRUE(add(t, iota({3}, DType::kFloat64), Out::in_place(t)).ok());
  EXPECT_EQ(values(t), (std::vector<double>{0, 2, 4, 3, 5, 7}));
  const Tensor out = iota({0});
  ASSERT_TRUE(add(t, t, Out::into(out)).ok());
  EXPECT_EQ(values(out), (std::vector<double>{0, 4, 8, 6, 10, 14}));

  const Tensor small = iota({3});
  EXPECT_EQ(add(small, t, Out::in_place(small)).status().message(),
            "output with shape [3] doesn't match the broadcast shape [2, 3]");
  const Tensor integers = iota({2, 3}, DType::kInt64);
  EXPECT_EQ(add(integers, t, Out::in_place(integers)).status().message(),
            "result type Float can't be cast to the desired output type Long");
}

TEST(Iterator, RefusesOverlappingWrites) {
  const Tensor expanded = iota({1}).alias(Dims{3}, Dims{0}, 0);
  EXPECT_FALSE(add(expanded, expanded, Out::in_place(expanded)).ok());
  const Tensor t = iota({5});
  EXPECT_FALSE(add(t.narrow(0, 0, 4), t.narrow(0, 1, 4), Out::in_place(t.narrow(0, 0, 4))).ok());
}

TEST(Iterator, EmptyAndScalar) {
  EXPECT_EQ(add(iota({0, 3}), iota({3})).value().sizes(), (Dims{0, 3}));
  EXPECT_EQ(values(add(iota({}), iota({}))), (std::vector<double>{0}));
}

TEST(Iterator, NamesAMissingDType) {
  EXPECT_EQ(add(iota({2}, DType::kBool), iota({2}, DType::kBool)).status().message(),
            "\"add\" not implemented for 'Bool'");
}

TEST(Copy, BroadcastsConvertsAndSurvivesOverlap) {
  const Tensor t = iota({2, 3}, DType::kInt32);
  ASSERT_TRUE(copy_into(t, iota({3}, DType::kFloat32)).ok());
  EXPECT_EQ(values(t), (std::vector<double>{0, 1, 2, 0, 1, 2}));
  const Tensor line = iota({5});
  ASSERT_TRUE(copy_into(line.narrow(0, 1, 4), line.narrow(0, 0, 4)).ok());
  EXPECT_EQ(values(line), (std::vector<double>{0, 0, 1, 2, 3}));
}

TEST(Copy, FillsStridedTensors) {
  const Tensor t = iota({2, 3}, DType::kInt16);
  ASSERT_TRUE(fill(t.transpose(0, 1).narrow(0, 1, 1), -7).ok());
  EXPECT_EQ(values(t), (std::vector<double>{0, -7, 2, 3, -7, 5}));
}

}  // namespace
}  // namespace heddle::ops
