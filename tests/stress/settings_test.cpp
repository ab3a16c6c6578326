// The settings: values, sources, scopes, and changes while work is going on.
#include <sys/wait.h>

#include <atomic>
#include <set>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kSource = R"(
def work(x: Tensor) -> Tensor:
    return torch.relu(x @ x)

def forward(x: Tensor) -> Tensor:
    futures = [torch.jit._fork(work, x) for i in range(8)]
    y = x
    for future in futures:
        y = y + torch.jit._wait(future)
    return y
)";

class Settings : public Stress {};

TEST_F(Settings, BadValuesAreErrorsAndChangeNothing) {
  for (const int bad : {0, -1, 1000000000}) {
    EXPECT_THROW(set_num_threads(bad), Error);
    EXPECT_THROW(set_num_interop_threads(bad), Error);
  }
  EXPECT_THROW(set_spin_microseconds(-1), Error);
  EXPECT_THROW(set_spin_microseconds(1000000000), Error);
  EXPECT_EQ(get_num_threads(), 2);
  EXPECT_EQ(get_num_interop_threads(), 2);
}

TEST_F(Settings, ChangeWhileModelsRun) {
  jit::CompilationUnit unit(kSource);
  const Tensor x = large_input(0.01f);
  const std::vector<float> expected = to_vector<float>(unit.run_method("forward", {x}).to_tensor());
  std::atomic<bool> stop{false};
  std::thread setter([&] {
    for (int i = 0; !stop; ++i) {
      set_num_threads(1 + i % 5);
      set_num_interop_threads(1 + i / 2 % 4);
      set_spin_microseconds(i % 3 * 25);
      std::this_thread::sleep_for(200us);
    }
  });
  on_threads(4, [&](int) {
    for (int round = 0; round < (under_sanitizer() ? 5 : 30); ++round) {
      ASSERT_EQ(to_vector<float>(unit.run_method("forward", {x}).to_tensor()), expected);
    }
  });
  stop = true;
  setter.join();
  set_spin_microseconds(50);
}

TEST_F(Settings, NoSpinningWorksToo) {
  set_spin_microseconds(0);
  EXPECT_EQ(get_spin_microseconds(), 0);
  jit::CompilationUnit unit(kSource);
  for (int round = 0; round < 20; ++round) unit.run_method("forward", {large_input()});
  set_spin_microseconds(50);
}

std::set<std::thread::id> threads_of_a_region() {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  for (int round = 0; round < 50; ++round) {
    parallel_for(0, 16, 1, [&](int64_t, int64_t) {
      std::this_thread::sleep_for(200us);
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
    });
  }
  return ids;
}

TEST_F(Settings, LimitsHoldForScopesCallsAndModules) {
  set_num_threads(4);
  {
    const ThreadLimit limit(1);
    EXPECT_EQ(threads_of_a_region().size(), 1u);
  }
  EXPECT_TRUE(comes_true([&] { return threads_of_a_region().size() > 1; }));

  // A single thread can do these models: no thread of the intra-op pool is started for them.
  const auto helpers_started_by = [](auto&& run) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);
      const int before = count_threads();
      for (int round = 0; round < 20; ++round) run();
      _exit(count_threads() - before);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  if (under_sanitizer()) GTEST_SKIP() << "a forked child does not start threads here";
  const jit::Module model = jit::load("models/digits/digits.pt");
  const Tensor images = zeros({512, 1, 8, 8});
  // A BLAS may start a thread of its own when it is first called, and must not do so in the children.
  model.forward({images});
  set_num_interop_threads(1);
  EXPECT_GT(helpers_started_by([&] { model.forward({images}); }), 1);
  EXPECT_LE(helpers_started_by([&] { model.forward({images}, {}, {.thread_limit = 1}); }), 1)
      << "the inter-op thread alone";
  EXPECT_LE(helpers_started_by([&] {
              const ThreadLimit limit(1);
              model.forward({images});
            }),
            1)
      << "what a model forks inherits the limit of its scope";
  model.set_thread_limit(1);
  EXPECT_LE(helpers_started_by([&] { model.copy().forward({images}); }), 1);
  model.set_thread_limit(0);
  EXPECT_THROW(model.set_thread_limit(-1), Error);
  EXPECT_THROW(model.forward({images}, {}, {.thread_limit = -1}), Error);
}

}  // namespace
}  // namespace heddle::stress
