// What threads cost: fork and wait of an empty task, a region over two threads. Prints one JSON object a line. In
// "parallel_for" the caller is done before a helper comes; in "parallel_for_meeting" it waits for the helper.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "heddle/heddle.h"

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// The median and the best of some runs of f, which does `count` pieces of work, in microseconds a piece.
template <class F>
void measure(const char* name, double count, F&& f) {
  f();
  std::vector<double> times;
  for (int run = 0; run < 21; ++run) {
    const Clock::time_point start = Clock::now();
    f();
    times.push_back(microseconds_since(start) / count);
  }
  std::sort(times.begin(), times.end());
  std::printf("{\"name\": \"%s\", \"us\": %.4f, \"best_us\": %.4f, \"threads\": %d, \"interop_threads\": %d}\n", name,
              times[times.size() / 2], times[0], heddle::get_num_threads(), heddle::get_num_interop_threads());
}

constexpr const char* kSource = R"(
def empty(x: int) -> int:
    return x

def fork_wait(n: int) -> int:
    total = 0
    for i in range(n):
        total += torch.jit._wait(torch.jit._fork(empty, i))
    return total

def fork_many(n: int) -> int:
    total = 0
    futures: List[Future[int]] = []
    for i in range(n):
        futures.append(torch.jit._fork(empty, i))
    for future in futures:
        total += torch.jit._wait(future)
    return total

def call(n: int) -> int:
    return n
)";

// Both chunks of a region are running at the same time: the helper has come, or some time is over.
void meet() {
  std::atomic<int> there{0};
  heddle::parallel_for(0, 2, 1, [&](int64_t begin, int64_t end) {
    there += static_cast<int>(end - begin);
    for (const Clock::time_point start = Clock::now(); there < 2 && microseconds_since(start) < 200;) {
    }
  });
}

}  // namespace

int main() {
  constexpr int kForks = 10000;
  heddle::jit::CompilationUnit unit(kSource);
  for (int threads : {1, 2}) {
    heddle::set_num_interop_threads(threads);
    measure("fork_wait", kForks, [&] { unit.run_method("fork_wait", {kForks}); });
    measure("fork_many", 100 * 100, [&] {
      for (int i = 0; i < 100; ++i) unit.run_method("fork_many", {100});
    });
  }
  const heddle::jit::Method call = unit.get_function("call");
  measure("call", kForks, [&] {
    for (int i = 0; i < kForks; ++i) call({1});
  });
  for (int threads : {1, 2}) {
    heddle::set_num_threads(threads);
    measure("parallel_for", kForks, [&] {
      for (int i = 0; i < kForks; ++i) heddle::parallel_for(0, 2, 1, [](int64_t, int64_t) {});
    });
    if (threads > 1) {
      measure("parallel_for_meeting", 1000, [&] {
        for (int i = 0; i < 1000; ++i) meet();
      });
    }
    // Two pieces of about 20 us.
    measure("parallel_for_40us", 1000, [&] {
      for (int i = 0; i < 1000; ++i) {
        heddle::parallel_for(0, 2, 1, [](int64_t begin, int64_t end) {
          for (int64_t piece = begin; piece < end; ++piece) {
            for (const Clock::time_point start = Clock::now(); microseconds_since(start) < 20;) {
            }
          }
        });
      }
    });
  }
}
