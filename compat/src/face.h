// How libtorch's face and the library see each other's values: the same words in memory, under two names.
#pragma once

#include <exception>

#include "core/boxes.h"
#include "core/generator.h"
#include "heddle/error.h"
#include "heddle_torch/ivalue.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

static_assert(sizeof(at::Tensor) == sizeof(heddle::Tensor));
static_assert(sizeof(c10::IValue) == sizeof(heddle::IValue));
static_assert(sizeof(std::vector<c10::IValue>) == sizeof(std::vector<heddle::IValue>));
static_assert(static_cast<int>(c10::IValue::Tag::Capsule) == static_cast<int>(heddle::IValue::Tag::kCapsule));

inline heddle::RefCounted* as_box(void* box) { return static_cast<heddle::RefCounted*>(box); }
template <class T>
T& box_as(void* box) {
  return static_cast<T&>(*as_box(box));
}
template <class T>
heddle::Ref<T> share_as(void* box) {
  return heddle::Ref<T>::share(static_cast<T*>(as_box(box)));
}
template <class T>
Handle to_handle(heddle::Ref<T> ref) {
  return Handle::adopt(const_cast<heddle::RefCounted*>(static_cast<const heddle::RefCounted*>(ref.leak())));
}

inline const heddle::Tensor& in(const at::Tensor& t) { return reinterpret_cast<const heddle::Tensor&>(t); }
inline heddle::Tensor& in(at::Tensor& t) { return reinterpret_cast<heddle::Tensor&>(t); }
inline at::Tensor out(heddle::Tensor t) {
  heddle::Ref<heddle::TensorImpl> ref = t.ref();
  return at::Tensor(to_handle(std::move(ref)));
}

// An undefined tensor, which is a Tensor to programs, is None to the library.
inline heddle::IValue in(const c10::IValue& v) {
  if (v.isTensor() && !v.box()) return {};
  return reinterpret_cast<const heddle::IValue&>(v);
}
inline heddle::IValue in(c10::IValue&& v) {
  if (v.isTensor() && !v.box()) return {};
  return std::move(reinterpret_cast<heddle::IValue&>(v));
}
inline c10::IValue out(heddle::IValue v) { return std::move(reinterpret_cast<c10::IValue&>(v)); }
inline const c10::IValue& out_ref(const heddle::IValue& v) { return reinterpret_cast<const c10::IValue&>(v); }
std::vector<heddle::IValue> in(std::vector<c10::IValue> values);

inline heddle::Device in(c10::Device d) { return {static_cast<heddle::DeviceType>(d.type()), d.index()}; }
inline c10::Device out(heddle::Device d) { return {static_cast<c10::DeviceType>(d.type), d.index}; }
inline heddle::DType in(c10::ScalarType type) { return static_cast<heddle::DType>(type); }
inline c10::ScalarType out(heddle::DType type) { return static_cast<c10::ScalarType>(type); }
heddle::Scalar in(const c10::Scalar& scalar);
c10::Scalar out(const heddle::Scalar& scalar);

inline heddle::TypePtr in(const c10::TypePtr& type) { return share_as<const heddle::Type>(type.handle().get()); }
inline c10::TypePtr out(heddle::TypePtr type) { return c10::TypePtr(to_handle(std::move(type))); }

// The library's errors as the exceptions of libtorch: c10::Error and its kin.
[[noreturn]] void rethrow(const heddle::Error& error);
[[noreturn]] inline void fail(const heddle::Status& status) { rethrow(heddle::Error(status.info())); }
inline void check(const heddle::Status& status) {
  if (!status.ok()) fail(status);
}
template <class T>
T value(heddle::Result<T> result) {
  if (!result.ok()) fail(result.status());
  return std::move(result).value();
}
template <class F>
auto guarded(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const heddle::Error& error) {
    rethrow(error);
  }
}
// The tensor, which must be defined.
const heddle::Tensor& defined(const at::Tensor& t);
// Throws c10::Error unless it is the CPU.
void check_device(c10::Device device);

HEDDLE_TORCH_END
}  // namespace heddle_torch
