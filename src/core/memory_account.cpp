#include "core/memory_account.h"

namespace heddle {

constinit thread_local MemoryAccount* MemoryAccount::t_current = nullptr;

Status MemoryAccount::charge(size_t bytes) {
  uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ - used) {
      return error(ErrorCode::kLimit, "the call may hold ", limit_, " bytes of tensors (memory_limit): ", used,
                   " are in use, ", bytes, " more are needed");
    }
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return ok_status();
}

}  // namespace heddle
