// A server: callers put requests in a queue, a pool of threads runs one shared model on batches of them.
#include <torch/script.h>

#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <queue>
#include <thread>

class Server {
 public:
  Server(const std::string& path, int threads) : model_(torch::jit::freeze(evaluated(path))) {
    for (int i = 0; i < threads; ++i) pool_.emplace_back([this] { work(); });
  }
  ~Server() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& t : pool_) t.join();
  }
  std::future<int64_t> ask(torch::Tensor image) {
    Request request{std::move(image), {}};
    std::future<int64_t> answer = request.answer.get_future();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      queue_.push(std::move(request));
    }
    changed_.notify_one();
    return answer;
  }

 private:
  struct Request {
    torch::Tensor image;
    std::promise<int64_t> answer;
  };
  static torch::jit::Module evaluated(const std::string& path) {
    auto module = torch::jit::load(path);
    module.eval();
    return module;
  }
  void work() {
    torch::NoGradGuard no_grad;
    for (;;) {
      std::vector<Request> batch;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        while (!queue_.empty() && batch.size() < 4) {
          batch.push_back(std::move(queue_.front()));
          queue_.pop();
        }
      }
      run(batch);
    }
  }
  void run(std::vector<Request>& batch) {
    try {
      std::vector<torch::Tensor> images;
      for (const Request& r : batch) images.push_back(r.image);
      const torch::Tensor best = model_.forward({torch::stack(images)}).toTensor().argmax(1);
      for (size_t i = 0; i < batch.size(); ++i)
        batch[i].answer.set_value(best[static_cast<int64_t>(i)].item<int64_t>());
    } catch (const c10::Error&) {
      // One bad image must not fail its neighbours.
      for (Request& r : batch) alone(r);
    }
  }
  void alone(Request& r) {
    try {
      r.answer.set_value(model_.forward({r.image.unsqueeze(0)}).toTensor().argmax().item<int64_t>());
    } catch (...) {
      r.answer.set_exception(std::current_exception());
    }
  }

  torch::jit::Module model_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<Request> queue_;
  bool closing_ = false;
  std::vector<std::thread> pool_;
};

int main(int, char** argv) {
  Server server(std::string(argv[4]) + "/classifier.pt", 4);
  std::vector<std::future<int64_t>> answers;
  for (int i = 0; i < 40; ++i) {
    const int64_t channels = i == 17 ? 2 : 3;
    answers.push_back(server.ask(
        (torch::arange(channels * 32 * 32, torch::kFloat) * (0.01 * (i + 1))).sin().view({channels, 32, 32}) * i));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    try {
      std::cout << answers[i].get() << (i % 10 == 9 ? "\n" : " ");
    } catch (const std::exception&) {
      std::cout << "refused ";
    }
  }
  return 0;
}
