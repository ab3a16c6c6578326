#include "core/storage.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace heddle {
namespace {

// aligned_alloc wants a multiple of the alignment; zero bytes still need a distinct block.
void* allocate_block(size_t bytes) {
  constexpr size_t kLargest = SIZE_MAX / 2;
  if (bytes > kLargest) return nullptr;
  const size_t rounded =
      (std::max<size_t>(bytes, 1) + Storage::kAlignment - 1) / Storage::kAlignment * Storage::kAlignment;
  return std::aligned_alloc(Storage::kAlignment, rounded);
}

}  // namespace

Storage::Storage(void* data, size_t bytes, std::function<void()> release)
    : data_(data), bytes_(bytes), release_(std::move(release)) {}

Storage::~Storage() {
  if (release_) {
    release_();
  } else {
    std::free(data_);
  }
}

Result<Ref<Storage>> Storage::allocate(size_t bytes) {
  void* data = allocate_block(bytes);
  if (!data) return error(ErrorCode::kLimit, "cannot allocate ", bytes, " bytes for a tensor");
  return Ref<Storage>::adopt(new Storage(data, bytes, nullptr));
}

Ref<Storage> Storage::wrap(void* data, size_t bytes, std::function<void()> release) {
  if (!release) release = [] {};
  return Ref<Storage>::adopt(new Storage(data, bytes, std::move(release)));
}

Status Storage::resize(size_t bytes) {
  void* data = allocate_block(bytes);
  if (!data) return error(ErrorCode::kLimit, "cannot allocate ", bytes, " bytes for a tensor");
  std::memcpy(data, data_, std::min(bytes, bytes_));
  if (release_) {
    release_();
    release_ = nullptr;
  } else {
    std::free(data_);
  }
  data_ = data;
  bytes_ = bytes;
  return ok_status();
}

}  // namespace heddle
