// A robot's policy: a thousand small calls, observations with a history, clipped actions.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <deque>

class Policy {
 public:
  explicit Policy(const std::string& path) : module_(torch::jit::load(path, torch::Device(torch::kCPU))) {
    module_.eval();
    at::set_num_threads(1);
    for (int i = 0; i < 2; ++i) history_.push_back(torch::zeros({2}));
  }
  std::vector<float> act(const std::array<float, 2>& observation) {
    torch::NoGradGuard no_grad;
    history_.pop_front();
    history_.push_back(torch::tensor({observation[0], observation[1]}, torch::dtype(torch::kFloat)).clamp(-5, 5));
    torch::Tensor in = torch::cat(std::vector<torch::Tensor>(history_.begin(), history_.end())).view({1, -1});
    torch::Tensor action = torch::tanh(module_.forward({in}).toTensor()).squeeze(0).to(torch::kCPU).contiguous();
    last_ = action * 0.5 + last_ * 0.5;
    return std::vector<float>(last_.data_ptr<float>(), last_.data_ptr<float>() + last_.numel());
  }

 private:
  torch::jit::Module module_;
  std::deque<torch::Tensor> history_;
  torch::Tensor last_ = torch::zeros(3);
};

int main(int, char** argv) {
  Policy policy(argv[1]);
  std::vector<float> action;
  for (int i = 0; i < 1000; ++i) action = policy.act({static_cast<float>(i % 7) / 7, static_cast<float>(i % 3)});
  std::cout << std::fixed << std::setprecision(4);
  for (float a : action) std::cout << a << " ";
  std::cout << at::get_num_threads() << "\n";
  return 0;
}
