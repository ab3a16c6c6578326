// torch::autograd::Function, for libraries of operators that bring their own derivatives: apply() calls forward(), and
// backward() is never called, since nothing is differentiated.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "heddle_torch/guards.h"
#include "heddle_torch/ivalue.h"

namespace torch {
namespace autograd {
HEDDLE_TORCH_BEGIN

// What forward() leaves for backward(): kept for the duration of the call.
struct AutogradContext {
  std::unordered_map<std::string, at::IValue> saved_data;
  void save_for_backward(variable_list variables) { saved_ = std::move(variables); }
  variable_list get_saved_variables() const { return saved_; }
  void mark_dirty(const variable_list&) {}
  void mark_non_differentiable(const variable_list&) {}
  void set_materialize_grads(bool) {}
  bool needs_input_grad(size_t) const { return false; }

 private:
  variable_list saved_;
};

template <class... Args>
bool any_variable_requires_grad(const Args&...) {
  return false;
}

template <class T>
struct Function {
  // Takes what T::forward takes after the context, and returns what it returns.
  template <class X = T, class... Args>
  static auto apply(Args&&... args) {
    AutogradContext context;
    return X::forward(&context, std::forward<Args>(args)...);
  }
};

HEDDLE_TORCH_END
}  // namespace autograd
}  // namespace torch
