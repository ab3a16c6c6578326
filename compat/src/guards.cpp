#include "heddle_torch/guards.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
namespace {
thread_local bool grad_on = true;
thread_local bool inference_on = false;
}  // namespace

bool GradMode::is_enabled() { return grad_on; }
void GradMode::set_enabled(bool on) { grad_on = on; }
InferenceMode::InferenceMode(bool on) : before_(inference_on), grad_before_(grad_on) {
  inference_on = on;
  grad_on = !on;
}
InferenceMode::~InferenceMode() {
  inference_on = before_;
  grad_on = grad_before_;
}
bool InferenceMode::is_enabled() { return inference_on; }
HEDDLE_TORCH_END
}  // namespace c10
