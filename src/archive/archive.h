// A file of torch.jit.save or torch.save: its records by name, its pickles as values, its code as sources. What the
// values' classes mean is for others to say (ObjectBinder). Immutable once open, so any thread may read from it; what
// it hands out keeps the file mapped by itself.
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/debug_ranges.h"
#include "archive/pickle_reader.h"
#include "archive/zip_reader.h"
#include "base/result.h"
#include "base/source.h"
#include "core/ivalue.h"

namespace heddle::archive {

class Archive {
 public:
  enum class Kind {
    kTorchScript,  // torch.jit.save: has code
    kTorchSave,    // torch.save: one pickled value
  };
  // The file format that PyTorch 2.14 writes at most.
  static constexpr int64_t kNewestVersion = 10;

  // All four fail with kNotFound (no such file) or kBadArchive (empty, truncated, damaged, another format, or of the
  // other kind), naming the file, what is wrong and what was expected; with kUnsupported for a newer version or a
  // big-endian archive; with kLimit for what is beyond the limits, which also hold for what is read later.
  //
  // Maps the file: see map_file() for what that means.
  static Result<Archive> open(const std::string& path, Kind wanted = Kind::kTorchScript, const LoadLimits& limits = {});
  // Copies the buffer. `name` stands for the file in messages.
  static Result<Archive> open_copy(const void* data, size_t size, const std::string& name,
                                   Kind wanted = Kind::kTorchScript, const LoadLimits& limits = {});
  // Uses the buffer in place, and tensors may write into it; the owner lets go of it with the last tensor.
  static Result<Archive> open_buffer(Ref<Storage> bytes, const std::string& name, Kind wanted = Kind::kTorchScript,
                                     const LoadLimits& limits = {});
  // Reads the stream to its end.
  static Result<Archive> open_stream(std::istream& stream, const std::string& name, Kind wanted = Kind::kTorchScript,
                                     const LoadLimits& limits = {});

  const std::string& name() const { return zip_->name(); }
  const LoadLimits& limits() const { return limits_; }
  uint64_t bytes() const { return zip_->bytes(); }
  Kind kind() const { return kind_; }
  // The file format's version: what TorchScript's operators meant when it was written. 0 where the file does not say.
  int64_t version() const { return version_; }
  // The name of the folder that everything in the zip lies in, often the model's; empty when there is none.
  std::string root() const { return root_.substr(0, root_.empty() ? 0 : root_.size() - 1); }

  // Records below are named without the root folder: "data.pkl", "code/__torch__.py".
  bool has(std::string_view record) const { return find(record) != nullptr; }
  // Those that begin with `prefix`, in the order of the zip directory.
  std::vector<std::string> records(std::string_view prefix = "") const;
  // kNotFound for a missing record; otherwise as ZipReader::read.
  Result<Ref<Storage>> read(std::string_view record, size_t alignment = 1) const;
  Result<std::string> read_text(std::string_view record) const;

  // Pickle `name`.pkl with tensors from records name/KEY: "data", "constants". Without a binder, class names are
  // errors.
  Result<IValue> read_pickle(std::string_view name, ObjectBinder* binder = nullptr) const;
  // CONSTANTS.c0, c1 ... of the code; empty where there are none.
  Result<std::vector<IValue>> read_constants(ObjectBinder* binder = nullptr) const;

  // The source that defines what is qualified by `qualifier`: "__torch__.torch.nn" is record
  // "code/__torch__/torch/nn.py". Null when the archive has no such code.
  Result<Ref<const Source>> read_code(std::string_view qualifier) const;
  // Every qualifier that read_code knows.
  std::vector<std::string> code_qualifiers() const;
  // Where the code of `qualifier` comes from; no rows where the archive does not say.
  Result<DebugRanges> read_debug_ranges(std::string_view qualifier) const;

  // Names given to torch.jit.save's _extra_files, and their content (kNotFound for others).
  std::vector<std::string> extra_files() const;
  Result<std::string> read_extra_file(std::string_view name) const;

 private:
  Archive() = default;
  static Result<Archive> open_bytes(Ref<Storage> bytes, const std::string& name, Kind wanted, const LoadLimits& limits);
  Status find_root(const std::string& wanted);
  Status read_header();
  const ZipRecord* find(std::string_view record) const;

  Ref<const ZipReader> zip_;
  std::string root_;  // with its slash, or empty
  Kind kind_ = Kind::kTorchScript;
  int64_t version_ = 0;
  LoadLimits limits_;
};

}  // namespace heddle::archive
