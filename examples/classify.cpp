// classify MODEL IMAGE.png...: reads handwritten digits with a TorchScript model, two inference threads sharing one
// module. The smallest complete program on the public C++ API; `make run` runs it on the bundled model and images.
#include <heddle/heddle.h>
#include <png.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kInferenceThreads = 2;

struct Answer {
  int64_t digit = -1;
  double probability = 0;
  double milliseconds = 0;
  int thread = 0;
  std::string error;
};

// A gray picture as float32 [1, 1, height, width] in 0..1.
heddle::Tensor read_png(const std::string& path) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&png, path.c_str())) throw std::runtime_error(path + ": " + png.message);
  png.format = PNG_FORMAT_GRAY;
  std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(png));
  if (!png_image_finish_read(&png, nullptr, pixels.data(), 0, nullptr)) {
    throw std::runtime_error(path + ": " + png.message);
  }
  std::vector<float> values(pixels.size());
  for (size_t i = 0; i < pixels.size(); ++i) values[i] = static_cast<float>(pixels[i]) / 255.0f;
  return heddle::tensor_of<float>(values, {1, 1, png.height, png.width});
}

// The model's method `classify` returns a list of (digit, probability), one an image.
Answer classify(const heddle::jit::Module& model, const std::string& path) {
  Answer answer;
  try {
    const heddle::Tensor image = read_png(path);
    const auto start = std::chrono::steady_clock::now();
    const heddle::jit::Value result = model.run_method("classify", image);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    const std::vector<heddle::jit::Value> best = result.to_list().at(0).to_tuple();
    answer.digit = best.at(0).to_int();
    answer.probability = best.at(1).to_double();
    answer.milliseconds = took.count();
  } catch (const std::exception& failure) {
    answer.error = failure.what();
  }
  return answer;
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s MODEL IMAGE.png...\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> images(argv + 2, argv + argc);
  heddle::jit::Module model;
  try {
    model = heddle::jit::load(argv[1]);
  } catch (const heddle::Error& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 3;
  }

  std::vector<Answer> answers(images.size());
  std::atomic<size_t> next{0};
  const auto work = [&](int thread) {
    for (size_t i = next++; i < images.size(); i = next++) {
      answers[i] = classify(model, images[i]);
      answers[i].thread = thread;
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kInferenceThreads; ++thread) threads.emplace_back(work, thread);
  for (std::thread& thread : threads) thread.join();

  int failed = 0;
  std::printf("%-24s %10s %12s %10s %7s\n", "image", "prediction", "probability", "time", "thread");
  for (size_t i = 0; i < images.size(); ++i) {
    const Answer& answer = answers[i];
    if (!answer.error.empty()) {
      std::printf("%-24s %s\n", file_name(images[i]).c_str(), answer.error.c_str());
      ++failed;
      continue;
    }
    std::printf("%-24s %10lld %11.2f%% %7.2f ms %7d\n", file_name(images[i]).c_str(),
                static_cast<long long>(answer.digit), 100 * answer.probability, answer.milliseconds, answer.thread);
  }
  std::printf("\n%d inference threads\n%s", kInferenceThreads, heddle::get_parallel_info().c_str());
  return failed == 0 ? 0 : 4;
}
