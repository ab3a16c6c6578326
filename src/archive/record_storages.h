// Tensor bytes out of zip records: record PREFIX + key is the storage of that key. One reading of one pickle, on its
// thread.
#pragma once

#include <string>
#include <unordered_map>

#include "archive/pickle_reader.h"
#include "archive/zip_reader.h"

namespace heddle::archive {

class RecordStorages final : public StorageSource {
 public:
  // Stored records at a multiple of this address are used in place, others are copied: the widest element is
  // complex128.
  static constexpr size_t kAlignment = 16;

  // `prefix` is the folder of the records, "archive/data/".
  RecordStorages(Ref<const ZipReader> zip, std::string prefix) : zip_(std::move(zip)), prefix_(std::move(prefix)) {}
  // Fails with kBadArchive where there is no such record or it is shorter than the pickle says.
  Result<Ref<Storage>> storage(const Request& request) override;

 private:
  Ref<const ZipReader> zip_;
  std::string prefix_;
  std::unordered_map<std::string, Ref<Storage>> found_;
};

}  // namespace heddle::archive
