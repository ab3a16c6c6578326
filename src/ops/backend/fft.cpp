#include "ops/backend/fft.h"

#include <exception>

// Threads are ours alone.
#define POCKETFFT_NO_MULTITHREADING
#if __has_include(<pocketfft_hdronly.h>)
#include <pocketfft_hdronly.h>
#else
#include <pocketfft.hpp>
#endif

namespace heddle::ops::backend {
namespace {

pocketfft::shape_t shape(std::span<const int64_t> values) { return {values.begin(), values.end()}; }

template <class T>
pocketfft::stride_t bytes(std::span<const int64_t> strides) {
  pocketfft::stride_t result;
  for (int64_t stride : strides)
    result.push_back(static_cast<std::ptrdiff_t>(stride * static_cast<int64_t>(sizeof(T))));
  return result;
}

template <class F>
Status guarded(const F& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return error(ErrorCode::kLimit, "Fourier transform: ", e.what());
  }
  return ok_status();
}

}  // namespace

template <class R>
Status fft_complex(const FftLayout& layout, std::span<const int64_t> axes, bool forward, const std::complex<R>* in,
                   std::complex<R>* out, R scale) {
  return guarded([&] {
    pocketfft::c2c<R>(shape(layout.sizes), bytes<std::complex<R>>(layout.in_strides),
                      bytes<std::complex<R>>(layout.out_strides), shape(axes), forward, in, out, scale);
  });
}

template <class R>
Status fft_from_real(const FftLayout& layout, int64_t axis, const R* in, std::complex<R>* out, R scale) {
  return guarded([&] {
    pocketfft::r2c<R>(shape(layout.sizes), bytes<R>(layout.in_strides), bytes<std::complex<R>>(layout.out_strides),
                      static_cast<size_t>(axis), pocketfft::FORWARD, in, out, scale);
  });
}

template <class R>
Status fft_to_real(const FftLayout& layout, int64_t axis, const std::complex<R>* in, R* out, R scale) {
  return guarded([&] {
    pocketfft::c2r<R>(shape(layout.sizes), bytes<std::complex<R>>(layout.in_strides), bytes<R>(layout.out_strides),
                      static_cast<size_t>(axis), pocketfft::BACKWARD, in, out, scale);
  });
}

#define HEDDLE_INSTANTIATE(R)                                                                              \
  template Status fft_complex<R>(const FftLayout&, std::span<const int64_t>, bool, const std::complex<R>*, \
                                 std::complex<R>*, R);                                                     \
  template Status fft_from_real<R>(const FftLayout&, int64_t, const R*, std::complex<R>*, R);              \
  template Status fft_to_real<R>(const FftLayout&, int64_t, const std::complex<R>*, R*, R);
HEDDLE_INSTANTIATE(float)
HEDDLE_INSTANTIATE(double)
#undef HEDDLE_INSTANTIATE

}  // namespace heddle::ops::backend
