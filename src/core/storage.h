// A block of bytes that tensors look into. Reference-counted; the bytes themselves are guarded by nobody:
// as in PyTorch, callers that write a tensor others read must order it themselves.
#pragma once

#include <cstddef>
#include <functional>

#include "base/ref.h"
#include "base/result.h"

namespace heddle {

class Storage : public RefCounted {
 public:
  // Uninitialised bytes, aligned to kBlockAlignment (core/block_cache.h). Fails with kLimit when the system has no such
  // memory.
  static Result<Ref<Storage>> allocate(size_t bytes);
  // Bytes owned by somebody else; `release` runs when the last reference goes, on whichever thread that is.
  static Ref<Storage> wrap(void* data, size_t bytes, std::function<void()> release);
  ~Storage() override;

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  // Grows (keeping the old bytes) or shrinks the block: torch's resize_ and set_. Wrapped memory is copied first.
  Status resize(size_t bytes);

 private:
  Storage(void* data, size_t bytes, std::function<void()> release);
  void* data_;
  size_t bytes_;
  std::function<void()> release_;  // empty: data_ came from allocate()
};

}  // namespace heddle
