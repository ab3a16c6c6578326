#include "core/storage.h"

#include <algorithm>
#include <cstring>

#include "core/block_cache.h"

namespace heddle {

Storage::Storage(void* data, size_t bytes, std::function<void()> release)
    : data_(data), bytes_(bytes), release_(std::move(release)) {}

Storage::~Storage() {
  if (release_) {
    release_();
  } else {
    give_block(data_, bytes_);
  }
}

Result<Ref<Storage>> Storage::allocate(size_t bytes) {
  void* data = take_block(bytes);
  if (!data) return error(ErrorCode::kLimit, "cannot allocate ", bytes, " bytes for a tensor");
  return Ref<Storage>::adopt(new Storage(data, bytes, nullptr));
}

Ref<Storage> Storage::wrap(void* data, size_t bytes, std::function<void()> release) {
  if (!release) release = [] {};
  return Ref<Storage>::adopt(new Storage(data, bytes, std::move(release)));
}

Status Storage::resize(size_t bytes) {
  void* data = take_block(bytes);
  if (!data) return error(ErrorCode::kLimit, "cannot allocate ", bytes, " bytes for a tensor");
  std::memcpy(data, data_, std::min(bytes, bytes_));
  if (release_) {
    release_();
    release_ = nullptr;
  } else {
    give_block(data_, bytes_);
  }
  data_ = data;
  bytes_ = bytes;
  return ok_status();
}

}  // namespace heddle
