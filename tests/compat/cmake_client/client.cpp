#include <torch/torch.h>

int main() {
  std::cout << TORCH_VERSION << " " << torch::ones({2, 2}).sum().item<float>() << std::endl;
  return torch::ones({2, 2}).sum().item<float>() == 4 ? 0 : 1;
}
