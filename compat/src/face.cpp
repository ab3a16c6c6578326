#include "compat/src/face.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

void retain(void* box) noexcept {
  if (box) as_box(box)->retain();
}
void release(void* box) noexcept {
  if (box) as_box(box)->release();
}
unsigned use_count(const void* box) noexcept {
  return box ? static_cast<const heddle::RefCounted*>(box)->use_count() : 0;
}

std::vector<heddle::IValue> in(std::vector<c10::IValue> values) {
  std::vector<heddle::IValue> result;
  result.reserve(values.size());
  for (c10::IValue& v : values) result.push_back(in(std::move(v)));
  return result;
}

heddle::Scalar in(const c10::Scalar& scalar) {
  if (scalar.isBoolean()) return heddle::Scalar(scalar.toBool());
  if (scalar.isIntegral(false)) return heddle::Scalar(scalar.toLong());
  if (scalar.isComplex()) return heddle::Scalar(std::complex<double>(scalar.toComplexDouble()));
  return heddle::Scalar(scalar.toDouble());
}
c10::Scalar out(const heddle::Scalar& scalar) {
  if (scalar.is_bool()) return scalar.to_bool();
  if (scalar.is_int()) return scalar.to_int();
  if (scalar.is_complex()) return scalar.to_complex();
  return scalar.to_double();
}

const heddle::Tensor& defined(const at::Tensor& t) {
  TORCH_CHECK(t.defined(), "Expected a proper Tensor but got None (or an undefined Tensor in C++)");
  return in(t);
}

void check_device(c10::Device device) {
  TORCH_CHECK(device.is_cpu(), "there is no device ", device, ": Heddle computes on the CPU");
}

HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN
void* Storage::data() const {
  TORCH_CHECK(handle_, "the storage is null");
  return heddle_torch::box_as<heddle::Storage>(handle_.get()).data();
}
size_t Storage::nbytes() const { return handle_ ? heddle_torch::box_as<heddle::Storage>(handle_.get()).bytes() : 0; }
HEDDLE_TORCH_END
}  // namespace c10
