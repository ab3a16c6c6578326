// torch::jit::load and what is done with modules as wholes.
#pragma once

#include <iosfwd>

#include "heddle_torch/module.h"

namespace caffe2 {
namespace serialize {
HEDDLE_TORCH_BEGIN
// Where an archive's bytes come from.
class ReadAdapterInterface {
 public:
  virtual size_t size() const = 0;
  virtual size_t read(uint64_t pos, void* buf, size_t n, const char* what = "") const = 0;
  virtual ~ReadAdapterInterface();
};
HEDDLE_TORCH_END
}  // namespace serialize
}  // namespace caffe2

namespace torch {
namespace jit {
HEDDLE_TORCH_BEGIN

using caffe2::serialize::ReadAdapterInterface;

// All throw c10::Error. extra_files: names of files to read, filled in. A device that is not the CPU is an error.
Module load(const std::string& filename, c10::optional<at::Device> device = c10::nullopt, bool load_debug_files = true);
Module load(std::istream& in, c10::optional<at::Device> device = c10::nullopt, bool load_debug_files = true);
Module load(const std::string& filename, c10::optional<at::Device> device, ExtraFilesMap& extra_files,
            bool load_debug_files = true, bool restore_shapes = false);
Module load(std::istream& in, c10::optional<at::Device> device, ExtraFilesMap& extra_files,
            bool load_debug_files = true, bool restore_shapes = false);
Module load(std::shared_ptr<ReadAdapterInterface> adapter, c10::optional<at::Device> device = c10::nullopt,
            bool load_debug_files = true);
Module load(std::shared_ptr<ReadAdapterInterface> adapter, c10::optional<at::Device> device, ExtraFilesMap& extra_files,
            bool load_debug_files = true);

Module freeze(const Module& module, const c10::optional<std::vector<std::string>>& preserved = c10::nullopt,
              bool optimize_numerics = true);
Module optimize_for_inference(Module& module, const std::vector<std::string>& other_methods = {});
Module freeze_module(const Module& module, std::vector<std::string> preserved = {}, bool freeze_interfaces = true,
                     bool preserve_parameters = false);

// pickle: a value as bytes, as torch.save's container or bare.
std::vector<char> pickle(const c10::IValue& value, std::vector<at::Tensor>* tensor_table = nullptr);
std::vector<char> pickle_save(const c10::IValue& value);
c10::IValue pickle_load(const std::vector<char>& data);
c10::IValue unpickle(const char* data, size_t size);

// Where print() of TorchScript writes, a line with its end at a time; must not throw.
using PrintHandler = void (*)(const std::string&);
PrintHandler getDefaultPrintHandler();
PrintHandler getPrintHandler();
void setPrintHandler(PrintHandler handler);

// Switches of PyTorch's executor, which Heddle has not: kept, and without effect.
enum class FusionBehavior { STATIC, DYNAMIC };
using FusionStrategy = std::vector<std::pair<FusionBehavior, size_t>>;
FusionStrategy getFusionStrategy();
FusionStrategy setFusionStrategy(FusionStrategy& strategy);
inline FusionStrategy setFusionStrategy(FusionStrategy&& strategy) { return setFusionStrategy(strategy); }
void setGraphExecutorOptimize(bool on);
bool getGraphExecutorOptimize();
std::atomic<bool>& getProfilingMode();
std::atomic<bool>& getExecutorMode();
std::atomic<size_t>& getNumProfiledRuns();
std::atomic<size_t>& getBailoutDepth();
bool setTensorExprFuserEnabled(bool on);
bool tensorExprFuserEnabled();
bool& getTEMustUseLLVMOnCPU();
void overrideCanFuseOnCPU(bool on);
void overrideCanFuseOnGPU(bool on);
void overrideCanFuseOnCPULegacy(bool on);
bool canFuseOnCPU();
bool canFuseOnGPU();
bool canFuseOnCPULegacy();
void setTensorExprDynamicShapeFusionEnabled(bool on);

struct GraphOptimizerEnabledGuard {
  explicit GraphOptimizerEnabledGuard(bool on) : before_(getGraphExecutorOptimize()) { setGraphExecutorOptimize(on); }
  ~GraphOptimizerEnabledGuard() { setGraphExecutorOptimize(before_); }

 private:
  bool before_;
};

HEDDLE_TORCH_END
namespace script {
using jit::load;
}  // namespace script
namespace fuser {
namespace cuda {
inline bool isEnabled() { return false; }
inline bool setEnabled(bool) { return false; }
}  // namespace cuda
}  // namespace fuser
}  // namespace jit

using jit::pickle_load;
using jit::pickle_save;
}  // namespace torch
