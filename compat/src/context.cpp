#include "heddle_torch/cuda.h"

namespace at {
HEDDLE_TORCH_BEGIN

Context& globalContext() {
  static Context one;
  return one;
}
const std::vector<QEngine>& Context::supportedQEngines() {
  static const std::vector<QEngine> engines = {QEngine::FBGEMM, QEngine::QNNPACK, QEngine::ONEDNN, QEngine::X86};
  return engines;
}
bool Context::setFlushDenormal(bool on) {
#if defined(__x86_64__)
  // Bits 15 and 6 of MXCSR: results, and operands, that are denormal count as zero. Of the calling thread.
  constexpr unsigned kBoth = 0x8040;
  const unsigned state = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(on ? state | kBoth : state & ~kBoth);
  return true;
#else
  return !on;
#endif
}
const Generator& Context::defaultGenerator(Device device) {
  TORCH_CHECK(device.is_cpu(), "there is no device ", device, ": Heddle computes on the CPU");
  return detail::getDefaultCPUGenerator();
}

HEDDLE_TORCH_END
}  // namespace at
