#include "ops/resize/remap.h"

#include <algorithm>
#include <cstring>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

// The widest run of the map that copies neighbours to neighbours: [begin, end) of the output.
struct Run {
  int64_t begin = 0;
  int64_t end = 0;
};

Run longest_run(const IndexMap& map) {
  Run best;
  const auto size = static_cast<int64_t>(map.size());
  for (int64_t begin = 0; begin < size;) {
    int64_t end = begin + 1;
    while (end < size && map[static_cast<size_t>(end)] == map[static_cast<size_t>(end - 1)] + 1) ++end;
    if (end - begin > best.end - best.begin) best = {begin, end};
    begin = end;
  }
  return best;
}

// Rows of elements of one size.
template <class T>
void remap_planes(const T* from, T* to, int64_t planes, const std::array<int64_t, 3>& in,
                  const std::array<const IndexMap*, 3>& maps) {
  const auto depth = static_cast<int64_t>(maps[0]->size());
  const auto height = static_cast<int64_t>(maps[1]->size());
  const auto width = static_cast<int64_t>(maps[2]->size());
  const IndexMap& columns = *maps[2];
  const Run run = longest_run(columns);
  const int64_t rows = planes * depth * height;
  parallel::parallel_for(0, rows, std::max<int64_t>(kGrain / std::max<int64_t>(width, 1), 1),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t row = begin; row < end; ++row) {
                             const int64_t y = (*maps[1])[static_cast<size_t>(row % height)];
                             const int64_t z = (*maps[0])[static_cast<size_t>(row / height % depth)];
                             const T* source = from + ((row / height / depth * in[0] + z) * in[1] + y) * in[2];
                             T* target = to + row * width;
                             for (int64_t i = 0; i < run.begin; ++i)
                               target[i] = source[columns[static_cast<size_t>(i)]];
                             if (run.end > run.begin) {
                               std::memcpy(target + run.begin, source + columns[static_cast<size_t>(run.begin)],
                                           static_cast<size_t>(run.end - run.begin) * sizeof(T));
                             }
                             for (int64_t i = run.end; i < width; ++i)
                               target[i] = source[columns[static_cast<size_t>(i)]];
                           }
                         });
}

// Whole pixels of `bytes` bytes.
void remap_pixels(const char* from, char* to, int64_t images, const std::array<int64_t, 3>& in,
                  const std::array<const IndexMap*, 3>& maps, int64_t bytes) {
  const auto depth = static_cast<int64_t>(maps[0]->size());
  const auto height = static_cast<int64_t>(maps[1]->size());
  const auto width = static_cast<int64_t>(maps[2]->size());
  const int64_t rows = images * depth * height;
  parallel::parallel_for(
      0, rows, std::max<int64_t>(kGrain * 4 / std::max<int64_t>(width * bytes, 1), 1), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t y = (*maps[1])[static_cast<size_t>(row % height)];
          const int64_t z = (*maps[0])[static_cast<size_t>(row / height % depth)];
          const char* source = from + ((row / height / depth * in[0] + z) * in[1] + y) * in[2] * bytes;
          char* target = to + row * width * bytes;
          for (int64_t x : *maps[2]) {
            std::memcpy(target, source + x * bytes, static_cast<size_t>(bytes));
            target += bytes;
          }
        }
      });
}

}  // namespace

Result<Tensor> remap(const Tensor& input, std::span<const IndexMap> maps, MemoryFormat format) {
  static const IndexMap kOnly = {0};
  std::array<const IndexMap*, 3> all = {&kOnly, &kOnly, &kOnly};
  std::array<int64_t, 3> in = {1, 1, 1};
  Dims sizes = input.sizes();
  const size_t lead = sizes.size() - maps.size();
  for (size_t i = 0; i < maps.size(); ++i) {
    all[3 - maps.size() + i] = &maps[i];
    in[3 - maps.size() + i] = sizes[lead + i];
    sizes[lead + i] = static_cast<int64_t>(maps[i].size());
  }
  const Tensor source = HEDDLE_TRY(contiguous(input, format));
  Tensor result = HEDDLE_TRY(Tensor::empty(sizes, input.dtype(), format));
  if (result.numel() == 0) return result;
  if (format != MemoryFormat::kContiguous) {
    remap_pixels(static_cast<const char*>(source.raw_data()), static_cast<char*>(result.raw_data()), sizes[0], in, all,
                 sizes[1] * element_size(input.dtype()));
    return result;
  }
  int64_t planes = 1;
  for (size_t i = 0; i < lead; ++i) planes *= sizes[i];
  HEDDLE_TRY(dispatch_by_size(input.dtype(), [&]<class T>() -> Status {
    remap_planes(source.data<T>(), result.data<T>(), planes, in, all);
    return ok_status();
  }));
  return result;
}

}  // namespace heddle::ops
