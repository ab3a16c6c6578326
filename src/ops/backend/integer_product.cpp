#include "ops/backend/integer_product.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/integer_product.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#ifndef HEDDLE_INTEGER_PRODUCT_BLOCK
#define HEDDLE_INTEGER_PRODUCT_BLOCK
namespace heddle::ops::backend {
// Outputs that are computed together: two registers of AVX2.
inline constexpr int64_t kBlock = 16;
}  // namespace heddle::ops::backend
#endif

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D32 = hn::CappedTag<int32_t, kBlock>;
using D16 = hn::Repartition<int16_t, D32>;
using DF = hn::Rebind<float, D32>;
constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(D32()));
constexpr int64_t kVectors = kBlock / kLanes;

// `rows` rows of the input times one block of outputs.
#if HWY_TARGET == HWY_SCALAR
template <int64_t rows>
void multiply_rows(const int16_t* input, int64_t input_step, const int16_t* block, int64_t pairs, int32_t* to) {
  std::fill_n(to, rows * kBlock, 0);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < pairs * 2; ++i) {
      const int16_t* weights = block + i / 2 * kBlock * 2 + i % 2;
      for (int64_t o = 0; o < kBlock; ++o) to[r * kBlock + o] += input[r * input_step + i] * weights[o * 2];
    }
  }
}
#else
template <int64_t rows>
HWY_INLINE void multiply_rows(const int16_t* input, int64_t input_step, const int16_t* block, int64_t pairs,
                              int32_t* to) {
  const D32 d;
  const D16 d16;
  using V = hn::Vec<D32>;
  V sums[rows * kVectors];
  V rest[rows * kVectors];
  for (int64_t i = 0; i < rows * kVectors; ++i) sums[i] = rest[i] = hn::Zero(d);
  for (int64_t p = 0; p < pairs; ++p) {
    hn::Vec<D16> weights[kVectors];
    for (int64_t v = 0; v < kVectors; ++v) weights[v] = hn::LoadU(d16, block + (p * kBlock + v * kLanes) * 2);
    for (int64_t r = 0; r < rows; ++r) {
      int32_t pair;
      std::memcpy(&pair, input + r * input_step + p * 2, sizeof pair);
      const auto x = hn::BitCast(d16, hn::Set(d, pair));
      for (int64_t v = 0; v < kVectors; ++v) {
        const int64_t i = r * kVectors + v;
        sums[i] = hn::ReorderWidenMulAccumulate(d, x, weights[v], sums[i], rest[i]);
      }
    }
  }
  for (int64_t i = 0; i < rows * kVectors; ++i) {
    hn::StoreU(hn::RearrangeToOddPlusEven(sums[i], rest[i]), d, to + i * kLanes);
  }
}
#endif

void Multiply(const int16_t* input, int64_t input_step, int64_t rows, const int16_t* packed, int64_t pairs, int64_t out,
              int32_t* sums, int64_t sums_step) {
  constexpr int64_t kRows = kVectors <= 2 ? 4 : 2;
  int32_t result[kRows * kBlock];
  for (int64_t first = 0; first < out; first += kBlock) {
    const int16_t* block = packed + first * pairs * 2;
    const int64_t width = std::min(kBlock, out - first);
    for (int64_t r = 0; r < rows; r += kRows) {
      const int64_t count = std::min(kRows, rows - r);
      if (count == kRows) {
        multiply_rows<kRows>(input + r * input_step, input_step, block, pairs, result);
      } else {
        for (int64_t i = 0; i < count; ++i) {
          multiply_rows<1>(input + (r + i) * input_step, input_step, block, pairs, result + i * kBlock);
        }
      }
      for (int64_t i = 0; i < count; ++i) {
        std::memcpy(sums + (r + i) * sums_step + first, result + i * kBlock,
                    static_cast<size_t>(width) * sizeof(int32_t));
      }
    }
  }
}

void LessZeroPoint(const uint8_t* from, int64_t n, int32_t zero_point, int16_t* to) {
  const hn::ScalableTag<int16_t> d;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const auto zero = hn::Set(d, static_cast<int16_t>(zero_point));
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + step <= n; i += step) hn::StoreU(hn::Sub(hn::PromoteTo(d, hn::LoadU(bytes, from + i)), zero), d, to + i);
  for (; i < n; ++i) to[i] = static_cast<int16_t>(from[i] - zero_point);
}

void SumTaps(const uint8_t* const* pixels, int64_t taps, int32_t zero_point, const int16_t* weights, int64_t n,
             int32_t* sums) {
  const hn::ScalableTag<int32_t> d;
  const hn::Rebind<int16_t, decltype(d)> narrow;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const auto zero = hn::Set(d, zero_point);
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  int64_t c = 0;
  for (; c + step <= n; c += step) {
    auto sum = hn::Zero(d);
    for (int64_t t = 0; t < taps; ++t) {
      if (!pixels[t]) continue;
      const auto value = hn::Sub(hn::PromoteTo(d, hn::LoadU(bytes, pixels[t] + c)), zero);
      sum = hn::Add(sum, hn::Mul(value, hn::PromoteTo(d, hn::LoadU(narrow, weights + t * n + c))));
    }
    hn::StoreU(sum, d, sums + c);
  }
  for (; c < n; ++c) {
    int32_t sum = 0;
    for (int64_t t = 0; t < taps; ++t) sum += pixels[t] ? (pixels[t][c] - zero_point) * weights[t * n + c] : 0;
    sums[c] = sum;
  }
}

void ToBytes(const int32_t* sums, int64_t n, const ByteEnding& e, uint8_t* to) {
  const D32 d;
  const DF df;
  const hn::Rebind<uint8_t, D32> bytes;
  const auto zero = hn::Set(d, e.zero_point);
  const auto low = hn::Set(d, e.low);
  const auto high = hn::Set(d, e.high);
  // Beyond it a float has no int32; what is so large ends at the range's edge anyway.
  const auto largest = hn::Set(df, 1e9f);
  const auto smallest = hn::Set(df, -1e9f);
  alignas(64) int32_t in[kBlock] = {};
  alignas(64) float scale[kBlock] = {};
  alignas(64) float bias[kBlock] = {};
  alignas(64) uint8_t out[kBlock];
  for (int64_t i = 0; i < n; i += kLanes) {
    const bool whole = i + kLanes <= n;
    if (!whole) {
      const auto count = static_cast<size_t>(n - i);
      std::memcpy(in, sums + i, count * sizeof(int32_t));
      std::memcpy(scale, e.scale + i, count * sizeof(float));
      if (e.bias) std::memcpy(bias, e.bias + i, count * sizeof(float));
    }
    auto x = hn::ConvertTo(df, hn::LoadU(d, whole ? sums + i : in));
    if (e.bias) x = hn::Add(x, hn::LoadU(df, whole ? e.bias + i : bias));
    x = hn::Mul(x, hn::LoadU(df, whole ? e.scale + i : scale));
    x = hn::Max(hn::Min(x, largest), smallest);
    const auto rounded = hn::Add(hn::NearestInt(x), zero);
    const auto kept = hn::DemoteTo(bytes, hn::Max(hn::Min(rounded, high), low));
    if (whole) {
      hn::StoreU(kept, bytes, to + i);
    } else {
      hn::StoreU(kept, bytes, out);
      std::memcpy(to + i, out, static_cast<size_t>(n - i));
    }
  }
}

void ToFloats(const int32_t* sums, int64_t n, const float* scale, const float* bias, float least, float* to) {
  for (int64_t i = 0; i < n; ++i) {
    const float value = static_cast<float>(sums[i]) * scale[i] + (bias ? bias[i] : 0.0f);
    to[i] = value < least ? least : value;
  }
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(Multiply);
HWY_EXPORT(LessZeroPoint);
HWY_EXPORT(SumTaps);
HWY_EXPORT(ToBytes);
HWY_EXPORT(ToFloats);

IntegerMatrix::IntegerMatrix(const int16_t* weights, int64_t out, int64_t in, int64_t out_step)
    : out_(out), in_(in), pairs_((in + 1) / 2) {
  const int64_t blocks = (out + kBlock - 1) / kBlock;
  packed_.resize(static_cast<size_t>(blocks * pairs_ * kBlock * 2));
  for (int64_t o = 0; o < out; ++o) {
    int16_t* block = packed_.data() + o / kBlock * kBlock * pairs_ * 2 + o % kBlock * 2;
    for (int64_t i = 0; i < in; ++i) block[i / 2 * kBlock * 2 + i % 2] = weights[o * out_step + i];
  }
}

void IntegerMatrix::multiply(const int16_t* input, int64_t input_step, int64_t rows, int32_t* sums,
                             int64_t sums_step) const {
  HWY_DYNAMIC_DISPATCH(Multiply)(input, input_step, rows, packed_.data(), pairs_, out_, sums, sums_step);
}
void less_zero_point(const uint8_t* from, int64_t n, int32_t zero_point, int16_t* to) {
  HWY_DYNAMIC_DISPATCH(LessZeroPoint)(from, n, zero_point, to);
}
void sum_taps(const uint8_t* const* pixels, int64_t taps, int32_t zero_point, const int16_t* weights, int64_t n,
              int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(SumTaps)(pixels, taps, zero_point, weights, n, sums);
}
void to_bytes(const int32_t* sums, int64_t n, const ByteEnding& ending, uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(ToBytes)(sums, n, ending, to);
}
void to_floats(const int32_t* sums, int64_t n, const float* scale, const float* bias, float least, float* to) {
  HWY_DYNAMIC_DISPATCH(ToFloats)(sums, n, scale, bias, least, to);
}

}  // namespace heddle::ops::backend
#endif
