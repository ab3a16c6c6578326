// torch::cuda, at::cuda and c10::cuda as a CPU build answers: there is no such device.
#pragma once

#include "heddle_torch/tensor.h"

namespace torch {
namespace cuda {
HEDDLE_TORCH_BEGIN
inline size_t device_count() { return 0; }
inline bool is_available() { return false; }
inline bool cudnn_is_available() { return false; }
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
inline void synchronize(int64_t = -1) { TORCH_CHECK(false, "No CUDA GPUs are available"); }
HEDDLE_TORCH_END
}  // namespace cuda
namespace mps {
HEDDLE_TORCH_BEGIN
inline bool is_available() { return false; }
HEDDLE_TORCH_END
}  // namespace mps
namespace xpu {
HEDDLE_TORCH_BEGIN
inline bool is_available() { return false; }
inline size_t device_count() { return 0; }
HEDDLE_TORCH_END
}  // namespace xpu
}  // namespace torch

namespace at {
HEDDLE_TORCH_BEGIN

enum class QEngine : uint8_t { NoQEngine, FBGEMM, QNNPACK, ONEDNN, X86 };
constexpr QEngine kNoQEngine = QEngine::NoQEngine;
constexpr QEngine kFBGEMM = QEngine::FBGEMM;
constexpr QEngine kQNNPACK = QEngine::QNNPACK;
constexpr QEngine kONEDNN = QEngine::ONEDNN;
constexpr QEngine kX86 = QEngine::X86;

// Switches of PyTorch's libraries: kept, and without effect.
class Context {
 public:
  static bool hasCUDA() { return false; }
  static bool hasHIP() { return false; }
  static bool hasMPS() { return false; }
  static bool hasXPU() { return false; }
  static bool hasCuDNN() { return false; }
  static bool hasMKL() { return false; }
  static bool hasMKLDNN() { return true; }
  static bool hasOpenMP() { return true; }
  static bool hasLAPACK() { return true; }
  static long versionCuDNN() { return 0; }
  bool userEnabledCuDNN() const { return cudnn_; }
  void setUserEnabledCuDNN(bool on) { cudnn_ = on; }
  bool userEnabledMkldnn() const { return mkldnn_; }
  void setUserEnabledMkldnn(bool on) { mkldnn_ = on; }
  bool benchmarkCuDNN() const { return benchmark_; }
  void setBenchmarkCuDNN(bool on) { benchmark_ = on; }
  bool deterministicCuDNN() const { return deterministic_cudnn_; }
  void setDeterministicCuDNN(bool on) { deterministic_cudnn_ = on; }
  bool deterministicAlgorithms() const { return deterministic_; }
  void setDeterministicAlgorithms(bool on, bool = false) { deterministic_ = on; }
  bool allowTF32CuBLAS() const { return false; }
  void setAllowTF32CuBLAS(bool) {}
  bool allowTF32CuDNN() const { return false; }
  void setAllowTF32CuDNN(bool) {}
  void setAllowFP16ReductionCuBLAS(bool) {}
  void setFloat32MatmulPrecision(const std::string&) {}
  bool setFlushDenormal(bool on);
  void setReleaseWeightsWhenPrepacking(bool) {}
  QEngine qEngine() const { return q_engine_; }
  void setQEngine(QEngine engine) { q_engine_ = engine; }
  static const std::vector<QEngine>& supportedQEngines();
  const Generator& defaultGenerator(Device device);

 private:
  bool cudnn_ = true;
  bool mkldnn_ = true;
  bool benchmark_ = false;
  bool deterministic_cudnn_ = false;
  bool deterministic_ = false;
  QEngine q_engine_ = QEngine::FBGEMM;
};
Context& globalContext();
inline bool hasCUDA() { return false; }
inline bool hasHIP() { return false; }
inline bool hasMPS() { return false; }
inline bool hasXPU() { return false; }
inline bool hasMKL() { return false; }
inline bool hasMKLDNN() { return true; }
inline bool hasOpenMP() { return true; }

HEDDLE_TORCH_END
}  // namespace at

namespace c10 {
namespace cuda {
HEDDLE_TORCH_BEGIN
inline DeviceIndex device_count() noexcept { return 0; }
inline DeviceIndex current_device() {
  TORCH_CHECK(false, "No CUDA GPUs are available");
  return -1;
}
inline void set_device(DeviceIndex) { TORCH_CHECK(false, "No CUDA GPUs are available"); }
inline void device_synchronize() {}
struct CUDAGuard {
  explicit CUDAGuard(DeviceIndex) { TORCH_CHECK(false, "No CUDA GPUs are available"); }
  explicit CUDAGuard(Device) { TORCH_CHECK(false, "No CUDA GPUs are available"); }
};
struct OptionalCUDAGuard {
  OptionalCUDAGuard() {}
  template <class D>
  explicit OptionalCUDAGuard(D) {}
};
struct CUDAStream {
  void* stream() const { return nullptr; }
  void synchronize() const {}
};
inline CUDAStream getCurrentCUDAStream(DeviceIndex = -1) { return {}; }
inline CUDAStream getDefaultCUDAStream(DeviceIndex = -1) { return {}; }
inline CUDAStream getStreamFromPool(bool = false, DeviceIndex = -1) { return {}; }
struct CUDAStreamGuard {
  explicit CUDAStreamGuard(CUDAStream) {}
};
HEDDLE_TORCH_END
namespace CUDACachingAllocator {
HEDDLE_TORCH_BEGIN
inline void emptyCache() {}
inline void init(int) {}
HEDDLE_TORCH_END
}  // namespace CUDACachingAllocator
}  // namespace cuda
}  // namespace c10
namespace at {
namespace cuda {
using c10::cuda::CUDAGuard;
using c10::cuda::CUDAStream;
using c10::cuda::CUDAStreamGuard;
using c10::cuda::device_count;
using c10::cuda::getCurrentCUDAStream;
using c10::cuda::getDefaultCUDAStream;
using c10::cuda::getStreamFromPool;
inline bool is_available() { return false; }
}  // namespace cuda
}  // namespace at
namespace torch {
namespace cuda {
using c10::cuda::CUDAGuard;
}
}  // namespace torch
