// Fourier transforms of plain memory: the only face of pocketfft. Kernels of src/ops/fft call it from any thread; every
// function runs on the calling thread alone. Tables of roots are kept for the lengths used last, behind a lock of
// pocketfft's. Strides are in elements. Every length that is transformed is at least one. Input and output do not
// overlap, but for c2c they may be the same memory with the same strides. R: float, double. Fails only for want of
// memory.
#pragma once

#include <complex>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace heddle::ops::backend {

struct FftLayout {
  std::span<const int64_t> sizes;
  std::span<const int64_t> in_strides;
  std::span<const int64_t> out_strides;
};

// Along each of the axes: sums of in[j] exp(-+2 pi i j k / n), minus for `forward`, times `scale`.
template <class R>
Status fft_complex(const FftLayout& layout, std::span<const int64_t> axes, bool forward, const std::complex<R>* in,
                   std::complex<R>* out, R scale);
// The first n / 2 + 1 of the n numbers that the forward transform of real ones gives; sizes are those of the input.
template <class R>
Status fft_from_real(const FftLayout& layout, int64_t axis, const R* in, std::complex<R>* out, R scale);
// The backward transform of such a half: sizes are those of the output.
template <class R>
Status fft_to_real(const FftLayout& layout, int64_t axis, const std::complex<R>* in, R* out, R scale);

}  // namespace heddle::ops::backend
