// Tasks in source that a person writes, through the public API. tests/golden/exec has the forms inside the language.
#include <gtest/gtest.h>

#include "heddle/error.h"
#include "heddle/jit.h"

namespace heddle::jit {
namespace {

Tensor matrix(float a, float b, float c, float d) {
  const Tensor tensor = Tensor::empty(Dims{2, 2}, DType::kFloat32).value();
  const float values[] = {a, b, c, d};
  std::copy(std::begin(values), std::end(values), tensor.data<float>());
  return tensor;
}

std::vector<float> numbers(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.numel()};
}

TEST(Script, TheExampleOfTheNote) {
  const CompilationUnit unit(R"(
class Net:
  def __init__(self, w_y: Tensor, w_z: Tensor):
    self.w_y = w_y
    self.w_z = w_z
  def forward(self, x):
    def compute_z(x):
      return torch.mm(x, self.w_z)

    # launch compute_z asynchronously:
    fut = torch.jit._fork(compute_z, x)
    # execute the next operation in parallel to compute_z:
    y = torch.mm(x, self.w_y)
    # wait for the result of compute_z:
    z = torch.jit._wait(fut)
    return y + z

def run(x: Tensor, w_y: Tensor, w_z: Tensor):
  return Net(w_y, w_z).forward(x)
)");
  const Value sum = unit.run_method("run", {matrix(1, 2, 3, 4), matrix(1, 0, 0, 1), matrix(0, 10, 10, 0)});
  EXPECT_EQ(numbers(sum.to_tensor()), (std::vector<float>{21, 12, 43, 34}));
}

TEST(Script, FuturesComeBackAndGoInAgain) {
  const CompilationUnit unit(R"(
def work(x: int) -> int:
  return x * 2
def begin(x: int) -> Future[int]:
  return torch.jit.fork(work, x)
def more(f: Future[int], g: Future[int]) -> int:
  return f.wait() + g.wait() + f.wait()
)");
  const Future begun = unit.run_method("begin", {4}).to_future();
  const Future promised = Future::promise(types::integer());
  const Future sum = unit.get_function("more").run_async({begun.ref(), promised.ref()});
  EXPECT_FALSE(sum.completed());
  promised.complete(100);
  EXPECT_EQ(sum.wait().to_int(), 116);
}

constexpr const char* kLazy = R"(
class Log:
  def __init__(self):
    self.calls: List[int] = []
def work(log: Log, x: int) -> int:
  log.calls.append(x)
  return 12 // x
def lazy(log: Log, x: int) -> Await[int]:
  return torch.jit._awaitable(work, log, x)
def log() -> Log:
  return Log()
def calls(log: Log) -> int:
  return len(log.calls)
)";

TEST(Script, AwaitablesBeginWhenTheApplicationAsks) {
  const CompilationUnit unit(kLazy);
  const Value log = unit.run_method("log", {});
  const auto calls = [&] { return unit.run_method("calls", {log}).to_int(); };
  const Future waited = unit.run_method("lazy", {log, 3}).to_future();
  const Future followed = unit.run_method("lazy", {log, 4}).to_future();
  const Future timed = unit.run_method("lazy", {log, 6}).to_future();
  const Future dropped = unit.run_method("lazy", {log, 1}).to_future();
  EXPECT_EQ(calls(), 0);
  EXPECT_EQ(waited.wait().to_int(), 4);
  EXPECT_EQ(waited.wait().to_int(), 4);
  EXPECT_EQ(calls(), 1);
  EXPECT_EQ(followed.then([](Future f) { return Value(f.value().to_int() + 1); }).wait().to_int(), 4);
  EXPECT_TRUE(timed.wait_until(std::chrono::steady_clock::now() + std::chrono::minutes(1)));
  EXPECT_EQ(timed.value().to_int(), 2);
  EXPECT_FALSE(dropped.completed());
  EXPECT_EQ(calls(), 3);
}

TEST(Script, AnAwaitableFailsOnceForAll) {
  const CompilationUnit unit(kLazy);
  const Value log = unit.run_method("log", {});
  const Future failing = unit.run_method("lazy", {log, 0}).to_future();
  EXPECT_THROW(failing.wait(), Error);
  EXPECT_THROW(failing.wait(), Error);
  EXPECT_EQ(unit.run_method("calls", {log}).to_int(), 1);
}

TEST(Script, ManyWaitForOneAwaitable) {
  const CompilationUnit unit(std::string(kLazy) + R"(
def force(a: Await[int]) -> int:
  return torch.jit._awaitable_wait(a)
)");
  for (int round = 0; round < 50; ++round) {
    const Value log = unit.run_method("log", {});
    const Value lazy = unit.run_method("lazy", {log, 2});
    std::vector<Future> all;
    for (int i = 0; i < 8; ++i) all.push_back(unit.get_function("force").run_async({lazy}));
    for (const Future& one : all) EXPECT_EQ(one.wait().to_int(), 6);
    EXPECT_EQ(unit.run_method("calls", {log}).to_int(), 1);
  }
}

TEST(Script, GeneratorsDrawAgainWhatTheyDrew) {
  const CompilationUnit unit(R"(
def run(seed: int):
  g = torch.Generator()
  default = g.initial_seed()
  g.manual_seed(seed)
  a = torch.rand([3], generator=g)
  b = torch.rand([3], generator=g)
  h = torch.Generator(device=torch.device("cpu"), seed=seed)
  c = torch.rand([3], generator=h)
  return bool((a == c).all()), bool((a == b).all()), default, g.initial_seed(), h.seed() != seed
)");
  const std::vector<Value> out = unit.run_method("run", {7}).to_tuple();
  EXPECT_TRUE(out[0].to_bool());
  EXPECT_FALSE(out[1].to_bool());
  EXPECT_EQ(out[2].to_int(), 67280421310721);
  EXPECT_EQ(out[3].to_int(), 7);
  EXPECT_TRUE(out[4].to_bool());
}

}  // namespace
}  // namespace heddle::jit
