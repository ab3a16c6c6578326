// Tensors with a pattern: eye, tril_indices, triu_indices, one_hot, vander.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> eye_m(std::optional<DType> dtype, int64_t n, int64_t m) {
  HEDDLE_REQUIRE(n >= 0, "n must be greater or equal to 0, got ", n);
  HEDDLE_REQUIRE(m >= 0, "m must be greater or equal to 0, got ", m);
  const Tensor t = HEDDLE_TRY(zeros(Dims{n, m}, dtype.value_or(kDefaultDType)));
  HEDDLE_TRY(fill(t.alias(Dims{std::min(n, m)}, Dims{m + 1}, 0), 1));
  return t;
}
Result<Tensor> eye(std::optional<DType> dtype, int64_t n) { return eye_m(dtype, n, n); }

// The sum of row + offset, held between 0 and columns, over the first rows.
__int128 area_below(int64_t rows, int64_t columns, int64_t offset) {
  const int64_t begin = std::clamp<int64_t>(-offset, 0, rows);
  const int64_t full = std::clamp<int64_t>(columns - offset, begin, rows);
  const __int128 partial = full - begin;
  return partial * (begin + full - 1 + 2 * __int128{offset}) / 2 + __int128{rows - full} * columns;
}

// Rows and columns of the entries below (or above) a diagonal, row by row.
Result<Tensor> triangle(std::optional<DType> dtype, int64_t rows, int64_t columns, int64_t offset, bool lower) {
  HEDDLE_REQUIRE(rows >= 0, "row must be non-negative, got ", rows);
  HEDDLE_REQUIRE(columns >= 0, "col must be non-negative, got ", columns);
  constexpr int64_t kMost = int64_t{1} << 60;
  HEDDLE_REQUIRE_CODE(rows <= kMost && columns <= kMost, kLimit, "a matrix of ", rows, " by ", columns,
                      " has too many entries");
  const DType result = dtype.value_or(DType::kInt64);
  // Offsets beyond the matrix change nothing more, and would overflow.
  offset = std::clamp(offset, -rows - 1, columns + 1);
  const __int128 entries =
      lower ? area_below(rows, columns, offset + 1) : __int128{rows} * columns - area_below(rows, columns, offset);
  HEDDLE_REQUIRE_CODE(entries <= kMost, kLimit, "a triangle of ", rows, " by ", columns, " has too many entries");
  const auto count = static_cast<int64_t>(entries);
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{2, count}, result));
  // The rows that have entries.
  const int64_t begin = lower ? std::clamp<int64_t>(-offset, 0, rows) : 0;
  const int64_t end = count == 0 ? begin : lower ? rows : std::clamp<int64_t>(columns - offset, 0, rows);
  HEDDLE_TRY(dispatch<IntTypes>(result, lower ? "tril_indices" : "triu_indices", [&]<class T>() {
    T* at = t.data<T>();
    for (int64_t row = begin; row < end; ++row) {
      const int64_t first = lower ? 0 : std::clamp<int64_t>(row + offset, 0, columns);
      const int64_t last = lower ? std::clamp<int64_t>(row + offset + 1, 0, columns) : columns;
      for (int64_t column = first; column < last; ++column, ++at) {
        at[0] = static_cast<T>(row);
        at[count] = static_cast<T>(column);
      }
    }
    return ok_status();
  }));
  return t;
}
template <bool lower>
Result<Tensor> triangle_indices(std::optional<DType> dtype, int64_t rows, int64_t columns, int64_t offset) {
  return triangle(dtype, rows, columns, offset, lower);
}

Result<Tensor> one_hot(const Tensor& self, int64_t classes) {
  HEDDLE_REQUIRE(self.dtype() == DType::kInt64, "one_hot is only applicable to index tensor.");
  const Tensor index = HEDDLE_TRY(contiguous(self));
  const std::span<const int64_t> values(index.data<int64_t>(), static_cast<size_t>(index.numel()));
  HEDDLE_REQUIRE(!values.empty() || classes > 0, "Can not infer total number of classes from empty tensor.");
  for (const int64_t value : values) {
    HEDDLE_REQUIRE(value >= 0, "Class values must be non-negative.");
    HEDDLE_REQUIRE(classes == -1 || value < classes, "Class values must be smaller than num_classes.");
  }
  if (classes == -1) classes = *std::ranges::max_element(values) + 1;
  HEDDLE_REQUIRE(classes > 0, "num_classes should be positive");
  Dims sizes = self.sizes();
  sizes.push_back(classes);
  const Tensor t = HEDDLE_TRY(zeros(sizes, DType::kInt64));
  int64_t* row = t.data<int64_t>();
  for (const int64_t value : values) {
    row[value] = 1;
    row += classes;
  }
  return t;
}

Result<Tensor> vander(const Tensor& x, std::optional<int64_t> columns, bool increasing) {
  HEDDLE_REQUIRE(x.dim() == 1, "x must be a one-dimensional tensor.");
  const int64_t n = columns.value_or(x.numel());
  HEDDLE_REQUIRE(n >= 0, "N must be non-negative.");
  const DType dtype = is_integral_or_bool(x.dtype()) ? DType::kInt64 : x.dtype();
  const DType compute = compute_dtype(dtype);
  const Tensor in = HEDDLE_TRY(contiguous_as(x, compute));
  const Tensor t = HEDDLE_TRY(Tensor::empty(Dims{x.numel(), n}, compute));
  HEDDLE_TRY(dispatch<Join<FloatTypes, ComplexTypes, Types<int64_t>>>(compute, "vander", [&]<class T>() {
    for (int64_t i = 0; i < x.numel(); ++i) {
      T power(1);
      for (int64_t j = 0; j < n; ++j, power *= in.data<T>()[i])
        t.data<T>()[i * n + (increasing ? j : n - 1 - j)] = power;
    }
    return ok_status();
  }));
  return to_dtype(t, dtype);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(patterns) {
  using namespace heddle::ops;
  add_factory<&eye>(table, {"eye", "int n", "eye.out"});
  add_factory<&eye_m>(table, {"eye.m", "int n, int m", "eye.m_out"});
  add_factory<&triangle_indices<true>>(table,
                                       {"tril_indices", "int row, int col, int offset=0", "tril_indices.out", "4"});
  add_factory<&triangle_indices<false>>(table,
                                        {"triu_indices", "int row, int col, int offset=0", "triu_indices.out", "4"});
  table.add("aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", boxed<&one_hot>());
  table.add("aten::vander(Tensor x, int? N=None, bool increasing=False) -> Tensor", boxed<&vander>());
}
