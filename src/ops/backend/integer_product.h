// Exact products of small integers: rows of int16 with a matrix of int16 that never changes, summed in int32. Values
// are bytes less their zero point, so a product of two and the sum of 32,000 fit. Highway picks the instruction set at
// run time; every one gives the same sums. Any thread, on the calling one.
#pragma once

#include <cstdint>
#include <vector>

namespace heddle::ops::backend {

class IntegerMatrix {
 public:
  IntegerMatrix() = default;
  // weights: [out, in], rows `out_step` apart, copied in the kernel's order.
  IntegerMatrix(const int16_t* weights, int64_t out, int64_t in, int64_t out_step);

  int64_t out() const { return out_; }
  int64_t in() const { return in_; }
  // Rows of input must be this long, an even number: in() and perhaps one more, which must be 0.
  int64_t padded_in() const { return pairs_ * 2; }
  // sums[rows, out], a row every sums_step: input[rows, padded_in()] weights^T. Wraps around where a sum overflows.
  void multiply(const int16_t* input, int64_t input_step, int64_t rows, int32_t* sums, int64_t sums_step) const;

 private:
  int64_t out_ = 0;
  int64_t in_ = 0;
  int64_t pairs_ = 0;
  std::vector<int16_t> packed_;  // [out / kBlock, pairs, kBlock, 2]
};

// to[i] = from[i] - zero_point.
void less_zero_point(const uint8_t* from, int64_t n, int32_t zero_point, int16_t* to);
// sums[c] = the sum of (pixels[t][c] - zero_point) * weights[t * n + c] over the taps whose pixel is not null.
void sum_taps(const uint8_t* const* pixels, int64_t taps, int32_t zero_point, const int16_t* weights, int64_t n,
              int32_t* sums);

// How a row of sums becomes bytes: round((sum + bias[i]) * scale[i]) + zero_point, kept in low..high.
struct ByteEnding {
  const float* bias = nullptr;  // null: 0
  const float* scale = nullptr;
  int32_t zero_point = 0;
  int32_t low = 0;
  int32_t high = 255;
};
void to_bytes(const int32_t* sums, int64_t n, const ByteEnding& ending, uint8_t* to);
// to[i] = sums[i] * scale[i] + bias[i], at least `least`; bias may be null.
void to_floats(const int32_t* sums, int64_t n, const float* scale, const float* bias, float least, float* to);

}  // namespace heddle::ops::backend
