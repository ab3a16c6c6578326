// torch::save and load of tensors, and the records of an archive as PyTorchStreamReader gives them.
#pragma once

#include <iosfwd>
#include <memory>

#include "heddle_torch/jit.h"

namespace caffe2 {
namespace serialize {
HEDDLE_TORCH_BEGIN

// Reads a file of torch.jit.save or torch.save. Throws c10::Error for other files and for records that are not there.
class PyTorchStreamReader final {
 public:
  explicit PyTorchStreamReader(const std::string& file_name);
  explicit PyTorchStreamReader(std::istream* in);
  explicit PyTorchStreamReader(std::shared_ptr<ReadAdapterInterface> in);
  ~PyTorchStreamReader();
  std::tuple<at::DataPtr, size_t> getRecord(const std::string& name);
  size_t getRecordSize(const std::string& name) { return std::get<1>(getRecord(name)); }
  bool hasRecord(const std::string& name);
  std::vector<std::string> getAllRecords();
  uint64_t version() const;
  const std::string& archiveName() const;
  void close() {}
  void setShouldLoadDebugSymbol(bool) {}

 private:
  struct State;
  std::unique_ptr<State> state_;
};

HEDDLE_TORCH_END
}  // namespace serialize
}  // namespace caffe2

namespace torch {
HEDDLE_TORCH_BEGIN

// load() reads files of torch.save, and those that libtorch's torch::save writes. save() writes the former: torch.load
// of Python reads them.
void load(at::Tensor& tensor, const std::string& path);
void load(at::Tensor& tensor, std::istream& in);
void load(std::vector<at::Tensor>& tensors, const std::string& path);
void load(std::vector<at::Tensor>& tensors, std::istream& in);
void save(const at::Tensor& tensor, const std::string& path);
void save(const at::Tensor& tensor, std::ostream& out);
void save(const std::vector<at::Tensor>& tensors, const std::string& path);
void save(const std::vector<at::Tensor>& tensors, std::ostream& out);

HEDDLE_TORCH_END
}  // namespace torch
