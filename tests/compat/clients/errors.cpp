// What is thrown, and as what.
#include <torch/script.h>

template <class F>
static void attempt(const char* what, F f) {
  try {
    f();
    std::cout << what << ": nothing\n";
  } catch (const c10::Error& e) {
    const std::string text = e.what_without_backtrace();
    std::cout << what << ": c10::Error " << !e.msg().empty() << !text.empty()
              << (std::string(e.what()).find(e.msg()) == 0) << "\n";
  } catch (const std::runtime_error&) {
    std::cout << what << ": std::runtime_error\n";
  } catch (const std::exception&) {
    std::cout << what << ": std::exception\n";
  }
}

int main(int, char** argv) {
  attempt("missing file", [] { torch::jit::load("/nowhere/model.pt"); });
  torch::jit::Module m = torch::jit::load(argv[1]);
  attempt("missing method", [&] { m.get_method("nothing"); });
  attempt("missing attribute", [&] { m.attr("nothing"); });
  attempt("too few", [&] { m.forward({}); });
  attempt("wrong type", [&] { m.forward({std::string("x")}); });
  attempt("wrong shape", [&] { m.forward({torch::ones({3, 5})}); });
  attempt("raised", [&] { m.run_method("check", -1); });
  attempt("not a tensor", [&] { m.run_method("check", 1).toTensor(); });
  attempt("index", [] { torch::ones({2})[5]; });
  attempt("dimension", [] { torch::ones({2}).size(3); });
  attempt("shapes", [] { torch::ones({2}) + torch::ones({3}); });
  attempt("data_ptr", [] { torch::ones({2}).data_ptr<int>(); });
  attempt("item", [] { torch::ones({2}).item<float>(); });
  attempt("check", [] { TORCH_CHECK(1 > 2, "one is not ", 2); });
  try {
    TORCH_CHECK(false, "told ", 42);
  } catch (const c10::Error& e) {
    std::cout << e.msg() << "\n" << e.what_without_backtrace() << "\n";
  }
  return 0;
}
