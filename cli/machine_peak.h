// What this machine can do at best, measured by two loops: what an operator's speed is held against.
#pragma once

namespace heddle::cli {

struct MachinePeak {
  int threads = 1;
  double gflops = 0;           // float32, multiplications and additions
  double gigabytes_per_s = 0;  // a[i] = b[i] + s * c[i] over arrays beyond the caches; reads and writes
};

// On as many threads as operators may use; takes about a third of a second.
MachinePeak measure_machine_peak();

}  // namespace heddle::cli
