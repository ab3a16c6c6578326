// float32 and float64 loops on the vectorised functions of ops/backend. What does not lie side by side in memory passes
// through a small buffer, so that an element's result does not depend on its layout. Private to ops/elementwise.
#pragma once

#include <array>
#include <type_traits>

#include "ops/backend/binary.h"
#include "ops/backend/unary.h"
#include "ops/backend/unary64.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {

// A function of float, double or Complex64 with its parameters: the context of unary_call_loop.
template <class T>
struct UnaryCall {
  void (*row)(const T* x, T* y, int64_t n, const T* parameters);
  std::array<T, 3> parameters{};
  // The iterator's operands; those behind the output and the first input are not looked at.
  size_t operands = 2;
};
template <class T>
void unary_call_loop(const void* call, char* const* data, const int64_t* strides, int64_t n0, int64_t n1);
void binary_row_loop(backend::BinaryRow row, char* const* data, const int64_t* strides, int64_t n0, int64_t n1);

namespace detail {
template <class T, auto row>
void unary_row_loop(const void*, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  const UnaryCall<T> call{row};
  unary_call_loop<T>(&call, data, strides, n0, n1);
}
template <auto row>
void on_parts(const Complex64* x, Complex64* y, int64_t n, const Complex64*) {
  row(reinterpret_cast<const float*>(x), reinterpret_cast<float*>(y), n);
}
template <backend::BinaryRow row, class Exact>
void binary_row_loop(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  if constexpr (!std::is_void_v<Exact>) {
    constexpr int64_t kShort = 64;
    if (n0 < kShort) return run_stateless<float(float, float), Exact>(context, data, strides, n0, n1);
  }
  ops::binary_row_loop(row, data, strides, n0, n1);
}
}  // namespace detail

// The operator with the row function for float32, and with that for float64.
template <backend::UnaryRow row>
constexpr UnaryOperator vectorised(UnaryOperator op) {
  op.loops.at(DType::kFloat32) = &detail::unary_row_loop<float, row>;
  return op;
}
template <backend::UnaryRow row, backend::Unary64Row row64>
constexpr UnaryOperator vectorised(UnaryOperator op) {
  op.loops.at(DType::kFloat64) = &detail::unary_row_loop<double, row64>;
  return vectorised<row>(op);
}
// The operator with a row function for complex64, which takes the numbers' parts.
template <auto row>
constexpr UnaryOperator vectorised_complex(UnaryOperator op) {
  op.loops.at(DType::kComplex64) = &detail::unary_row_loop<Complex64, &detail::on_parts<row>>;
  return op;
}
// Exact: a function object with the very bits of the row function, which rows too short for it are left to.
template <backend::BinaryRow row, class Exact = void>
constexpr BinaryOperator vectorised(BinaryOperator op) {
  op.loops.at(DType::kFloat32) = &detail::binary_row_loop<row, Exact>;
  return op;
}

}  // namespace heddle::ops
