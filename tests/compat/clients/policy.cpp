// A robot's control loop at 1 kHz: one thread, buffers made once, observations written in place.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <chrono>
#include <iostream>
#include <thread>

class Controller {
 public:
  explicit Controller(const std::string& path)
      : model_(torch::jit::optimize_for_inference(loaded(path))),
        observation_(torch::zeros({1, 6}, torch::TensorOptions().dtype(torch::kFloat32).requires_grad(false))),
        hidden_(torch::zeros({1, 6})) {
    inputs_.reserve(2);
  }
  std::array<float, 2> step(const std::array<double, 6>& sensors) {
    float* const data = observation_.data_ptr<float>();
    std::copy(sensors.begin(), sensors.end(), data);
    inputs_.clear();
    inputs_.emplace_back(observation_);
    inputs_.emplace_back(hidden_);
    const auto result = model_.forward(inputs_).toTuple();
    hidden_ = result->elements()[1].toTensor();
    const torch::Tensor action = result->elements()[0].toTensor();
    return {action[0][0].item<float>(), action[0][1].item<float>()};
  }

 private:
  static torch::jit::Module& loaded(const std::string& path) {
    static torch::jit::Module module = torch::jit::load(path);
    module.eval();
    return module;
  }
  torch::jit::Module model_;
  torch::Tensor observation_, hidden_;
  std::vector<torch::jit::IValue> inputs_;
};

int main(int, char** argv) {
  using namespace std::chrono_literals;
  torch::set_num_threads(1);
  c10::InferenceMode inference;
  Controller controller(std::string(argv[4]) + "/policy.pt");
  std::array<double, 6> sensors{0.1, -0.2, 0.3, 0, 0, 1};
  auto next = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    const auto action = controller.step(sensors);
    sensors[0] += 0.01 * action[0];
    sensors[1] += 0.01 * action[1];
    if (i % 25 == 24) std::cout << std::lround(action[0] * 1e4) << " " << std::lround(action[1] * 1e4) << "\n";
    next += 1ms;
    std::this_thread::sleep_until(next);
  }
  std::cout << at::get_num_threads() << "\n";
  return 0;
}
