// Splitting a tensor into views.
#include <algorithm>

#include "ops/shape/part_count.h"
#include "ops/shape/view.h"

namespace heddle::ops {

Result<std::vector<Tensor>> split(const Tensor& t, int64_t size, int64_t dim) {
  HEDDLE_REQUIRE(t.dim() > 0, "split expects at least a 1-dimensional tensor");
  HEDDLE_REQUIRE(size >= 0, "split expects split_size be non-negative, but got split_size=", size);
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  const int64_t total = t.size(d);
  HEDDLE_REQUIRE(size > 0 || total == 0, "split_size can only be 0 if dimension size is 0, but got dimension size of ",
                 total);
  const int64_t count = size == 0 ? 1 : std::max<int64_t>(total / size + (total % size != 0), 1);
  HEDDLE_TRY(check_part_count(count));
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < count; ++i) parts.push_back(t.narrow(d, i * size, std::min(size, total - i * size)));
  return parts;
}

Result<std::vector<Tensor>> split(const Tensor& t, std::span<const int64_t> sizes, int64_t dim) {
  HEDDLE_REQUIRE(t.dim() > 0, "split expects at least a 1-dimensional tensor");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (int64_t size : sizes) {
    HEDDLE_REQUIRE(
        size >= 0,
        "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=", to_text(sizes));
    HEDDLE_REQUIRE(size <= t.size(d) - start, "split_with_sizes expects split_sizes to sum exactly to ", t.size(d),
                   " (input tensor's size at dimension ", d, "), but got split_sizes=", to_text(sizes));
    parts.push_back(t.narrow(d, start, size));
    start += size;
  }
  HEDDLE_REQUIRE(start == t.size(d), "split_with_sizes expects split_sizes to sum exactly to ", t.size(d),
                 " (input tensor's size at dimension ", d, "), but got split_sizes=", to_text(sizes));
  return parts;
}

Result<std::vector<Tensor>> chunk(const Tensor& t, int64_t chunks, int64_t dim) {
  HEDDLE_REQUIRE(t.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  HEDDLE_REQUIRE(chunks > 0, "chunk expects `chunks` to be greater than 0, got: ", chunks);
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  const int64_t total = t.size(d);
  if (total == 0) HEDDLE_TRY(check_part_count(chunks));
  if (total == 0) return std::vector<Tensor>(static_cast<size_t>(chunks), t.narrow(d, 0, 0));
  return split(t, (total - 1) / chunks + 1, d);
}

Result<std::vector<Tensor>> unbind(const Tensor& t, int64_t dim) {
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "Dimension specified as ", dim, " but tensor has no dimensions");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, t.dim()));
  HEDDLE_TRY(check_part_count(t.size(d)));
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < t.size(d); ++i) parts.push_back(t.select(d, i));
  return parts;
}

}  // namespace heddle::ops
