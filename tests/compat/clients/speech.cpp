// Speech: windows of a signal, a spectrum, a model with state, decoding of its answer.
#include <torch/script.h>
#include <torch/torch.h>

int main(int, char** argv) {
  torch::InferenceMode guard;
  torch::jit::script::Module module;
  try {
    module = torch::jit::load(argv[1]);
  } catch (const c10::Error& e) {
    std::cerr << "cannot load\n";
    return -1;
  }
  module.eval();
  std::vector<float> signal(1600);
  for (size_t i = 0; i < signal.size(); ++i) signal[i] = static_cast<float>(i % 40) / 20.f - 1.f;
  auto options = torch::TensorOptions().dtype(torch::kFloat32);
  torch::Tensor wave = torch::from_blob(signal.data(), {1, static_cast<int64_t>(signal.size())}, options).clone();
  torch::Tensor frames = wave.unfold(1, 400, 160);
  torch::Tensor window = torch::hann_window(400);
  torch::Tensor spectrum = torch::fft_rfft(frames * window, 512).abs().pow(2);
  std::cout << spectrum.sizes() << "\n";
  torch::Tensor bands = torch::log(spectrum.narrow(2, 0, 256).reshape({1, -1, 4, 64}).mean(3) + 1e-6).squeeze(0);
  std::cout << std::fixed << std::setprecision(3) << bands.mean().item<float>() << "\n";
  module.run_method("reset");
  std::string text;
  for (int64_t t = 0; t < bands.size(0); ++t) {
    std::vector<torch::jit::IValue> inputs;
    inputs.emplace_back(bands[t].unsqueeze(0));
    at::Tensor scores = module.forward(inputs).toTensor();
    at::Tensor probabilities = torch::log_softmax(scores, -1);
    const int64_t best = probabilities.argmax(-1).item<int64_t>();
    text += static_cast<char>('a' + best);
    module.run_method("step");
  }
  std::cout << text << " " << module.attr("count").toInt() << "\n";
  torch::Tensor lengths = torch::tensor({3, 1, 2}, torch::kLong);
  torch::Tensor mask = torch::arange(3).unsqueeze(0).lt(lengths.unsqueeze(1));
  std::cout << mask << "\n" << mask.to(torch::kFloat).sum(1) << "\n";
  return 0;
}
