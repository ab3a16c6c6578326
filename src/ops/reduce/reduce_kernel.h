// ReduceKernels from small operation classes. An operation has
//   using Value, Accumulator, Result;  the element read, the state, the element written
//   static constexpr bool kOrdered;    whether it looks at positions
//   explicit Op(const void* context);
//   void start(Accumulator&) const;
//   void take(Accumulator&, Value, int64_t position) const;
//   void merge(Accumulator&, const Accumulator& later) const;
//   Result finish(const Accumulator&) const;
// Private to ops/reduce: instantiate in few places.
#pragma once

#include <array>
#include <limits>

#include "ops/common/cast.h"
#include "ops/common/dispatch.h"
#include "ops/reduce/reducer.h"

namespace heddle::ops {

namespace detail {

template <class Op>
struct ReduceFunctions {
  using Value = typename Op::Value;
  using Accumulator = typename Op::Accumulator;
  static Accumulator* array(char* p) { return reinterpret_cast<Accumulator*>(p); }
  static const Accumulator* array(const char* p) { return reinterpret_cast<const Accumulator*>(p); }

  static void start(const void* context, char* accumulators, int64_t count) {
    const Op op(context);
    for (int64_t i = 0; i < count; ++i) op.start(array(accumulators)[i]);
  }
  static void take_row(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                       int64_t position) {
    const Op op(context);
    // Independent lanes, so that an element does not wait for the one before.
    constexpr int64_t kLanes = 8;
    int64_t i = 0;
    if (stride == sizeof(Value) && n >= 4 * kLanes) {
      const Value* values = reinterpret_cast<const Value*>(data);
      std::array<Accumulator, kLanes> lanes;
      for (Accumulator& lane : lanes) op.start(lane);
      for (; i + kLanes <= n; i += kLanes) {
        for (int64_t l = 0; l < kLanes; ++l) op.take(lanes[static_cast<size_t>(l)], values[i + l], position + i + l);
      }
      for (const Accumulator& lane : lanes) op.merge(*array(accumulator), lane);
    }
    for (; i < n; ++i) op.take(*array(accumulator), *reinterpret_cast<const Value*>(data + i * stride), position + i);
  }
  static void take_columns(const void* context, char* accumulators, const char* data, int64_t column_stride,
                           int64_t columns, int64_t row_stride, int64_t rows, int64_t position) {
    const Op op(context);
    Accumulator* const a = array(accumulators);
    for (int64_t r = 0; r < rows; ++r, data += row_stride) {
      if (column_stride == sizeof(Value)) {
        const Value* values = reinterpret_cast<const Value*>(data);
        for (int64_t c = 0; c < columns; ++c) op.take(a[c], values[c], position + r);
      } else {
        for (int64_t c = 0; c < columns; ++c) {
          op.take(a[c], *reinterpret_cast<const Value*>(data + c * column_stride), position + r);
        }
      }
    }
  }
  static void merge(const void* context, char* into, const char* from, int64_t count) {
    const Op op(context);
    for (int64_t i = 0; i < count; ++i) op.merge(array(into)[i], array(from)[i]);
  }
  static void finish(const void* context, const char* accumulators, int64_t count, char* const* outputs,
                     const int64_t* strides) {
    const Op op(context);
    for (int64_t i = 0; i < count; ++i) {
      *reinterpret_cast<typename Op::Result*>(outputs[0] + i * strides[0]) = op.finish(array(accumulators)[i]);
    }
  }
};

}  // namespace detail

template <class Op>
constexpr ReduceKernel reduce_kernel() {
  using F = detail::ReduceFunctions<Op>;
  static_assert(sizeof(typename Op::Accumulator) <= 128 && alignof(typename Op::Accumulator) <= 16);
  return {
      sizeof(typename Op::Accumulator), &F::start, &F::take_row, &F::take_columns, &F::merge, &F::finish, Op::kOrdered};
}

}  // namespace heddle::ops
