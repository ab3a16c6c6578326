#include "heddle_torch/parallel.h"

#include "compat/src/face.h"
#include "heddle/parallel.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
namespace {
thread_local int thread_number = 0;
}
void run_parallel(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& f) {
  // Chunks of a region are numbered as they begin, so that two that run at once never have one number.
  const int64_t threads = at::get_num_threads();
  const int64_t chunk = std::max<int64_t>({grain, (end - begin + threads - 1) / threads, 1});
  const int64_t chunks = (end - begin + chunk - 1) / chunk;
  heddle::parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int before = std::exchange(thread_number, static_cast<int>(i));
      f(begin + i * chunk, std::min(begin + (i + 1) * chunk, end));
      thread_number = before;
    }
  });
}
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace at {
HEDDLE_TORCH_BEGIN
using heddle_torch::guarded;

void init_num_threads() {}
void set_num_threads(int count) {
  TORCH_CHECK(count > 0, "Expected positive number of threads");
  guarded([&] { heddle::set_num_threads(count); });
}
int get_num_threads() { return heddle::get_num_threads(); }
int get_thread_num() { return heddle_torch::thread_number; }
bool in_parallel_region() { return heddle::in_parallel_region(); }
void set_num_interop_threads(int count) {
  TORCH_CHECK(count > 0, "Expected positive number of threads");
  guarded([&] { heddle::set_num_interop_threads(count); });
}
int get_num_interop_threads() { return heddle::get_num_interop_threads(); }
std::string get_parallel_info() { return heddle::get_parallel_info(); }

namespace {
std::string library_version(std::string_view name) {
  for (const auto& fact : heddle::parallel_info().libraries)
    if (fact.name == name) return fact.version;
  return std::string(name) + " not found";
}
}  // namespace
std::string get_mkl_version() { return library_version("MKL"); }
std::string get_mkldnn_version() { return library_version("oneDNN"); }
std::string get_openmp_version() { return library_version("OpenMP"); }
std::string get_cxx_flags() { return {}; }
std::string get_cpu_capability() {
  return __builtin_cpu_supports("avx512vl") ? "AVX512" : __builtin_cpu_supports("avx2") ? "AVX2" : "DEFAULT";
}
std::string show_config() { return "Heddle, in the place of PyTorch\n" + get_parallel_info(); }

void launch(std::function<void()> f) { heddle::launch(std::move(f)); }
void intraop_launch(std::function<void()> f) { heddle::launch(std::move(f)); }
c10::intrusive_ptr<c10::ivalue::Future> intraop_launch_future(std::function<void()> f) {
  auto future = c10::ivalue::Future::create(c10::NoneType::get());
  heddle::launch([future, f = std::move(f)] {
    f();
    future->markCompleted();
  });
  return future;
}
int intraop_default_num_threads() { return get_num_threads(); }
HEDDLE_TORCH_END
}  // namespace at
