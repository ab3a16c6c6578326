// Keeps BLAS and LAPACK to the calling thread while one exists: their own threads know nothing of ours. No thread holds
// two at once: OpenBLAS lets a limited number of threads in, and others wait. Private to ops/backend; any thread.
#pragma once

namespace heddle::ops::backend {

class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  [[maybe_unused]] int before_ = 0;
};

}  // namespace heddle::ops::backend
