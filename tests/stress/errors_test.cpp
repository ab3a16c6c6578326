// Errors of forked tasks reach whoever waits; those nobody waits for harm nobody. A process may end while tasks run.
#include <atomic>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kSource = R"(
def fails(x: Tensor) -> Tensor:
    if x.size(0) > 1:
        raise ValueError("on purpose")
    return x

def outer(x: Tensor) -> Tensor:
    return torch.jit._wait(torch.jit._fork(fails, x))

def awaits_twice(x: Tensor) -> Tensor:
    future = torch.jit._fork(outer, x)
    other = torch.jit._fork(later, future)
    return torch.jit._wait(other) + torch.jit._wait(future)

def later(future: Future[Tensor]) -> Tensor:
    return torch.jit._wait(future)

def returns(x: Tensor) -> Future[Tensor]:
    return torch.jit._fork(outer, x)

def ignores(x: Tensor) -> Tensor:
    for i in range(10):
        future = torch.jit._fork(fails, x)
    return x + 1

def busy(x: Tensor) -> Tensor:
    for i in range(1000000):
        x = torch.relu(x @ x)
    return x

def leaves_busy(x: Tensor) -> Tensor:
    future = torch.jit._fork(busy, x)
    return x + 1
)";

class Errors : public Stress {};

std::vector<std::string> functions(const Error& error) {
  std::vector<std::string> names;
  for (const ScriptFrame& frame : error.stack()) names.push_back(frame.function);
  return names;
}

TEST_F(Errors, TypeMessageAndBothStacksReachTheWaiter) {
  jit::CompilationUnit unit(kSource);
  const Tensor x = tensor_of<float>({1, 2}, {2});
  for (int round = 0; round < 50; ++round) {
    try {
      unit.run_method("awaits_twice", {x});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kRaised);
      EXPECT_EQ(error.python_type(), "builtins.ValueError");
      EXPECT_EQ(error.message(), "on purpose");
      EXPECT_EQ(functions(error), (std::vector<std::string>{"fails", "outer", "later", "awaits_twice"}));
      EXPECT_NE(std::string(error.what()).find("torch.jit._wait(other)"), std::string::npos) << error.what();
    }
  }
}

TEST_F(Errors, EachOfManyWaitersGetsIt) {
  jit::CompilationUnit unit(kSource);
  const jit::Value value = unit.run_method("returns", {tensor_of<float>({1, 2}, {2})});
  const jit::Future future(Ref<FutureValue>::share(&value.as_future()));
  std::atomic<int> seen{0};
  on_threads(20, [&](int) {
    try {
      future.wait();
    } catch (const Error& error) {
      if (error.python_type() == "builtins.ValueError" && functions(error).size() == 2) ++seen;
    }
  });
  EXPECT_EQ(seen, 20);
  EXPECT_TRUE(future.has_error());
}

TEST_F(Errors, NeverAwaitedOnesNeitherTerminateNorLeak) {
  jit::CompilationUnit unit(kSource);
  const Tensor x = tensor_of<float>({1, 2}, {2});
  for (int round = 0; round < 200; ++round) unit.run_method("ignores", {x});
  EXPECT_TRUE(comes_true([&] { return x.storage()->use_count() == 1; }));
}

TEST_F(Errors, ExceptionsOfParallelForAndOfTasksReachTheCaller) {
  jit::CompilationUnit unit(kSource);
  EXPECT_THROW(parallel_for(0, 100, 1,
                            [&](int64_t, int64_t) {
                              unit.run_method("outer", {tensor_of<float>({1, 2}, {2})});
                            }),
               Error);
}

// exit() destroys what running tasks use; they must have ended by then.
TEST_F(Errors, AProcessMayEndWhileTasksRun) {
  if (under_sanitizer()) GTEST_SKIP() << "a forked child does not start threads here";
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (int trial = 0; trial < 10; ++trial) {
    EXPECT_EXIT(
        {
          jit::CompilationUnit unit(kSource);
          for (int i = 0; i < 4; ++i) unit.run_method("leaves_busy", {large_input(0)});
          std::exit(7);
        },
        testing::ExitedWithCode(7), "");
  }
}

}  // namespace
}  // namespace heddle::stress
