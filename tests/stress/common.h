// What the stress tests share: models written here, and what /proc says about this process.
#pragma once

#include <dirent.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "heddle/heddle.h"

namespace heddle::stress {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

inline bool under_thread_sanitizer() {
#ifdef __SANITIZE_THREAD__
  return true;
#else
  return false;
#endif
}
inline bool under_sanitizer() {
#ifdef __SANITIZE_ADDRESS__
  return true;
#else
  return under_thread_sanitizer();
#endif
}

// The kernel's name of each thread of this process.
inline std::vector<std::string> thread_names() {
  std::vector<std::string> names;
  DIR* folder = opendir("/proc/self/task");
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    std::ifstream file(std::string("/proc/self/task/") + entry->d_name + "/comm");
    std::string name;
    if (std::getline(file, name)) names.push_back(name);
  }
  closedir(folder);
  return names;
}
inline int count_threads() { return static_cast<int>(thread_names().size()); }

inline double resident_mb() {
  std::ifstream file("/proc/self/statm");
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1e6;
}

template <class Condition>
bool comes_true(Condition condition, std::chrono::milliseconds limit = 20s) {
  const Clock::time_point end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

// Runs f(0) to f(count - 1), each on a thread of its own.
template <class F>
void on_threads(int count, F&& f) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&f, i] { f(i); });
  for (std::thread& thread : threads) thread.join();
}

// Large enough for several threads an operator.
inline Tensor large_input(float value = 1) {
  const std::vector<float> values(1 << 16, value);
  return tensor_of(std::span<const float>(values), {256, 256});
}

// Every test starts with pools of two and leaves them so.
class Stress : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { reset(); }
  static void reset() {
    set_num_threads(2);
    set_num_interop_threads(2);
  }
};

}  // namespace heddle::stress
