// A program that goes on after what went wrong: files that are missing or damaged, methods that are not there, wrong
// arguments, exceptions of the model, on several threads too.
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/script.h>

#include <fstream>
#include <iostream>
#include <thread>

template <class F>
static void attempt(const char* what, F f) {
  try {
    f();
    std::cout << what << ": passed\n";
  } catch (const c10::Error& e) {
    std::cout << what << ": c10::Error" << (std::string(e.what()).empty() ? " without text" : "") << "\n";
  } catch (const torch::jit::JITException&) {
    std::cout << what << ": JITException\n";
  } catch (const std::out_of_range&) {
    std::cout << what << ": out_of_range\n";
  } catch (const std::runtime_error&) {
    std::cout << what << ": runtime_error\n";
  }
}

int main(int, char** argv) {
  const std::string folder = argv[4];
  attempt("missing file", [&] { torch::jit::load(folder + "/absent.pt"); });
  std::ofstream(folder + "/damaged.pt") << "PK\3\4 and nothing more";
  attempt("damaged file", [&] { torch::jit::load(folder + "/damaged.pt"); });
  attempt("empty stream", [&] {
    std::istringstream nothing;
    torch::jit::load(nothing);
  });
  torch::jit::Module model = torch::jit::load(argv[1]);
  attempt("missing method", [&] { model.get_method("absent"); });
  attempt("missing attribute", [&] { model.attr("absent"); });
  attempt("too few arguments", [&] { model.forward({}); });
  attempt("wrong type", [&] { model.forward({c10::IValue("text")}); });
  attempt("wrong shape", [&] { model.forward({torch::ones({1, 5})}); });
  attempt("raised", [&] { model.run_method("check", -1); });
  attempt("not raised", [&] { model.run_method("check", 1); });
  attempt("not a tuple", [&] { model.forward({torch::ones({1, 4})}).toTuple(); });
  attempt("not a tensor", [&] { model.run_method("check", 1).toTensor(); });
  attempt("key", [&] {
    auto dict = model.run_method("several", torch::ones({1, 4}), 1).toTuple()->elements()[2].toGenericDict();
    dict.at("absent");
  });
  attempt("operator", [] { torch::matmul(torch::ones({2, 3}), torch::ones({2, 3})); });
  attempt("index", [] { torch::ones({2})[5]; });
  attempt("item", [] { torch::ones({2}).item<float>(); });
  attempt("accessor", [] {
    const torch::Tensor row = torch::ones({2});
    row.accessor<float, 2>();
  });
  attempt("check", [] { TORCH_CHECK(1 + 1 == 3, "arithmetic ", 2); });
  std::atomic<int> caught{0}, good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&model, &caught, &good, i] {
      for (int n = 0; n < 20; ++n) {
        try {
          model.forward({torch::ones({1, (n + i) % 2 ? 4 : 5})});
          ++good;
        } catch (const std::exception&) {
          ++caught;
        }
      }
    });
  }
  for (std::thread& t : threads) t.join();
  std::cout << good << " " << caught << "\n";
  return 0;
}
