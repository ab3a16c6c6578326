// Tensors made of others element by element position: meshgrid, cartesian_prod, combinations, repeat_interleave.
#include <algorithm>
#include <numeric>

#include "core/lazy_view.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/index/index.h"
#include "ops/shape/join.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Optional = std::optional<int64_t>;

Result<std::vector<Tensor>> meshgrid_indexing(const std::vector<Tensor>& tensors, std::string_view indexing) {
  HEDDLE_REQUIRE(!tensors.empty(), "meshgrid expects a non-empty TensorList");
  HEDDLE_REQUIRE(indexing == "xy" || indexing == "ij",
                 "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: ", indexing);
  std::vector<Tensor> sources = tensors;
  const bool swap = indexing == "xy" && tensors.size() >= 2;
  if (swap) std::swap(sources[0], sources[1]);
  Dims sizes;
  for (const Tensor& t : sources) {
    HEDDLE_REQUIRE(t.dim() <= 1, "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ", t.dim(), "D");
    HEDDLE_REQUIRE(t.dtype() == sources[0].dtype(), "torch.meshgrid expects all tensors to have the same dtype");
    sizes.push_back(t.numel());
  }
  std::vector<Tensor> grids;
  for (size_t i = 0; i < sources.size(); ++i) {
    Dims alone(sizes.size(), 1);
    alone[i] = sizes[i];
    grids.push_back(HEDDLE_TRY(expand(HEDDLE_TRY(view(sources[i], alone)), sizes)));
  }
  if (swap) std::swap(grids[0], grids[1]);
  return grids;
}
Result<std::vector<Tensor>> meshgrid(const std::vector<Tensor>& tensors) { return meshgrid_indexing(tensors, "ij"); }

Result<Tensor> cartesian_prod(const std::vector<Tensor>& tensors) {
  for (const Tensor& t : tensors)
    HEDDLE_REQUIRE(t.dim() == 1, "Expect a 1D vector, but got shape ", to_text(t.sizes()));
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const Tensor& grid : HEDDLE_TRY(meshgrid(tensors))) columns.push_back(HEDDLE_TRY(reshape(grid, Dims{-1})));
  return stack(columns, 1);
}

// The chosen elements of a dimension, in the order of `index`.
Result<Tensor> picked(const Tensor& t, int64_t dim, const std::vector<int64_t>& index) {
  const Tensor numbers = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(index.size())}, DType::kInt64));
  std::copy(index.begin(), index.end(), numbers.data<int64_t>());
  return index_select(t, dim, numbers);
}

Result<Tensor> combinations(const Tensor& t, int64_t r, bool with_replacement) {
  HEDDLE_REQUIRE(t.dim() == 1, "Expect a 1D vector, but got shape ", to_text(t.sizes()));
  HEDDLE_REQUIRE(r >= 0, "Expect a non-negative number, but got ", r);
  if (r == 0) return Tensor::empty(Dims{0}, t.dtype());
  const int64_t n = t.size(0);
  if (n == 0 || (!with_replacement && r > n)) return Tensor::empty(Dims{0, r}, t.dtype());
  // n, or n + r - 1, over r.
  const double all_of = static_cast<double>(n) + (with_replacement ? static_cast<double>(r) - 1 : 0);
  const double fewer = std::min(static_cast<double>(r), all_of - static_cast<double>(r));
  double count = 1;
  for (double i = 0; i < fewer && count < 1e12; ++i) count *= (all_of - fewer + i + 1) / (i + 1);
  constexpr double kMostChosen = 1e9;
  HEDDLE_REQUIRE_CODE(count * static_cast<double>(r) <= kMostChosen, kLimit, "combinations: too many combinations of ",
                      r, " out of ", n);
  std::vector<int64_t> chosen(static_cast<size_t>(r));
  std::vector<int64_t> all;
  if (!with_replacement) std::iota(chosen.begin(), chosen.end(), int64_t{0});
  bool more = n > 0 && (with_replacement || r <= n);
  while (more) {
    all.insert(all.end(), chosen.begin(), chosen.end());
    // The last place that can move on, and all after it follow.
    more = false;
    for (size_t i = chosen.size(); i-- > 0 && !more;) {
      const int64_t highest = with_replacement ? n - 1 : n - r + static_cast<int64_t>(i);
      if (chosen[i] == highest) continue;
      ++chosen[i];
      for (size_t k = i + 1; k < chosen.size(); ++k) chosen[k] = with_replacement ? chosen[i] : chosen[k - 1] + 1;
      more = true;
    }
  }
  const int64_t rows = static_cast<int64_t>(all.size()) / r;
  return view(HEDDLE_TRY(picked(t, 0, all)), Dims{rows, r});
}

Result<std::vector<int64_t>> repeated_positions(const Tensor& repeats, int64_t count, Optional output_size) {
  HEDDLE_REQUIRE(repeats.dtype() == DType::kInt64 || repeats.dtype() == DType::kInt32,
                 "repeats has to be Long or Int tensor");
  const Tensor times = HEDDLE_TRY(contiguous_as(repeats, DType::kInt64));
  const auto times_of = [&](int64_t i) { return times.data<int64_t>()[times.numel() == 1 ? 0 : i]; };
  int64_t total = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t n = times_of(i);
    HEDDLE_REQUIRE(n >= 0, "repeats can not be negative");
    constexpr int64_t kMostPositions = int64_t{1} << 32;
    HEDDLE_REQUIRE_CODE(n <= kMostPositions - total, kLimit, "repeat_interleave: too many repeats");
    total += n;
  }
  std::vector<int64_t> index;
  index.reserve(static_cast<size_t>(total));
  for (int64_t i = 0; i < count; ++i) index.insert(index.end(), static_cast<size_t>(times_of(i)), i);
  HEDDLE_REQUIRE(!output_size || *output_size == static_cast<int64_t>(index.size()),
                 "allocated size does not match required size");
  return index;
}
Result<Tensor> repeat_positions(const Tensor& repeats, Optional output_size) {
  HEDDLE_REQUIRE(repeats.dim() == 1, "repeat_interleave only accept 1D vector as repeat");
  const std::vector<int64_t> index = HEDDLE_TRY(repeated_positions(repeats, repeats.numel(), output_size));
  const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(index.size())}, repeats.dtype()));
  for (size_t i = 0; i < index.size(); ++i) {
    if (repeats.dtype() == DType::kInt64) {
      result.data<int64_t>()[i] = index[i];
    } else {
      result.data<int32_t>()[i] = static_cast<int32_t>(index[i]);
    }
  }
  return result;
}
Result<Tensor> repeat_interleave(const Tensor& t, const Tensor& repeats, Optional dim, Optional output_size) {
  const Tensor source = dim && t.dim() > 0 ? t : HEDDLE_TRY(reshape(t, Dims{-1}));
  const int64_t d = HEDDLE_TRY(wrap_dim(dim.value_or(0), source.dim()));
  HEDDLE_REQUIRE(repeats.dim() <= 1, "repeats must be 0-dim or 1-dim tensor");
  HEDDLE_REQUIRE(repeats.numel() == 1 || repeats.size(0) == source.size(d),
                 "repeats must have the same size as input along dim");
  return picked(source, d, HEDDLE_TRY(repeated_positions(repeats, source.size(d), output_size)));
}
Result<Tensor> repeat_interleave_times(const Tensor& t, int64_t repeats, Optional dim, Optional output_size) {
  HEDDLE_REQUIRE(repeats >= 0, "Repeats must be non-negative");
  return repeat_interleave(t, HEDDLE_TRY(Tensor::scalar(repeats, DType::kInt64)), dim, output_size);
}

Result<Tensor> adjoint(const Tensor& t) {
  if (t.dim() == 0) return transpose(t, 0, 0);
  HEDDLE_REQUIRE(t.dim() >= 2, "tensor.adjoint() is only supported on matrices or batches of matrices. Got ", t.dim(),
                 "-D tensor.");
  return transpose(t, -2, -1);
}
Result<Tensor> matrix_adjoint(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() == 0 || t.dim() == 2, "tensor.H is only supported on matrices (2-D tensors). Got ", t.dim(),
                 "-D tensor.");
  return transpose(t, 0, t.dim() == 0 ? 0 : 1);
}
Result<Tensor> conjugated(const Result<Tensor>& transposed) {
  if (!transposed.ok()) return transposed.status().clone();
  if (!is_complex(transposed->dtype())) return *transposed;
  return with_marks(*transposed, !transposed->impl()->conj, transposed->impl()->neg);
}
Result<Tensor> conjugate_transpose(const Tensor& t) { return conjugated(adjoint(t)); }
Result<Tensor> matrix_conjugate_transpose(const Tensor& t) { return conjugated(matrix_adjoint(t)); }

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(combine) {
  using namespace heddle::ops;
  table.add("aten::meshgrid(Tensor(a)[] tensors) -> Tensor(a)[]", boxed<&meshgrid>());
  table.add("aten::meshgrid.indexing(Tensor(a)[] tensors, *, str indexing) -> Tensor(a)[]",
            boxed<&meshgrid_indexing>());
  table.add("aten::cartesian_prod(Tensor(a)[] tensors) -> Tensor(a)", boxed<&cartesian_prod>());
  table.add("aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor", boxed<&combinations>());
  table.add("aten::repeat_interleave.Tensor(Tensor repeats, *, int? output_size=None) -> Tensor",
            boxed<&repeat_positions>());
  table.add(
      "aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, int? output_size=None) -> "
      "Tensor",
      boxed<&repeat_interleave>());
  table.add(
      "aten::repeat_interleave.self_int(Tensor self, int repeats, int? dim=None, *, int? output_size=None) -> Tensor",
      boxed<&repeat_interleave_times>());
  for (const char* name : {"adjoint", "mH", "mH.a"}) {
    table.add(concat("aten::", name, "(Tensor(a) self) -> Tensor(a)"), boxed<&conjugate_transpose>());
  }
  for (const char* name : {"matrix_H", "matrix_H.a"}) {
    table.add(concat("aten::", name, "(Tensor(a) self) -> Tensor(a)"), boxed<&matrix_conjugate_transpose>());
  }
}
