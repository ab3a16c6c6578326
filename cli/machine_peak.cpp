#include "cli/machine_peak.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "heddle/parallel.h"

// One source for several instruction sets, chosen by the loader. Sanitizers start too late for that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define HEDDLE_EVERY_LEVEL __attribute__((target_clones("avx512f", "fma", "default"), noinline))
#else
#define HEDDLE_EVERY_LEVEL __attribute__((noinline))
#endif

namespace heddle::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kRounds = 5;
constexpr int64_t kSteps = 400'000;
constexpr int64_t kTriad = int64_t{4} << 20;  // elements of each of three arrays

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return false;
#endif
}

// Twelve sums that do not wait for each other stay in registers, of the width the processor has.
constexpr int kSums = 12;
template <class Vector>
__attribute__((always_inline)) inline float multiply_and_add(float factor, float added) {
  Vector sums[kSums];
  for (int i = 0; i < kSums; ++i) sums[i] = Vector{} + static_cast<float>(i);
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) sums[i] = sums[i] * factor + added;
  }
  Vector sum{};
  for (int i = 0; i < kSums; ++i) sum += sums[i];
  return sum[0];
}
typedef float Vector8 __attribute__((vector_size(32)));
typedef float Vector16 __attribute__((vector_size(64)));
HEDDLE_EVERY_LEVEL float multiply_8(float factor, float added) { return multiply_and_add<Vector8>(factor, added); }
HEDDLE_EVERY_LEVEL float multiply_16(float factor, float added) { return multiply_and_add<Vector16>(factor, added); }

HEDDLE_EVERY_LEVEL void triad(float* a, const float* b, const float* c, int64_t count, float scale) {
  for (int64_t i = 0; i < count; ++i) a[i] = b[i] + scale * c[i];
}

// The best of some rounds, since others may take the cores meanwhile.
template <class F>
double best_seconds(F&& round) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const Clock::time_point start = Clock::now();
    round();
    best = std::min(best, seconds_since(start));
  }
  return best;
}

double measure_gflops(int threads) {
  const bool wide = has_avx512();
  std::atomic<float> kept{0};  // so that the loops are not left out
  const double seconds = best_seconds([&] {
    parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) kept = wide ? multiply_16(0.999f, 0.001f) : multiply_8(0.999f, 0.001f);
    });
  });
  return 2.0 * kSums * (wide ? 16 : 8) * static_cast<double>(kSteps) * threads / seconds / 1e9;
}

double measure_bandwidth(int threads) {
  std::vector<float> a(kTriad);
  std::vector<float> b(kTriad, 1.0f);
  std::vector<float> c(kTriad, 2.0f);
  const double seconds = best_seconds([&] {
    parallel_for(0, kTriad, std::max<int64_t>(kTriad / (4 * threads), 1), [&](int64_t begin, int64_t end) {
      triad(a.data() + begin, b.data() + begin, c.data() + begin, end - begin, 3.0f);
    });
  });
  return 3.0 * sizeof(float) * static_cast<double>(kTriad) / seconds / 1e9;
}

}  // namespace

MachinePeak measure_machine_peak() {
  MachinePeak peak;
  peak.threads = get_num_threads();
  peak.gflops = measure_gflops(peak.threads);
  peak.gigabytes_per_s = measure_bandwidth(peak.threads);
  return peak;
}

}  // namespace heddle::cli
