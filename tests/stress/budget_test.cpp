// Never more threads than the two settings allow, whatever calls and forks there are.
#include <atomic>
#include <map>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kSource = R"(
def work(x: Tensor) -> Tensor:
    return torch.relu(x @ x) + x

def inner(x: Tensor) -> Tensor:
    a = torch.jit._fork(work, x)
    b = work(x + 1)
    return torch.jit._wait(a) + b

def forward(x: Tensor) -> Tensor:
    futures: List[Future[Tensor]] = []
    for i in range(4):
        futures.append(torch.jit._fork(inner, x * i))
    total = torch.zeros_like(x)
    for future in futures:
        total = total + torch.jit._wait(future)
    return total
)";

class Budget : public Stress {};

TEST_F(Budget, ThreadsOfOursStayWithinIt) {
  jit::CompilationUnit unit(kSource);
  const int before = count_threads();
  constexpr int kCallers = 200;
  for (const auto& [threads, interop] : {std::pair{1, 1}, {2, 2}, {4, 3}}) {
    set_num_threads(threads);
    set_num_interop_threads(interop);
    std::atomic<bool> stop{false};
    std::atomic<int> callers{0};
    int most = 0;
    std::thread counter([&] {
      while (!stop) {
        // The callers first: one that begins in between may only be missed.
        const int others = callers;
        const int now = count_threads();
        if (others == kCallers) most = std::max(most, now - kCallers - 1 - before);
        std::this_thread::sleep_for(1ms);
      }
    });
    std::atomic<int> done{0};
    on_threads(kCallers, [&](int caller) {
      ++callers;
      const Tensor x = tensor_of<float>({static_cast<float>(caller), 1, 2, 3}, {2, 2});
      for (int round = 0; round < (under_sanitizer() ? 2 : 10); ++round) {
        unit.run_method("forward", {x});
        unit.run_method("forward", {large_input()});
      }
      ++done;
      // All stay, so that the count of callers is exact.
      while (done < kCallers) std::this_thread::sleep_for(1ms);
    });
    stop = true;
    counter.join();
    EXPECT_LE(most, threads + interop) << threads << " and " << interop;
    // A pool that has shrunk may still be letting threads go when the next round begins.
    reset();
    EXPECT_TRUE(comes_true([&] { return count_threads() <= before + 4; })) << testing::PrintToString(thread_names());
  }
}

TEST_F(Budget, IdleMeansNoWork) {
  jit::CompilationUnit unit(kSource);
  for (int round = 0; round < 20; ++round) unit.run_method("forward", {large_input()});
  // On a busy machine a thread may get to the end of its looking for work only later.
  const auto idle_second = [] {
    const std::clock_t begin = std::clock();
    std::this_thread::sleep_for(1s);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 0.01;
  };
  EXPECT_TRUE(comes_true(idle_second)) << "idle threads take more than 10 ms of processor time a second";
}

TEST_F(Budget, ShortLivedInferenceThreadsLeaveNothingBehind) {
  jit::CompilationUnit unit(kSource);
  const jit::Method method = unit.get_function("forward");
  const Tensor x = tensor_of<float>({1, 2, 3, 4}, {2, 2});
  const auto run = [&](int count) {
    for (int i = 0; i < count; i += 20) on_threads(20, [&](int) { method({x}); });
  };
  run(500);
  const double before = resident_mb();
  run(under_sanitizer() ? 1000 : 10000);
  if (!under_sanitizer()) {
    EXPECT_LT(resident_mb() - before, 10);
  }
}

}  // namespace
}  // namespace heddle::stress
