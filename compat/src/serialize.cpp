#include "heddle_torch/serialize.h"

#include <cstring>
#include <fstream>
#include <istream>
#include <iterator>
#include <sstream>

#include "archive/archive.h"
#include "archive/pickle_writer.h"
#include "archive/torch_save.h"
#include "compat/src/face.h"

namespace caffe2::serialize {
HEDDLE_TORCH_BEGIN
using heddle::archive::Archive;
using heddle_torch::value;

struct PyTorchStreamReader::State {
  explicit State(Archive a) : archive(std::move(a)), name(archive.root()) {}
  Archive archive;
  std::string name;
};

namespace {
heddle::Result<Archive> open_bytes(const std::string& bytes, Archive::Kind kind) {
  return Archive::open_copy(bytes.data(), bytes.size(), "archive", kind);
}
Archive open_any(const std::string& bytes) {
  heddle::Result<Archive> script = open_bytes(bytes, Archive::Kind::kTorchScript);
  return script.ok() ? std::move(script).value() : value(open_bytes(bytes, Archive::Kind::kTorchSave));
}
}  // namespace

PyTorchStreamReader::PyTorchStreamReader(const std::string& file_name) {
  heddle::Result<Archive> script = Archive::open(file_name, Archive::Kind::kTorchScript);
  state_ = std::make_unique<State>(script.ok() ? std::move(script).value()
                                               : value(Archive::open(file_name, Archive::Kind::kTorchSave)));
}
PyTorchStreamReader::PyTorchStreamReader(std::istream* in) {
  const std::string bytes{std::istreambuf_iterator<char>(*in), {}};
  state_ = std::make_unique<State>(open_any(bytes));
}
PyTorchStreamReader::PyTorchStreamReader(std::shared_ptr<ReadAdapterInterface> in) {
  std::string bytes(in->size(), '\0');
  const size_t read = in->read(0, bytes.data(), bytes.size(), "archive");
  TORCH_CHECK(read == bytes.size(), "the adapter gave ", read, " bytes of ", bytes.size());
  state_ = std::make_unique<State>(open_any(bytes));
}
PyTorchStreamReader::~PyTorchStreamReader() = default;

std::tuple<at::DataPtr, size_t> PyTorchStreamReader::getRecord(const std::string& name) {
  heddle::Ref<heddle::Storage> bytes = value(state_->archive.read(name));
  const size_t size = bytes->bytes();
  void* data = bytes->data();
  void* box = heddle_torch::to_handle(std::move(bytes)).leak();
  return {at::DataPtr(
              data, box, [](void* held) { heddle_torch::release(held); }, at::kCPU),
          size};
}
bool PyTorchStreamReader::hasRecord(const std::string& name) { return state_->archive.has(name); }
std::vector<std::string> PyTorchStreamReader::getAllRecords() { return state_->archive.records(); }
uint64_t PyTorchStreamReader::version() const { return static_cast<uint64_t>(state_->archive.version()); }
const std::string& PyTorchStreamReader::archiveName() const { return state_->name; }

HEDDLE_TORCH_END
}  // namespace caffe2::serialize

namespace torch::jit {
HEDDLE_TORCH_BEGIN
using heddle_torch::in;
using heddle_torch::out;
using heddle_torch::value;

std::vector<char> pickle(const c10::IValue& v, std::vector<at::Tensor>* table) {
  const heddle::archive::WrittenPickle written = value(heddle::archive::write_pickle(in(v)));
  TORCH_CHECK(written.storages.empty() && !table, "pickle: a value with tensors is written by pickle_save");
  return {written.bytes.begin(), written.bytes.end()};
}
std::vector<char> pickle_save(const c10::IValue& v) {
  std::ostringstream bytes;
  heddle_torch::check(heddle::archive::write_torch_save(in(v), bytes));
  const std::string text = bytes.str();
  return {text.begin(), text.end()};
}
c10::IValue pickle_load(const std::vector<char>& data) {
  heddle::Ref<heddle::Storage> bytes = value(heddle::Storage::allocate(data.size()));
  if (!data.empty()) std::memcpy(bytes->data(), data.data(), data.size());
  return out(value(heddle::archive::read_torch_save(std::move(bytes), "pickle_load")));
}
c10::IValue unpickle(const char* data, size_t size) {
  heddle::archive::PickleInput input{
      {reinterpret_cast<const unsigned char*>(data), size}, "unpickle", nullptr, nullptr};
  return out(value(heddle::archive::read_pickle(input)));
}

HEDDLE_TORCH_END
}  // namespace torch::jit

namespace torch {
HEDDLE_TORCH_BEGIN
namespace {

// Tensors of a torch.save file (one, or a list), or of an archive whose attributes are "0", "1", ... as libtorch's
// torch::save writes them.
std::vector<at::Tensor> read_tensors(const std::string& bytes) {
  heddle::Ref<heddle::Storage> copy = heddle_torch::value(heddle::Storage::allocate(bytes.size()));
  if (!bytes.empty()) std::memcpy(copy->data(), bytes.data(), bytes.size());
  heddle::Result<heddle::IValue> saved = heddle::archive::read_torch_save(std::move(copy), "torch::load");
  std::vector<at::Tensor> tensors;
  if (saved.ok()) {
    const c10::IValue v = heddle_torch::out(std::move(saved).value());
    if (v.isTensor()) return {v.toTensor()};
    for (const c10::IValue& part : v.isTuple() ? v.toTupleRef().elements().asArrayRef() : v.toListRef())
      tensors.push_back(part.toTensor());
    return tensors;
  }
  std::istringstream in(bytes);
  const jit::Module module = jit::load(in);
  for (size_t i = 0; module.hasattr(std::to_string(i)); ++i)
    tensors.push_back(module.attr(std::to_string(i)).toTensor());
  TORCH_CHECK(!tensors.empty(), "torch::load: the archive holds a module, not tensors");
  return tensors;
}
std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  TORCH_CHECK(in, "torch::load: cannot open '", path, "'");
  return {std::istreambuf_iterator<char>(in), {}};
}
std::string read_stream(std::istream& in) { return {std::istreambuf_iterator<char>(in), {}}; }
at::Tensor only(std::vector<at::Tensor> tensors) {
  TORCH_CHECK(tensors.size() == 1, "torch::load: expected one tensor, but the file holds ", tensors.size());
  return tensors[0];
}

}  // namespace

void load(at::Tensor& tensor, const std::string& path) { tensor = only(read_tensors(read_file(path))); }
void load(at::Tensor& tensor, std::istream& in) { tensor = only(read_tensors(read_stream(in))); }
void load(std::vector<at::Tensor>& tensors, const std::string& path) { tensors = read_tensors(read_file(path)); }
void load(std::vector<at::Tensor>& tensors, std::istream& in) { tensors = read_tensors(read_stream(in)); }
void save(const at::Tensor& tensor, const std::string& path) {
  heddle_torch::check(heddle::archive::write_torch_save(heddle_torch::in(tensor), path));
}
void save(const at::Tensor& tensor, std::ostream& out) {
  heddle_torch::check(heddle::archive::write_torch_save(heddle_torch::in(tensor), out));
}
void save(const std::vector<at::Tensor>& tensors, const std::string& path) {
  heddle_torch::check(heddle::archive::write_torch_save(heddle_torch::in(c10::IValue(tensors)), path));
}
void save(const std::vector<at::Tensor>& tensors, std::ostream& out) {
  heddle_torch::check(heddle::archive::write_torch_save(heddle_torch::in(c10::IValue(tensors)), out));
}

HEDDLE_TORCH_END
}  // namespace torch
