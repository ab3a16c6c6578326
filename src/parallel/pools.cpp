#include "parallel/pools.h"

#include <pthread.h>

#include <mutex>

#include "parallel/backend.h"
#include "parallel/budget.h"
#include "parallel/task_pool.h"

namespace heddle::parallel {

void helpers_resized() { backend::resized(); }

void prepare_for_fork() {
  static std::once_flag once;
  std::call_once(once, [] {
    pthread_atfork(nullptr, nullptr, [] {
      budget::reset_after_fork();
      backend::reset_after_fork();
      reset_task_pool_after_fork();
    });
  });
}

}  // namespace heddle::parallel
