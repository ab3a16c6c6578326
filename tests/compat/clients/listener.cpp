// Speech in chunks: the model keeps its recurrent state between calls and is told when an utterance begins.
#include <torch/script.h>

#include <cmath>
#include <deque>
#include <iostream>

class Stream {
 public:
  explicit Stream(const std::string& path) : module_(torch::jit::load(path)) {
    module_.eval();
    hop_ = module_.attr("window").toTensor().size(0) * 4;
  }
  void begin() {
    module_.run_method("reset");
    samples_.clear();
  }
  // The best class after each whole chunk.
  void feed(const std::vector<float>& samples) {
    samples_.insert(samples_.end(), samples.begin(), samples.end());
    while (static_cast<int64_t>(samples_.size()) >= hop_) {
      std::vector<float> chunk(samples_.begin(), samples_.begin() + hop_);
      samples_.erase(samples_.begin(), samples_.begin() + hop_);
      const auto x = torch::from_blob(chunk.data(), {1, hop_}, torch::TensorOptions().dtype(torch::kFloat32));
      const torch::Tensor answer = module_({x}).toTensor();
      const auto [score, index] = answer.max(1);
      std::cout << module_.attr("chunks").toInt() << ": " << index.item<int64_t>() << " "
                << std::lround(score.item<float>() * 1000) << "\n";
    }
  }
  torch::Tensor state() const { return module_.attr("h").toTensor(); }

 private:
  torch::jit::Module module_;
  int64_t hop_;
  std::deque<float> samples_;
};

int main(int, char** argv) {
  torch::InferenceMode guard;
  Stream stream(std::string(argv[4]) + "/listener.pt");
  for (int utterance = 0; utterance < 2; ++utterance) {
    stream.begin();
    std::cout << "utterance " << utterance << " " << stream.state().abs().sum().item<float>() << "\n";
    for (int packet = 0; packet < 5; ++packet) {
      std::vector<float> samples(200);
      for (size_t i = 0; i < samples.size(); ++i)
        samples[i] = std::sin(0.05f * static_cast<float>((utterance + 1) * (packet * 200 + static_cast<int>(i))));
      stream.feed(samples);
    }
  }
  std::cout << (stream.state() * 100).round().to(torch::kInt) << "\n";
  return 0;
}
