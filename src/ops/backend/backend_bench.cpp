// How near the kernels of this folder come to what one core can do: run `bench/heddle_ops_bench` of the preset `bench`,
// and set OMP_NUM_THREADS. "of_limit" is the share of the multiply-add rate that this very run measures first.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/backend_bench.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "core/storage.h"
#include "ops/backend/binary.h"
#include "ops/backend/blas.h"
#include "ops/backend/cells.h"
#include "ops/backend/convolution.h"
#include "ops/backend/fold.h"
#include "ops/backend/rows.h"
#include "ops/backend/unary.h"
#include "parallel/parallel.h"

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Enough independent chains to fill every multiply-add unit; returns the operations done.
double MultiplyAdd(int64_t rounds) {
  const hn::ScalableTag<float> d;
  auto a = hn::Set(d, 1.0f), b = a, c = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a, m = a;
  const auto x = hn::Set(d, 0.999f);
  for (int64_t r = 0; r < rounds; ++r) {
    a = hn::MulAdd(a, x, x), b = hn::MulAdd(b, x, x), c = hn::MulAdd(c, x, x), e = hn::MulAdd(e, x, x);
    f = hn::MulAdd(f, x, x), g = hn::MulAdd(g, x, x), h = hn::MulAdd(h, x, x), i = hn::MulAdd(i, x, x);
    j = hn::MulAdd(j, x, x), k = hn::MulAdd(k, x, x), l = hn::MulAdd(l, x, x), m = hn::MulAdd(m, x, x);
  }
  const auto sum = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, i)));
  benchmark::DoNotOptimize(hn::GetLane(hn::Add(sum, hn::Add(hn::Add(j, k), hn::Add(l, m)))));
  return static_cast<double>(rounds) * 12 * 2 * static_cast<double>(hn::Lanes(d));
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {
namespace {

HWY_EXPORT(MultiplyAdd);

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Operations a second of one core, the best of some tries.
double limit() {
  static const double rate = [] {
    double best = 0;
    for (int i = 0; i < 20; ++i) {
      const double begin = now();
      const double operations = HWY_DYNAMIC_DISPATCH(MultiplyAdd)(1'000'000);
      best = std::max(best, operations / (now() - begin));
    }
    return best;
  }();
  return rate;
}

void report(benchmark::State& state, double operations) {
  const double total = operations * static_cast<double>(state.iterations());
  const double cores = parallel::get_num_threads();
  state.counters["GFLOP/s"] = benchmark::Counter(total * 1e-9, benchmark::Counter::kIsRate);
  state.counters["of_limit"] = benchmark::Counter(total / (limit() * cores), benchmark::Counter::kIsRate);
}

std::vector<float> some(int64_t n) {
  std::vector<float> x(static_cast<size_t>(n));
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i % 1013));
  return x;
}

void convolution(benchmark::State& state) {
  const int64_t in = state.range(0), extent = state.range(1), out = state.range(2), kernel = state.range(3),
                stride = state.range(4);
  ConvolutionShape s;
  s.in_channels = in;
  s.out_channels = out;
  s.groups = state.range(5);
  for (size_t axis : {1, 2}) {
    s.input[axis] = extent;
    s.kernel[axis] = kernel;
    s.stride[axis] = stride;
    s.padding[axis] = kernel / 2;
    s.output[axis] = (extent + kernel / 2 * 2 - kernel) / stride + 1;
  }
  std::string declined;
  const Ref<const Convolution> c = Convolution::find(s, {}, declined);
  if (!c) return state.SkipWithError(declined.c_str());
  const std::vector<float> input = some(in * extent * extent);
  const std::vector<float> weights = some(out * in / s.groups * kernel * kernel);
  std::vector<float> output(static_cast<size_t>(out * s.output_pixels()));
  const Ref<Storage> packed = Storage::allocate(c->packed_bytes()).value();
  if (!c->pack(weights.data(), packed->data()).ok()) return state.SkipWithError("packing failed");
  for (auto _ : state) {
    if (!c->run(input.data(), packed->data(), nullptr, nullptr, output.data()).ok()) state.SkipWithError("run failed");
  }
  report(state, 2 * static_cast<double>(s.work()));
}

void product(benchmark::State& state) {
  const int64_t m = state.range(0), n = state.range(1), k = state.range(2);
  const bool transposed = state.range(3) != 0;
  const std::vector<float> a = some(m * k);
  const std::vector<float> b = some(k * n);
  std::vector<float> c(static_cast<size_t>(m * n));
  for (auto _ : state) {
    gemm<float>(Op::kNone, transposed ? Op::kTranspose : Op::kNone, m, n, k, 1, a.data(), k, b.data(),
                transposed ? k : n, 0, c.data(), n);
  }
  // One call runs on one thread, whatever the budget.
  const double total = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) *
                       static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(total * 1e-9, benchmark::Counter::kIsRate);
  state.counters["of_limit"] = benchmark::Counter(total / limit(), benchmark::Counter::kIsRate);
}

template <void (*rows)(const float*, float*, int64_t, int64_t)>
void over_rows(benchmark::State& state) {
  const int64_t count = state.range(0), n = state.range(1);
  const std::vector<float> x = some(count * n);
  std::vector<float> y(x.size());
  for (auto _ : state) rows(x.data(), y.data(), count, n);
  state.SetItemsProcessed(state.iterations() * count * n);
}

void normalize_rows(const float* x, float* y, int64_t rows, int64_t n) {
  layer_norm_rows(x, y, rows, n, x, x, 1e-5f, nullptr, nullptr);
}

template <UnaryRow row>
void function(benchmark::State& state) {
  const int64_t n = state.range(0);
  constexpr float kParameters[] = {1.0f, 1.0f, 1.0f};
  const std::vector<float> x = some(n);
  std::vector<float> y(x.size());
  for (auto _ : state) row(x.data(), y.data(), n, kParameters);
  state.SetItemsProcessed(state.iterations() * n);
}

template <BinaryRow row>
void arithmetic(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> x = some(n);
  std::vector<float> y(x.size());
  for (auto _ : state) row(x.data(), 1, x.data(), 1, y.data(), n);
  state.SetItemsProcessed(state.iterations() * n);
}

template <auto fold>
void folded(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> x = some(n);
  for (auto _ : state) benchmark::DoNotOptimize(fold(x.data(), n));
  state.SetItemsProcessed(state.iterations() * n);
}

void cell(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> gates = some(4 * n);
  std::vector<float> c(static_cast<size_t>(n));
  std::vector<float> h(static_cast<size_t>(n));
  for (auto _ : state) lstm_cell(gates.data(), c.data(), h.data(), n);
  state.SetItemsProcessed(state.iterations() * n);
}

// Layers of ResNet-50 and of MobileNetV2: in, extent, out, kernel, stride, groups.
BENCHMARK(convolution)
    ->Args({3, 224, 64, 7, 2, 1})
    ->Args({64, 56, 64, 3, 1, 1})
    ->Args({64, 56, 256, 1, 1, 1})
    ->Args({256, 56, 128, 1, 1, 1})
    ->Args({128, 56, 128, 3, 2, 1})
    ->Args({128, 28, 128, 3, 1, 1})
    ->Args({128, 28, 512, 1, 1, 1})
    ->Args({256, 56, 512, 1, 2, 1})
    ->Args({256, 14, 256, 3, 1, 1})
    ->Args({256, 14, 1024, 1, 1, 1})
    ->Args({512, 7, 512, 3, 1, 1})
    ->Args({2048, 7, 512, 1, 1, 1})
    ->Args({32, 112, 32, 3, 1, 32})
    ->Args({144, 56, 144, 3, 2, 144})
    ->Args({960, 7, 960, 3, 1, 960})
    ->UseRealTime();
// Products of BERT, ViT, a classifier, attention, a recurrent step: m, n, k, transposed.
BENCHMARK(product)
    ->Args({128, 768, 768, 1})
    ->Args({128, 3072, 768, 1})
    ->Args({197, 768, 3072, 1})
    ->Args({1024, 1024, 1024, 0})
    ->Args({1, 1000, 2048, 1})
    ->Args({64, 197, 64, 1})
    ->Args({64, 64, 197, 0})
    ->Args({1, 1024, 256, 1})
    ->Args({16, 16, 16, 0});
BENCHMARK(over_rows<&softmax_rows>)->Args({2364, 197})->Args({128, 128})->Name("softmax");
BENCHMARK(over_rows<&log_softmax_rows>)->Args({32, 10000})->Name("log_softmax");
BENCHMARK(over_rows<&normalize_rows>)->Args({197, 768})->Name("layer_norm");
BENCHMARK(cell)->Arg(256)->Name("lstm_cell");
// In the first cache, and beyond the last but one.
#define HEDDLE_UNARY_ROW(name) BENCHMARK(function<&name##_row>)->Arg(4096)->Arg(1'000'000)->Name(#name);
#include "ops/backend/unary.def"
#undef HEDDLE_UNARY_ROW
BENCHMARK(arithmetic<&add_row>)->Arg(4096)->Arg(1'000'000)->Name("add");
BENCHMARK(arithmetic<&div_row>)->Arg(4096)->Arg(1'000'000)->Name("div");
BENCHMARK(folded<&sum_row>)->Arg(4096)->Arg(1'000'000)->Name("sum");
BENCHMARK(folded<static_cast<float (*)(const float*, int64_t)>(&max_row)>)->Arg(4096)->Arg(1'000'000)->Name("max");

}  // namespace
}  // namespace heddle::ops::backend
#endif
