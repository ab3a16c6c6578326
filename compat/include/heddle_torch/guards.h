// Guards of autograd. Nothing is differentiated, so they only remember what was asked.
#pragma once

#include "heddle_torch/tensor.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

struct GradMode {
  static bool is_enabled();
  static void set_enabled(bool on);
};
struct AutoGradMode {
  AutoGradMode(bool on) : before_(GradMode::is_enabled()) { GradMode::set_enabled(on); }
  AutoGradMode(const AutoGradMode&) = delete;
  ~AutoGradMode() { GradMode::set_enabled(before_); }

 private:
  bool before_;
};
struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};
struct AutoFwGradMode {
  AutoFwGradMode(bool) {}
  ~AutoFwGradMode() {}
};

struct InferenceMode {
  InferenceMode(bool on = true);
  InferenceMode(const InferenceMode&) = delete;
  ~InferenceMode();
  static bool is_enabled();

 private:
  bool before_;
  bool grad_before_;
};

struct AutoNonVariableTypeMode {
  AutoNonVariableTypeMode(bool = true) {}
  ~AutoNonVariableTypeMode() {}
};
struct AutoDispatchBelowAutograd {
  AutoDispatchBelowAutograd() {}
  ~AutoDispatchBelowAutograd() {}
};
struct DeviceGuard {
  template <class D>
  explicit DeviceGuard(D) {}
  ~DeviceGuard() {}
};
struct OptionalDeviceGuard {
  OptionalDeviceGuard() {}
  template <class D>
  explicit OptionalDeviceGuard(D) {}
  ~OptionalDeviceGuard() {}
};

HEDDLE_TORCH_END
}  // namespace c10

namespace at {
using c10::AutoGradMode;
using c10::AutoNonVariableTypeMode;
using c10::GradMode;
using c10::NoGradGuard;
}  // namespace at
namespace torch {
using c10::AutoGradMode;
using c10::InferenceMode;
using c10::NoGradGuard;
using GradMode = c10::GradMode;
namespace autograd {
using c10::AutoGradMode;
using c10::GradMode;
using NoGradGuard = c10::NoGradGuard;
HEDDLE_TORCH_BEGIN
using Variable = at::Tensor;
using variable_list = std::vector<at::Tensor>;
HEDDLE_TORCH_END
}  // namespace autograd
}  // namespace torch
