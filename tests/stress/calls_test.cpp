// Never a deadlock: forks nested, wide, awaited in any order, with pools of any size, under regions and over them.
#include <atomic>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

std::string nested_source(int depth) {
  std::string source = "def level0(x: int) -> int:\n    return x + 1\n\n";
  for (int i = 1; i <= depth; ++i) {
    source += concat("def level", i, "(x: int) -> int:\n    a = torch.jit._fork(level", i - 1,
                     ", x)\n    b = torch.jit._fork(level", i - 1,
                     ", x + 1)\n    return torch.jit._wait(b) + torch.jit._wait(a)\n\n");
  }
  return source;
}

int64_t nested_answer(int depth, int64_t x) {
  return depth == 0 ? x + 1 : nested_answer(depth - 1, x) + nested_answer(depth - 1, x + 1);
}

constexpr const char* kWide = R"(
def child(x: Tensor, i: int) -> Tensor:
    return x * i

def grandchild(x: Tensor, n: int) -> Tensor:
    futures = [torch.jit._fork(child, x, i) for i in range(n)]
    total = torch.zeros_like(x)
    for i in range(n):
        total = total + torch.jit._wait(futures[n - 1 - i])
    return total

def wide(x: Tensor, n: int) -> Tensor:
    futures = [torch.jit._fork(grandchild, x, 3) for i in range(n)]
    total = torch.zeros_like(x)
    for i in range(n):
        total = total + torch.jit._wait(futures[(i * 37) % n])
    return total
)";

struct Sizes {
  int threads;
  int interop;
};
void PrintTo(const Sizes& sizes, std::ostream* out) { *out << sizes.threads << " and " << sizes.interop; }

class Calls : public Stress, public testing::WithParamInterface<Sizes> {
 protected:
  void SetUp() override {
    set_num_threads(GetParam().threads);
    set_num_interop_threads(GetParam().interop);
  }
};

TEST_P(Calls, ForksTenDeep) {
  jit::CompilationUnit unit(nested_source(10));
  EXPECT_EQ(unit.run_method("level10", {3}).to_int(), nested_answer(10, 3));
  on_threads(4, [&](int i) { EXPECT_EQ(unit.run_method("level7", {i}).to_int(), nested_answer(7, i)); });
}

TEST_P(Calls, ForksAHundredWideAwaitedOutOfOrder) {
  jit::CompilationUnit unit(kWide);
  const Tensor x = large_input(1);
  for (int round = 0; round < 5; ++round) {
    const std::vector<float> sums = to_vector<float>(unit.run_method("wide", {x, 100}).to_tensor());
    EXPECT_EQ(sums.front(), 300);
    EXPECT_EQ(sums.back(), 300);
  }
}

TEST_P(Calls, WaitsInsideCallbacks) {
  jit::CompilationUnit unit(concat(nested_source(4), kWide));
  const jit::Method deep = unit.get_function("level4");
  constexpr int kCalls = 20;
  std::atomic<int64_t> sum{0};
  std::atomic<int> called{0};
  for (int i = 0; i < kCalls; ++i) {
    deep.run_async({1}).add_callback([&](jit::Future done) {
      // On a thread of the pool: calls the model, waits for an asynchronous call, and does both in a callback again.
      sum += done.value().to_int() + deep({1}).to_int() + deep.run_async({1}).wait().to_int();
      deep.run_async({1}).add_callback([&](jit::Future inner) {
        sum += inner.wait().to_int() + deep({1}).to_int();
        ++called;
      });
    });
  }
  ASSERT_TRUE(comes_true([&] { return called == kCalls; }, 60s));
  EXPECT_EQ(sum, 5 * kCalls * nested_answer(4, 1));
}

TEST_P(Calls, RegionsInsideForksInsideRegions) {
  jit::CompilationUnit unit(kWide);
  const jit::Method wide = unit.get_function("wide");
  const Tensor x = large_input(1);
  std::atomic<int> right{0};
  parallel_for(0, 8, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      // The operators of the model open regions of their own; so does the inner loop.
      const std::vector<float> sums = to_vector<float>(wide({x, 10}).to_tensor());
      parallel_for(0, 100, 1, [&](int64_t b, int64_t e) {
        for (int64_t k = b; k < e; ++k) right += sums[static_cast<size_t>(k)] == 30;
      });
    }
  });
  EXPECT_EQ(right, 800);
}

TEST_P(Calls, TasksOfTheApplicationMayDoTheSame) {
  jit::CompilationUnit unit(kWide);
  const jit::Method wide = unit.get_function("wide");
  std::atomic<int> done{0};
  for (int i = 0; i < 10; ++i) {
    launch([&] {
      parallel_for(0, 4, 1, [&](int64_t, int64_t) { wide({large_input(2), 5}); });
      ++done;
    });
  }
  EXPECT_TRUE(comes_true([&] { return done == 10; }, 60s));
}

INSTANTIATE_TEST_SUITE_P(Pools, Calls, testing::Values(Sizes{1, 1}, Sizes{2, 1}, Sizes{1, 2}, Sizes{2, 2}, Sizes{4, 3}),
                         [](const auto& sizes) { return concat(sizes.param.threads, "and", sizes.param.interop); });

// The example of PyTorch's note, word for word.
}  // namespace
}  // namespace heddle::stress
