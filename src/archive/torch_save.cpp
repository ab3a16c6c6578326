#include "archive/torch_save.h"

#include "archive/archive.h"
#include "archive/byte_region.h"
#include "archive/file_kind.h"
#include "archive/file_writer.h"
#include "archive/legacy_torch_save.h"
#include "archive/pickle_writer.h"
#include "archive/zip_writer.h"

namespace heddle::archive {
namespace {

constexpr std::string_view kByteOrder = "little";
constexpr std::string_view kVersion = "3\n";  // what torch.save writes

}  // namespace

Result<IValue> read_torch_save(const std::string& path) { return read_torch_save(HEDDLE_TRY(map_file(path)), path); }

Result<IValue> read_torch_save(Ref<Storage> bytes, const std::string& name) {
  if (is_legacy_torch_save(*bytes)) return read_legacy_torch_save(*bytes, name);
  const Archive archive = HEDDLE_TRY(Archive::open_buffer(std::move(bytes), name, Archive::Kind::kTorchSave));
  return archive.read_pickle("data");
}

Status write_torch_save(const IValue& value, std::ostream& out) {
  const WrittenPickle pickle = HEDDLE_TRY(write_pickle(value));
  ZipWriter zip(out);
  HEDDLE_TRY(zip.add_stored("archive/data.pkl", pickle.bytes.data(), pickle.bytes.size()));
  HEDDLE_TRY(zip.add_stored("archive/byteorder", kByteOrder.data(), kByteOrder.size()));
  for (size_t i = 0; i < pickle.storages.size(); ++i) {
    const Storage& storage = *pickle.storages[i];
    HEDDLE_TRY(zip.add_stored(concat("archive/data/", i), storage.data(), storage.bytes()));
  }
  HEDDLE_TRY(zip.add_stored("archive/version", kVersion.data(), kVersion.size()));
  return zip.finish();
}

Status write_torch_save(const IValue& value, const std::string& path) {
  return write_file(path, [&](std::ostream& out) { return write_torch_save(value, out); });
}

}  // namespace heddle::archive
