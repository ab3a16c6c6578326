#include "cli/tune_candidates.h"

#include <algorithm>
#include <tuple>

namespace heddle::cli {
namespace {

// The lower, the earlier.
int importance(const Setting& setting, const SearchSpace& space) {
  const bool first_batch = setting.batch == space.batches.front();
  const bool corner = (setting.inference_threads == 1 && (setting.threads == 1 || setting.threads == space.cores)) ||
                      (setting.inference_threads == space.cores && setting.threads == 1);
  if (corner && first_batch && setting.interop_threads == 1) return 0;
  if (corner && setting.interop_threads == 1) return 1;
  if (oversubscribed(setting, space.cores)) return 4;
  return setting.inference_threads * setting.threads <= space.cores ? 2 : 3;
}

}  // namespace

std::vector<int> thread_counts(int most) {
  std::vector<int> out;
  for (int count = 1; count < most; count = count < 4 ? count + 1 : count * 2) out.push_back(count);
  out.push_back(most);
  return out;
}

bool oversubscribed(const Setting& setting, int cores) {
  return setting.inference_threads > cores || setting.threads > cores || setting.interop_threads > cores;
}

Candidates make_candidates(const SearchSpace& space) {
  const int inside = std::min(space.cores, space.max_threads.value_or(space.cores));
  const auto counts = [&] {
    std::vector<int> out = thread_counts(inside);
    const int most = space.max_threads.value_or(2 * space.cores);
    for (int count = 2 * inside; count < most; count *= 2) out.push_back(count);
    if (most > inside) out.push_back(most);
    return out;
  }();
  const std::vector<int> callers = space.callers ? counts : std::vector{1};
  const std::vector<int> pools = space.forks ? thread_counts(inside) : std::vector{1};
  Candidates out;
  for (const int batch : space.batches) {
    for (const int inference_threads : callers) {
      for (const int threads : counts) {
        for (const int pool : pools) out.settings.push_back({inference_threads, pool, threads, batch});
      }
    }
  }
  const auto key = [&](const Setting& setting) {
    return std::tuple(importance(setting, space), total_threads(setting), setting.batch);
  };
  std::stable_sort(out.settings.begin(), out.settings.end(),
                   [&](const Setting& a, const Setting& b) { return key(a) < key(b); });
  out.essential = static_cast<size_t>(std::count_if(out.settings.begin(), out.settings.end(),
                                                    [&](const Setting& s) { return importance(s, space) == 0; }));
  return out;
}

}  // namespace heddle::cli
