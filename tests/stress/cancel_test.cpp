// A call with a deadline or a stop token ends with all it forked, and frees what they held.
#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kSource = R"(
def endless(x: Tensor) -> Tensor:
    for i in range(1000000000):
        x = x * 1
    return x

def forks_endless(x: Tensor) -> Tensor:
    futures = [torch.jit._fork(endless, x) for i in range(8)]
    y = x + 1
    for future in futures:
        y = y + torch.jit._wait(future)
    return y

def leaves_endless(x: Tensor) -> Tensor:
    future = torch.jit._fork(endless, x)
    return x + 1

def waits(x: Tensor, promise: Future[Tensor]) -> Tensor:
    return x + torch.jit._wait(promise)

def forks_waits(x: Tensor, promise: Future[Tensor]) -> Tensor:
    return torch.jit._wait(torch.jit._fork(waits, x, promise))
)";

class Cancel : public Stress {
 protected:
  // The storage of what the call is given: nobody else holds it once all is freed.
  Tensor input_ = tensor_of<float>({1, 2}, {2});
  void expect_freed() {
    EXPECT_TRUE(comes_true([&] { return input_.storage()->use_count() == 1; }))
        << input_.storage()->use_count() << " references are left";
  }
};

template <class F>
void expect_cancelled(F&& f, const std::string& words) {
  try {
    f();
    FAIL() << "the call ended by itself";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled) << error.what();
    EXPECT_NE(error.message().find(words), std::string::npos) << error.what();
  }
}

TEST_F(Cancel, DeadlineEndsACallWithItsForks) {
  jit::CompilationUnit unit(kSource);
  for (const char* function : {"endless", "forks_endless"}) {
    const Clock::time_point begin = Clock::now();
    expect_cancelled([&] { unit.get_function(function)({input_}, {}, {.deadline = begin + 30ms}); }, "deadline");
    EXPECT_GE(Clock::now() - begin, 30ms);
    EXPECT_LT(Clock::now() - begin, 10s);
    expect_freed();
  }
  // The pool is free again.
  EXPECT_EQ(unit.get_function("waits").argument_count(), 2u);
  EXPECT_NO_THROW(unit.get_function("leaves_endless")({input_}, {}, {.deadline = Clock::now() + 30ms}));
  expect_freed();
}

TEST_F(Cancel, StopTokenEndsCallsThatRunAndCallsThatWait) {
  jit::CompilationUnit unit(kSource);
  const jit::Future promise = jit::Future::promise(types::tensor());
  const std::vector<std::vector<IValue>> arguments{{input_}, {input_, IValue(promise.ref())}};
  for (const auto& [function, kind] :
       {std::pair{"endless", 0}, {"forks_endless", 0}, {"waits", 1}, {"forks_waits", 1}}) {
    for (const bool async : {false, true}) {
      std::stop_source stop;
      std::thread stopper([&] {
        std::this_thread::sleep_for(10ms);
        stop.request_stop();
      });
      expect_cancelled(
          [&, name = function, which = static_cast<size_t>(kind)] {
            const jit::Method method = unit.get_function(name);
            if (async) {
              method.run_async(arguments[which], {}, {.stop = stop.get_token()}).wait();
            } else {
              method(arguments[which], {}, {.stop = stop.get_token()});
            }
          },
          "stopped");
      stopper.join();
    }
  }
  EXPECT_TRUE(promise.complete(input_));
  EXPECT_EQ(to_vector<float>(unit.get_function("waits")(arguments[1]).to_tensor()), (std::vector<float>{2, 4}));
}

TEST_F(Cancel, DeadlineEndsAnAsynchronousCallThatNobodyWaitsFor) {
  jit::CompilationUnit unit(kSource);
  const jit::Future promise = jit::Future::promise(types::tensor());
  const std::vector<IValue> arguments{input_, IValue(promise.ref())};
  const jit::Method method = unit.get_function("forks_waits");
  const jit::Future late = method.run_async(arguments, {}, {.deadline = Clock::now() + 1h});
  for (int round = 0; round < 3; ++round) {
    const Clock::time_point begin = Clock::now();
    const jit::Future future = method.run_async(arguments, {}, {.deadline = begin + 20ms});
    ASSERT_TRUE(comes_true([&] { return future.completed(); }));
    EXPECT_GE(Clock::now() - begin, 20ms);
    expect_cancelled([&] { future.value(); }, "deadline");
  }
  EXPECT_FALSE(late.completed());
  promise.complete(input_);
  EXPECT_TRUE(late.wait().is_tensor());
}

TEST_F(Cancel, DeadlinesHoldInCallbacksOfThePoolToo) {
  set_num_interop_threads(1);
  jit::CompilationUnit unit(kSource);
  const jit::Future promise = jit::Future::promise(types::tensor());
  const std::vector<IValue> arguments{input_, IValue(promise.ref())};
  std::atomic<int> called{0};
  for (const char* function : {"waits", "forks_waits"}) {
    launch([&, function] {
      expect_cancelled([&] { unit.get_function(function)(arguments, {}, {.deadline = Clock::now() + 20ms}); },
                       "deadline");
      ++called;
    });
  }
  EXPECT_TRUE(comes_true([&] { return called == 2; }));
  promise.complete(input_);
}

TEST_F(Cancel, ManyCallersAreStoppedAtOnce) {
  jit::CompilationUnit unit(kSource);
  std::stop_source stop;
  std::atomic<int> cancelled{0};
  std::thread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  on_threads(16, [&](int i) {
    const jit::Method method = unit.get_function(i % 2 ? "endless" : "forks_endless");
    expect_cancelled([&] { method({input_}, {}, {.stop = stop.get_token()}); }, "stopped");
    ++cancelled;
  });
  stopper.join();
  EXPECT_EQ(cancelled, 16);
  expect_freed();
}

}  // namespace
}  // namespace heddle::stress
