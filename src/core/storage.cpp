#include "core/storage.h"

#include <algorithm>
#include <cstring>

#include "base/counting.h"
#include "base/trace.h"
#include "core/block_cache.h"
#include "core/memory_account.h"

namespace heddle {
namespace {

// A block, charged to the account where there is one.
Result<void*> take(size_t bytes, MemoryAccount* account) {
  if (account) HEDDLE_TRY(account->charge(bytes));
  void* data = take_block(bytes);
  if (data) return data;
  if (account) account->refund(bytes);
  return error(ErrorCode::kLimit, "cannot allocate ", bytes, " bytes for a tensor");
}

// Gives the storage's block back to the cache and its bytes to the account; nothing where nobody is charged. What it
// captures is small and trivial enough for std::function to keep in place, so the account's reference is held by hand.
std::function<void()> give_back(const Storage& storage, MemoryAccount* account) {
  if (!account) return nullptr;
  Ref<MemoryAccount>::share(account).leak();
  return [&storage, account] {
    const auto held = Ref<MemoryAccount>::adopt(account);
    account->refund(storage.bytes());
    give_block(storage.data(), storage.bytes());
    counting::add_memory(-static_cast<int64_t>(storage.bytes()));
  };
}

}  // namespace

Storage::Storage(void* data, size_t bytes, std::function<void()> release)
    : data_(data), bytes_(bytes), release_(std::move(release)) {}

Storage::~Storage() {
  if (release_) {
    release_();
  } else {
    give_block(data_, bytes_);
    counting::add_memory(-static_cast<int64_t>(bytes_));
  }
}

Result<Ref<Storage>> Storage::allocate(size_t bytes) {
  MemoryAccount* const account = MemoryAccount::current();
  void* data = HEDDLE_TRY(take(bytes, account));
  trace::t_allocated += static_cast<int64_t>(bytes);
  counting::add_memory(static_cast<int64_t>(bytes));
  auto storage = Ref<Storage>::adopt(new Storage(data, bytes, nullptr));
  storage->release_ = give_back(*storage, account);
  return storage;
}

Ref<Storage> Storage::wrap(void* data, size_t bytes, std::function<void()> release) {
  if (!release) release = [] {};
  return Ref<Storage>::adopt(new Storage(data, bytes, std::move(release)));
}

Status Storage::resize(size_t bytes) {
  MemoryAccount* const account = MemoryAccount::current();
  void* data = HEDDLE_TRY(take(bytes, account));
  std::memcpy(data, data_, std::min(bytes, bytes_));
  if (release_) {
    release_();
  } else {
    give_block(data_, bytes_);
    counting::add_memory(-static_cast<int64_t>(bytes_));
  }
  release_ = give_back(*this, account);
  counting::add_memory(static_cast<int64_t>(bytes));
  data_ = data;
  bytes_ = bytes;
  return ok_status();
}

}  // namespace heddle
