// How the generated functions call operators: arguments boxed one after the other in the schema's order, results
// unboxed. Nothing here is inline, so that thousands of calls compile in no time.
#pragma once

#include <array>
#include <atomic>

#include "heddle_torch/generated/functions.inc"

namespace heddle::schema {
struct Operator;
}

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

// An operator by its name, looked up at its first call. One a call site, static.
struct Op {
  const char* name;
  const char* overload;
  // Relaxed: the table's entries are there for good before anything can find one.
  mutable std::atomic<const heddle::schema::Operator*> found{nullptr};
};

// One call. Arguments are added in order; then one of the results is asked for, which calls.
class Call {
 public:
  explicit Call(const Op& op);
  ~Call();
  Call(const Call&) = delete;

  Call& add(const at::Tensor& v);
  Call& add(const c10::optional<at::Tensor>& v);
  Call& add(bool v);
  Call& add(int64_t v);
  Call& add(double v);
  Call& add(const c10::Scalar& v);
  Call& add(c10::ScalarType v);
  Call& add(c10::Layout v);
  Call& add(c10::MemoryFormat v);
  Call& add(c10::string_view v);
  Call& add(c10::Device v);  // the CPU, or c10::Error
  Call& add(const c10::Storage& v);
  Call& add(c10::IntArrayRef v);
  Call& add(c10::ArrayRef<double> v);
  Call& add(c10::ArrayRef<c10::Scalar> v);
  Call& add(at::TensorList v);
  Call& add(const c10::List<c10::optional<at::Tensor>>& v);
  Call& add(const bool* values, size_t count);
  template <size_t N>
  Call& add(const std::array<bool, N>& v) {
    return add(v.data(), N);
  }
  Call& add(const c10::OptionalIntArrayRef& v);
  Call& add(c10::optional<int64_t> v);
  Call& add(c10::optional<double> v);
  Call& add(c10::optional<bool> v);
  Call& add(const c10::optional<c10::Scalar>& v);
  Call& add(c10::optional<c10::ScalarType> v);
  Call& add(c10::optional<c10::Layout> v);
  Call& add(c10::optional<c10::MemoryFormat> v);
  Call& add(c10::optional<c10::string_view> v);
  Call& add(c10::optional<c10::Device> v);
  Call& add(const c10::optional<at::Generator>& v);
  Call& add(c10::optional<c10::ArrayRef<double>> v);
  // One number for a list of so many stands for all of them.
  Call& repeat(c10::IntArrayRef v, size_t count);
  Call& repeat(const c10::OptionalIntArrayRef& v, size_t count);
  // dtype, layout, device, pin_memory.
  Call& add(const c10::TensorOptions& v);

  void run();
  at::Tensor tensor(size_t i = 0);  // runs; further results are read after the first
  std::vector<at::Tensor> tensors(size_t i = 0);
  int64_t integer(size_t i = 0);
  double real(size_t i = 0);
  bool boolean(size_t i = 0);
  c10::Scalar scalar(size_t i = 0);

 private:
  struct State;
  State* state_;
};

HEDDLE_TORCH_END
}  // namespace heddle_torch
