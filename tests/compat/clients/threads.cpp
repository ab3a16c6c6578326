// Threads: the setters, parallel_for, a pool of callers, futures.
#include <ATen/Parallel.h>
#include <torch/script.h>
#include <thread>

int main(int, char** argv) {
  at::init_num_threads();
  at::set_num_threads(2);
  torch::set_num_interop_threads(3);
  std::cout << at::get_num_threads() << " " << torch::get_num_interop_threads() << " "
            << !at::get_parallel_info().empty() << " " << at::in_parallel_region() << "\n";
  std::vector<int> seen(1000);
  at::parallel_for(0, 1000, 10, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
  });
  std::cout << std::count(seen.begin(), seen.end(), 1) << "\n";
  const int64_t sum = at::parallel_reduce(
      0, 1000, 10, int64_t(0),
      [](int64_t a, int64_t b, int64_t s) {
        for (; a < b; ++a) s += a;
        return s;
      },
      [](int64_t a, int64_t b) { return a + b; });
  std::cout << sum << "\n";
  torch::jit::Module m = torch::jit::load(argv[1]);
  m.eval();
  const torch::Tensor expected = m.forward({torch::ones({1, 4})}).toTensor();
  std::vector<std::thread> callers;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      torch::NoGradGuard no_grad;
      for (int j = 0; j < 50; ++j) good += torch::equal(m.forward({torch::ones({1, 4})}).toTensor(), expected);
    });
  }
  for (std::thread& caller : callers) caller.join();
  std::cout << good << "\n";
  auto future = c10::make_intrusive<c10::ivalue::Future>(c10::IntType::get());
  int64_t heard = 0;
  future->addCallback([&](c10::ivalue::Future& f) { heard = f.value().toInt(); });
  future->markCompleted(c10::IValue(5));
  future->wait();
  std::cout << future->completed() << future->hasError() << heard << future->value().toInt() << "\n";
  return 0;
}
