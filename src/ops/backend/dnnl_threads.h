// Keeps oneDNN on the calling thread: our own kernels divide the work, and a primitive made for one thread gives the
// same bits wherever it runs. Used only inside ops/backend, around the creation and the execution of primitives.
#pragma once

#ifdef HEDDLE_MKLDNN_RUNTIME_OMP
#include <omp.h>
#endif
#ifdef HEDDLE_MKLDNN_RUNTIME_TBB
#include <tbb/task_arena.h>
#endif

namespace heddle::ops::backend {

// Runs f() so that every parallel region oneDNN would open has one thread. The caller's own OpenMP setting comes back.
template <class F>
auto on_this_thread_only(F&& f) {
#ifdef HEDDLE_MKLDNN_RUNTIME_OMP
  struct OneThread {
    const int before = omp_get_max_threads();
    OneThread() { omp_set_num_threads(1); }
    ~OneThread() { omp_set_num_threads(before); }
  } one_thread;
  return f();
#elif defined(HEDDLE_MKLDNN_RUNTIME_TBB)
  static thread_local tbb::task_arena arena(1);
  return arena.execute(f);
#else
  return f();
#endif
}

}  // namespace heddle::ops::backend
