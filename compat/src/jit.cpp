#include "heddle_torch/jit.h"

#include <istream>
#include <iterator>

#include "compat/src/function_state.h"

namespace caffe2::serialize {
HEDDLE_TORCH_BEGIN
ReadAdapterInterface::~ReadAdapterInterface() = default;
HEDDLE_TORCH_END
}  // namespace caffe2::serialize

namespace torch::jit {
HEDDLE_TORCH_BEGIN
using heddle_torch::guarded;

namespace {

template <class F>
Module load_with(c10::optional<at::Device> device, ExtraFilesMap* files, F&& open) {
  if (device) heddle_torch::check_device(*device);
  heddle::jit::ExtraFiles wanted;
  if (files) wanted.insert(files->begin(), files->end());
  heddle::jit::LoadOptions options;
  if (device) options.map_location = heddle_torch::in(*device);
  options.extra_files = files ? &wanted : nullptr;
  return guarded([&] {
    Module module(object_of(open(options)));
    // What the archive lacks stays as the caller had it.
    if (files)
      for (auto& [name, content] : wanted)
        if (!content.empty()) (*files)[name] = content;
    return module;
  });
}

Module load_file(const std::string& name, c10::optional<at::Device> device, ExtraFilesMap* files) {
  return load_with(device, files, [&](const auto& options) { return heddle::jit::load(name, options); });
}
Module load_stream(std::istream& in, c10::optional<at::Device> device, ExtraFilesMap* files) {
  return load_with(device, files, [&](const auto& options) { return heddle::jit::load(in, options); });
}
Module load_adapter(const ReadAdapterInterface& from, c10::optional<at::Device> device, ExtraFilesMap* files) {
  std::vector<char> bytes(from.size());
  const size_t read = from.read(0, bytes.data(), bytes.size(), "archive");
  TORCH_CHECK(read == bytes.size(), "the adapter gave ", read, " bytes of ", bytes.size());
  return load_with(device, files,
                   [&](const auto& options) { return heddle::jit::load(bytes.data(), bytes.size(), options); });
}

}  // namespace

Module load(const std::string& filename, c10::optional<at::Device> device, bool) {
  return load_file(filename, device, nullptr);
}
Module load(std::istream& in, c10::optional<at::Device> device, bool) { return load_stream(in, device, nullptr); }
Module load(const std::string& filename, c10::optional<at::Device> device, ExtraFilesMap& files, bool, bool) {
  return load_file(filename, device, &files);
}
Module load(std::istream& in, c10::optional<at::Device> device, ExtraFilesMap& files, bool, bool) {
  return load_stream(in, device, &files);
}
Module load(std::shared_ptr<ReadAdapterInterface> adapter, c10::optional<at::Device> device, bool) {
  return load_adapter(*adapter, device, nullptr);
}
Module load(std::shared_ptr<ReadAdapterInterface> adapter, c10::optional<at::Device> device, ExtraFilesMap& files,
            bool) {
  return load_adapter(*adapter, device, &files);
}

namespace {
Module frozen(const Module& module) {
  return guarded([&] {
    const heddle::jit::Module from(heddle_torch::in(c10::IValue(module._ivalue())));
    return Module(object_of(heddle::jit::freeze(from)));
  });
}
}  // namespace

Module freeze(const Module& module, const c10::optional<std::vector<std::string>>&, bool) {
  TORCH_CHECK(!module.hasattr("training") || !module.is_training(),
              "Freezing is currently only implemented for modules in eval mode. Please call .eval() before freezing");
  return frozen(module);
}
Module optimize_for_inference(Module& module, const std::vector<std::string>&) { return frozen(module); }
Module freeze_module(const Module& module, std::vector<std::string>, bool, bool) { return frozen(module); }

namespace {
FusionStrategy& strategy() {
  static FusionStrategy one{{FusionBehavior::STATIC, 2}, {FusionBehavior::DYNAMIC, 10}};
  return one;
}
struct Switches {
  std::atomic<bool> optimize{true};
  std::atomic<bool> profiling{true};
  std::atomic<bool> executor{true};
  std::atomic<size_t> profiled_runs{1};
  std::atomic<size_t> bailout_depth{20};
  std::atomic<bool> tensor_expressions{true};
  std::atomic<bool> fuse_cpu{false};
  std::atomic<bool> fuse_gpu{false};
  std::atomic<bool> fuse_cpu_legacy{false};
  bool must_use_llvm = false;
};
Switches& switches() {
  static Switches one;
  return one;
}
}  // namespace

PrintHandler getDefaultPrintHandler() { return heddle::jit::print_to_stdout; }
PrintHandler getPrintHandler() { return heddle::jit::print_handler(); }
void setPrintHandler(PrintHandler handler) { heddle::jit::set_print_handler(handler); }

FusionStrategy getFusionStrategy() { return strategy(); }
FusionStrategy setFusionStrategy(FusionStrategy& wanted) { return std::exchange(strategy(), wanted); }
void setGraphExecutorOptimize(bool on) { switches().optimize = on; }
bool getGraphExecutorOptimize() { return switches().optimize; }
std::atomic<bool>& getProfilingMode() { return switches().profiling; }
std::atomic<bool>& getExecutorMode() { return switches().executor; }
std::atomic<size_t>& getNumProfiledRuns() { return switches().profiled_runs; }
std::atomic<size_t>& getBailoutDepth() { return switches().bailout_depth; }
bool setTensorExprFuserEnabled(bool on) { return switches().tensor_expressions.exchange(on); }
bool tensorExprFuserEnabled() { return switches().tensor_expressions; }
bool& getTEMustUseLLVMOnCPU() { return switches().must_use_llvm; }
void overrideCanFuseOnCPU(bool on) { switches().fuse_cpu = on; }
void overrideCanFuseOnGPU(bool on) { switches().fuse_gpu = on; }
void overrideCanFuseOnCPULegacy(bool on) { switches().fuse_cpu_legacy = on; }
bool canFuseOnCPU() { return switches().fuse_cpu; }
bool canFuseOnGPU() { return switches().fuse_gpu; }
bool canFuseOnCPULegacy() { return switches().fuse_cpu_legacy; }
void setTensorExprDynamicShapeFusionEnabled(bool) {}

HEDDLE_TORCH_END
}  // namespace torch::jit
