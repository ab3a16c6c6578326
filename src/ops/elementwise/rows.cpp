#include "ops/elementwise/rows.h"

#include <algorithm>

namespace heddle::ops {
namespace {

constexpr int64_t kChunk = 256;
constexpr int64_t kFloat = sizeof(float);

template <class T>
void gather(const char* from, int64_t stride, int64_t n, T* to) {
  if (stride == 2 * sizeof(T)) {
    // Every second element: with a step the compiler knows it takes vectors.
    const T* const pairs = reinterpret_cast<const T*>(from);
    for (int64_t i = 0; i < n; ++i) to[i] = pairs[2 * i];
    return;
  }
  for (int64_t i = 0; i < n; ++i) to[i] = *reinterpret_cast<const T*>(from + i * stride);
}

template <class T>
void scatter(const T* from, char* to, int64_t stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(to + i * stride) = from[i];
}

// A row of an input: as it lies, or gathered chunk by chunk. A constant has step 0.
class Source {
 public:
  Source(const char* data, int64_t stride) : data_(data), stride_(stride) {}
  int64_t step() const { return stride_ == 0 ? 0 : 1; }
  const float* chunk(int64_t at, int64_t n) {
    const char* from = data_ + at * stride_;
    if (stride_ == 0 || stride_ == kFloat) return reinterpret_cast<const float*>(from);
    gather(from, stride_, n, buffer_);
    return buffer_;
  }

 private:
  const char* data_;
  int64_t stride_;
  alignas(64) float buffer_[kChunk];
};

bool lies_flat(int64_t stride) { return stride == kFloat; }

}  // namespace

template <class T>
void unary_call_loop(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  const UnaryCall<T>& call = *static_cast<const UnaryCall<T>*>(context);
  const T* parameters = call.parameters.data();
  alignas(64) T buffer[kChunk];
  for (int64_t j = 0; j < n1; ++j) {
    char* out = data[0] + j * strides[call.operands];
    const char* in = data[1] + j * strides[call.operands + 1];
    if (strides[0] == sizeof(T) && strides[1] == sizeof(T)) {
      call.row(reinterpret_cast<const T*>(in), reinterpret_cast<T*>(out), n0, parameters);
      continue;
    }
    for (int64_t i = 0; i < n0; i += kChunk) {
      const int64_t n = std::min(kChunk, n0 - i);
      gather(in + i * strides[1], strides[1], n, buffer);
      if (strides[0] == sizeof(T)) {
        call.row(buffer, reinterpret_cast<T*>(out) + i, n, parameters);
        continue;
      }
      call.row(buffer, buffer, n, parameters);
      scatter(buffer, out + i * strides[0], strides[0], n);
    }
  }
}

template void unary_call_loop<float>(const void*, char* const*, const int64_t*, int64_t, int64_t);
template void unary_call_loop<double>(const void*, char* const*, const int64_t*, int64_t, int64_t);
template void unary_call_loop<Complex64>(const void*, char* const*, const int64_t*, int64_t, int64_t);

void binary_row_loop(backend::BinaryRow row, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  const auto as_it_lies = [](int64_t stride) { return stride == 0 || lies_flat(stride); };
  if (lies_flat(strides[0]) && as_it_lies(strides[1]) && as_it_lies(strides[2])) {
    for (int64_t j = 0; j < n1; ++j) {
      row(reinterpret_cast<const float*>(data[1] + j * strides[4]), strides[1] / kFloat,
          reinterpret_cast<const float*>(data[2] + j * strides[5]), strides[2] / kFloat,
          reinterpret_cast<float*>(data[0] + j * strides[3]), n0);
    }
    return;
  }
  alignas(64) float buffer[kChunk];
  for (int64_t j = 0; j < n1; ++j) {
    char* out = data[0] + j * strides[3];
    Source a(data[1] + j * strides[4], strides[1]);
    Source b(data[2] + j * strides[5], strides[2]);
    for (int64_t i = 0; i < n0; i += kChunk) {
      const int64_t n = std::min(kChunk, n0 - i);
      row(a.chunk(i, n), a.step(), b.chunk(i, n), b.step(), buffer, n);
      scatter(buffer, out + i * strides[0], strides[0], n);
    }
  }
}

}  // namespace heddle::ops
