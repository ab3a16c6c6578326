// fork(): after parallel work a child can run models.
#include <sys/wait.h>

#include <atomic>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kSource = R"(
def work(x: Tensor) -> Tensor:
    return torch.relu(x @ x) + 1

def forward(x: Tensor) -> Tensor:
    a = torch.jit._fork(work, x)
    b = work(x)
    return torch.jit._wait(a) + b
)";

TEST(Fork, AThousandChildrenRunModels) {
  if (under_thread_sanitizer()) GTEST_SKIP() << "ThreadSanitizer does not let a forked child start threads";
  set_num_threads(3);
  set_num_interop_threads(2);
  jit::CompilationUnit unit(kSource);
  const jit::Method forward = unit.get_function("forward");
  const Tensor x = large_input(0.01f);
  const auto answer = [&] { return to_vector<float>(forward({x}).to_tensor()); };
  const std::vector<float> expected = answer();
  const int trials = under_sanitizer() ? 50 : 1000;
  for (int trial = 0; trial < trials; ++trial) {
    answer();  // the pools are busy or awake
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(60);  // a hang ends the child with a signal
      bool right = answer() == expected;
      // Regions, resizing and tasks of the application work too.
      set_num_threads(2);
      std::atomic<int64_t> sum{0};
      parallel_for(0, 1000, 1, [&](int64_t b, int64_t e) { sum += e - b; });
      right = right && sum == 1000 && forward.run_async({x}).wait().is_tensor();
      _exit(right ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "trial " << trial << ", status " << status;
  }
  EXPECT_EQ(answer(), expected) << "the parent goes on";
}

TEST(Fork, ChildrenOfChildren) {
  if (under_thread_sanitizer()) GTEST_SKIP() << "ThreadSanitizer does not let a forked child start threads";
  jit::CompilationUnit unit(kSource);
  const Tensor x = large_input(0.01f);
  unit.run_method("forward", {x});
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    unit.run_method("forward", {x});
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      alarm(60);
      _exit(unit.run_method("forward", {x}).is_tensor() ? 0 : 1);
    }
    int status = 0;
    waitpid(grandchild, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace heddle::stress
