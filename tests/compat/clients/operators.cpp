// Operators of the program's own, in both ways of registering them.
#include <torch/script.h>

static torch::Tensor gain(const torch::Tensor& x, double by) { return x * by; }
static std::tuple<torch::Tensor, int64_t> count(torch::Tensor x, std::vector<int64_t> more) {
  return {x + static_cast<int64_t>(more.size()), x.numel()};
}
static torch::Tensor later(const torch::Tensor& x, c10::optional<torch::Tensor> y, std::string name) {
  return y ? x + *y : x - static_cast<double>(name.size());
}

TORCH_LIBRARY(mine, m) {
  m.def("gain(Tensor x, float by=2.) -> Tensor", &gain);
  m.def("count", &count);
  m.def("later(Tensor x, Tensor? y, str name) -> Tensor");
}
TORCH_LIBRARY_IMPL(mine, CPU, m) { m.impl("later", &later); }

static auto registry = torch::RegisterOperators("yours::twice", [](torch::Tensor x) { return x * 2; });

int main(int, char** argv) {
  torch::jit::Module m = torch::jit::load(argv[2]);
  std::cout << m.forward({torch::ones({2})}) << "\n";
  return 0;
}
