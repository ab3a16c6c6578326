#include "archive/torch_save.h"

#include "archive/archive.h"
#include "archive/byte_region.h"
#include "archive/file_kind.h"
#include "archive/legacy_torch_save.h"

namespace heddle::archive {

Result<IValue> read_torch_save(const std::string& path) { return read_torch_save(HEDDLE_TRY(map_file(path)), path); }

Result<IValue> read_torch_save(Ref<Storage> bytes, const std::string& name) {
  if (is_legacy_torch_save(*bytes)) return read_legacy_torch_save(*bytes, name);
  const Archive archive = HEDDLE_TRY(Archive::open_buffer(std::move(bytes), name, Archive::Kind::kTorchSave));
  return archive.read_pickle("data");
}

}  // namespace heddle::archive
