// A program of somebody else's: loads a model, runs it, and sees Heddle's exceptions.
#include <heddle/heddle.h>

#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const heddle::jit::Module model = heddle::jit::load(argv[1]);
  const heddle::Tensor answer = model.forward({heddle::zeros({2, 1, 8, 8})}).to_tensor();
  const std::vector<float> values = heddle::to_vector<float>(answer);
  const float sum = std::accumulate(values.begin(), values.end(), 0.0f);
  std::vector<int> seen(100, 0);
  heddle::parallel_for(0, 100, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
  });
  bool caught = false;
  try {
    heddle::jit::load("no/such/file.pt");
  } catch (const heddle::Error& failure) {
    caught = failure.code() == heddle::ErrorCode::kNotFound;
  }
  std::printf("%zu probabilities, sum %.4f; %d items; error %s\n", values.size(), sum,
              std::accumulate(seen.begin(), seen.end(), 0), caught ? "caught" : "missed");
  return values.size() == 20 && std::fabs(sum - 2) < 1e-4 && caught ? 0 : 1;
}
