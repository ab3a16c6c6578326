// heddle::jit::Future, which is PyTorch's ivalue::Future for the application.
#include <atomic>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kSource = R"(
def triple(x: int) -> int:
    return 3 * x

def fails(x: int) -> int:
    raise RuntimeError("broken")

def forward(x: int) -> int:
    return torch.jit._wait(torch.jit._fork(triple, x))
)";

class Futures : public Stress {
 protected:
  jit::CompilationUnit unit_{kSource};
};

TEST_F(Futures, WaitValueAndErrors) {
  const jit::Future good = unit_.get_function("forward").run_async({5});
  EXPECT_EQ(good.wait().to_int(), 15);
  EXPECT_TRUE(good.completed());
  EXPECT_FALSE(good.has_error());
  EXPECT_EQ(good.value().to_int(), 15);
  const jit::Future bad = unit_.get_function("fails").run_async({5});
  EXPECT_THROW(bad.wait(), Error);
  EXPECT_TRUE(bad.has_error());
  EXPECT_THROW(bad.value(), Error);
  EXPECT_THROW(jit::Future::promise().value(), Error) << "not completed yet";
}

TEST_F(Futures, ThenMakesChains) {
  const jit::Method forward = unit_.get_function("forward");
  const auto plus_one = [](jit::Future done) { return jit::Value(done.value().to_int() + 1); };
  EXPECT_EQ(forward.run_async({5}).then(plus_one).then(plus_one).wait().to_int(), 17);
  const jit::Future failed = unit_.get_function("fails").run_async({1}).then(plus_one);
  try {
    failed.wait();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "broken");
    EXPECT_FALSE(error.stack().empty()) << "the stack comes along";
  }
  const jit::Future thrown =
      forward.run_async({1}).then([](jit::Future) -> jit::Value { throw std::runtime_error("mine"); });
  EXPECT_THROW(thrown.wait(), Error);
  const jit::Future calls = forward.run_async({2}).then([&](jit::Future done) { return forward({done.value()}); });
  EXPECT_EQ(calls.wait().to_int(), 18);
}

TEST_F(Futures, CallbacksRunOnceEach) {
  std::atomic<int> calls{0};
  const jit::Future promise = jit::Future::promise(types::integer());
  for (int i = 0; i < 10; ++i)
    promise.add_callback([&](jit::Future done) { calls += static_cast<int>(done.value().to_int()); });
  EXPECT_FALSE(promise.wait_until(Clock::now() + 1ms));
  std::atomic<int> first{0};
  on_threads(8, [&](int) { first += promise.complete(2); });
  EXPECT_EQ(first, 1) << "only one completion counts";
  EXPECT_EQ(calls, 20);
  promise.add_callback([&](jit::Future) { ++calls; });
  EXPECT_EQ(calls, 21);
  EXPECT_FALSE(promise.fail("late"));
  testing::internal::CaptureStderr();
  promise.add_callback([](jit::Future) { throw std::runtime_error("thrown in a callback"); });
  EXPECT_NE(testing::internal::GetCapturedStderr().find("thrown in a callback"), std::string::npos);
}

TEST_F(Futures, ManyAtOnceInAPoolOfOne) {
  set_num_interop_threads(1);
  const jit::Method forward = unit_.get_function("forward");
  std::vector<jit::Future> futures;
  for (int i = 0; i < 1000; ++i) futures.push_back(forward.run_async({i}));
  for (int i = 999; i >= 0; --i) ASSERT_EQ(futures[static_cast<size_t>(i)].wait().to_int(), 3 * i);
}

}  // namespace
}  // namespace heddle::stress
