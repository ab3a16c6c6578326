// One module, many threads, and everything that may happen meanwhile: forks, asynchronous calls, loads and unloads,
// setters, copies, attributes that change.
#include <atomic>

#include "tests/stress/common.h"

namespace heddle::stress {
namespace {

constexpr const char* kModel = "models/digits/digits.pt";

class SharedModule : public Stress {};

TEST_F(SharedModule, SixtyFourThreads) {
  const jit::Module model = jit::load(kModel);
  std::vector<Tensor> inputs;
  std::vector<std::vector<float>> expected;
  for (int i = 0; i < 4; ++i) {
    std::vector<float> pixels(static_cast<size_t>(64 * (i + 1)), 0.1f * static_cast<float>(i + 1));
    inputs.push_back(tensor_of(std::span<const float>(pixels), {i + 1, 1, 8, 8}));
    expected.push_back(to_vector<float>(model.forward({inputs.back()}).to_tensor()));
  }
  std::atomic<int> wrong{0};
  const int rounds = under_sanitizer() ? 3 : 20;
  on_threads(64, [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      const auto which = static_cast<size_t>((thread + round) % 4);
      const auto check = [&](const jit::Value& value) {
        wrong += to_vector<float>(value.to_tensor()) != expected[which];
      };
      switch ((thread + round) % 7) {
        case 0:
          check(model.forward_async({inputs[which]}).wait());
          break;
        case 1: {
          const jit::Module own = jit::load(kModel);
          check(own.forward({inputs[which]}));
          break;
        }
        case 2:
          check(model.copy().forward({inputs[which]}));
          break;
        case 3:
          set_num_threads(1 + round % 4);
          check(model.forward({inputs[which]}));
          break;
        case 4:
          set_num_interop_threads(1 + round % 4);
          // Unloaded while the call runs: the call keeps what it needs.
          check([&] { return jit::load(kModel).forward_async({inputs[which]}); }().wait());
          break;
        default:
          check(model.forward({inputs[which]}));
      }
    }
  });
  EXPECT_EQ(wrong, 0);
}

// A model that assigns its own attribute gives one of the answers that some order of the calls could give.
TEST_F(SharedModule, AssignedAttributesAreReadAndWrittenWhole) {
  jit::CompilationUnit unit(R"(
class State:
    def __init__(self, x: Tensor, name: str):
        self.x = x
        self.name = name

def make(x: Tensor) -> State:
    return State(x, "first")

def step(state: State, i: int) -> Tensor:
    for k in range(100):
        state.x = torch.full([4], i)
        state.name = str(i) + " is the name of this state"
    return state.x + len(state.name) * 0
)");
  const jit::Value state = unit.run_method("make", {zeros({4})});
  const jit::Method step = unit.get_function("step");
  std::atomic<int> wrong{0};
  on_threads(8, [&](int thread) {
    for (int round = 0; round < 20; ++round) {
      const std::vector<float> seen = to_vector<float>(step({state, thread}).to_tensor());
      for (const float value : seen) wrong += value != seen[0] || value < 0 || value > 7;
    }
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace heddle::stress
