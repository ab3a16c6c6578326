#include "archive/record_storages.h"

namespace heddle::archive {

Result<Ref<Storage>> RecordStorages::storage(const Request& request) {
  Ref<Storage>& found = found_[request.key];
  if (!found) {
    const ZipRecord* record = zip_->find(prefix_ + request.key);
    HEDDLE_REQUIRE_CODE(record, kBadArchive, "it refers to tensor record ", quoted(prefix_ + request.key),
                        ", which is missing");
    found = HEDDLE_TRY(zip_->read(*record, kAlignment));
  }
  const auto element = static_cast<uint64_t>(element_size(request.dtype));
  HEDDLE_REQUIRE_CODE(found->bytes() / element >= static_cast<uint64_t>(request.count), kBadArchive, "it expects ",
                      request.count, " elements of ", python_name(request.dtype), " in record ",
                      quoted(prefix_ + request.key), ", which has ", found->bytes(), " bytes");
  return found;
}

}  // namespace heddle::archive
