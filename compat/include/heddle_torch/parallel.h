// ATen/Parallel.h: threads.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "heddle_torch/config.h"
#include "heddle_torch/ivalue.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
void run_parallel(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& f);
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace at {
HEDDLE_TORCH_BEGIN

inline int64_t divup(int64_t x, int64_t y) { return (x + y - 1) / y; }

void init_num_threads();
void set_num_threads(int count);
int get_num_threads();
int get_thread_num();
bool in_parallel_region();
void set_num_interop_threads(int count);
int get_num_interop_threads();
std::string get_parallel_info();
std::string get_mkl_version();
std::string get_mkldnn_version();
std::string get_openmp_version();
std::string get_cxx_flags();
std::string get_cpu_capability();
std::string show_config();

template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain_size, const F& f) {
  if (begin >= end) return;
  if (in_parallel_region() || end - begin <= grain_size) return f(begin, end);
  heddle_torch::run_parallel(begin, end, grain_size, [&](int64_t a, int64_t b) { f(a, b); });
}

template <class T, class F, class S>
T parallel_reduce(int64_t begin, int64_t end, int64_t grain_size, const T ident, const F& f, const S& sf) {
  if (begin >= end) return ident;
  const int64_t chunk = std::max<int64_t>({grain_size, divup(end - begin, get_num_threads()), 1});
  std::vector<T> parts(static_cast<size_t>(divup(end - begin, chunk)), ident);
  parallel_for(0, static_cast<int64_t>(parts.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t from = begin + i * chunk;
      parts[static_cast<size_t>(i)] = f(from, std::min(from + chunk, end), ident);
    }
  });
  T out = ident;
  for (const T& part : parts) out = sf(out, part);
  return out;
}

// On the inter-op pool; returns at once.
void launch(std::function<void()> f);
void intraop_launch(std::function<void()> f);
c10::intrusive_ptr<c10::ivalue::Future> intraop_launch_future(std::function<void()> f);
int intraop_default_num_threads();

HEDDLE_TORCH_END
namespace internal {
HEDDLE_TORCH_BEGIN
constexpr int64_t GRAIN_SIZE = 32768;
HEDDLE_TORCH_END
}  // namespace internal
}  // namespace at

namespace torch {
using at::get_cpu_capability;
using at::get_num_interop_threads;
using at::get_num_threads;
using at::get_parallel_info;
using at::init_num_threads;
using at::set_num_interop_threads;
using at::set_num_threads;
using at::show_config;
}  // namespace torch
