// torch.embedding_bag: sums, means or maxima of bags of rows of a table.
#include <algorithm>
#include <limits>
#include <tuple>
#include <type_traits>
#include <vector>

#include "ops/backend/rows.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using FourTensors = std::tuple<Tensor, Tensor, Tensor, Tensor>;

enum Mode : int64_t { kSum = 0, kMean = 1, kMax = 2 };

struct Bags {
  Tensor table;    // contiguous, in the dtype computed in
  Tensor indices;  // int64
  Tensor offsets;  // int64; one more than bags, the last being the number of indices
  Tensor scales;   // of single indices, in the table's dtype; may be undefined
  int64_t mode;
  int64_t padding;  // the row to be left out; below 0: none
  int64_t count() const { return offsets.numel() - 1; }
};

bool is_index(DType dtype) { return dtype == DType::kInt64 || dtype == DType::kInt32; }

Result<Bags> bags_of(const Tensor& weight, const Tensor& indices, const Tensor& offsets, int64_t mode,
                     const std::optional<Tensor>& per_sample_weights, bool include_last_offset, int64_t padding) {
  HEDDLE_REQUIRE(is_index(indices.dtype()), "expected indices of embedding_bag to be Long or Int, but got ",
                 dtype_name(indices.dtype()));
  HEDDLE_REQUIRE(is_index(offsets.dtype()), "expected offsets of embedding_bag to be Long or Int, but got ",
                 dtype_name(offsets.dtype()));
  HEDDLE_REQUIRE(is_floating(weight.dtype()) && weight.dim() == 2,
                 "embedding_bag: weight must be a matrix of floats, but is ", dtype_name(weight.dtype()),
                 to_text(weight.sizes()));
  HEDDLE_REQUIRE(indices.dim() == 1 && offsets.dim() == 1,
                 "input has to be a 1D or 2D Tensor, and offsets a 1D one, but they are ", indices.dim(), "D and ",
                 offsets.dim(), "D");
  HEDDLE_REQUIRE(mode >= kSum && mode <= kMax, "embedding_bag: mode must be 0 (sum), 1 (mean) or 2 (max), but is ",
                 mode);
  HEDDLE_REQUIRE(!include_last_offset || offsets.numel() >= 1,
                 "include_last_offset: numbers of offset should be at least 1");
  HEDDLE_REQUIRE(!per_sample_weights || mode == kSum,
                 "embedding_bag: per_sample_weights only supported with mode='sum'");
  HEDDLE_REQUIRE(
      !per_sample_weights || (per_sample_weights->dtype() == weight.dtype() && per_sample_weights->dim() == 1 &&
                              per_sample_weights->numel() == indices.numel()),
      "expected per_sample_weights to have the weight's dtype and one element for each of ", indices.numel(),
      " indices");
  Bags b;
  b.mode = mode;
  b.padding = padding;
  const DType computed = compute_dtype(weight.dtype());
  b.table = HEDDLE_TRY(contiguous_as(weight, computed));
  b.indices = HEDDLE_TRY(contiguous_as(indices, DType::kInt64));
  if (per_sample_weights) b.scales = HEDDLE_TRY(contiguous_as(*per_sample_weights, computed));
  const int64_t count = offsets.numel() - (include_last_offset ? 1 : 0);
  b.offsets = HEDDLE_TRY(Tensor::empty(Dims{count + 1}, DType::kInt64));
  const Tensor given = HEDDLE_TRY(contiguous_as(offsets, DType::kInt64));
  int64_t* at = b.offsets.data<int64_t>();
  std::copy_n(given.data<int64_t>(), count, at);
  at[count] = indices.numel();
  if (include_last_offset) at[count] = std::min(given.data<int64_t>()[count], indices.numel());
  HEDDLE_REQUIRE(
      count == 0 || at[0] == 0,
      "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ",
      at[0]);
  for (int64_t i = 0; i < count; ++i) {
    HEDDLE_REQUIRE(at[i] <= indices.numel(), "offsets[-1] can not be greater than input's length ", indices.numel(),
                   " but got offsets[-1] of ", at[i]);
    HEDDLE_REQUIRE(at[i] <= at[i + 1], "embedding_bag: offsets must not decrease, but offset ", i, " is ", at[i],
                   " and the next ", at[i + 1]);
  }
  const int64_t* index = b.indices.data<int64_t>();
  for (int64_t i = 0; i < b.indices.numel(); ++i) {
    HEDDLE_REQUIRE_CODE(index[i] >= 0 && index[i] < weight.size(0), kIndex, "embedding_bag: index ", i,
                        " is out of bounds: ", index[i], ", range 0 to ", weight.size(0));
  }
  return b;
}

template <class T>
void take_maxima(const T* from, int64_t index, int64_t width, bool first, T* row, int64_t* sources) {
  for (int64_t k = 0; k < width; ++k) {
    const bool better = first | (from[k] > row[k]);
    row[k] = better ? from[k] : row[k];
    sources[k] = better ? index : sources[k];
  }
}

// Sums of rows of float32 by vectors that stay in registers. Returns how many rows there were.
int64_t add_rows(const Bags& b, int64_t first, int64_t last, float* row, std::vector<const float*>& rows) {
  const int64_t width = b.table.size(1);
  const int64_t* index = b.indices.data<int64_t>();
  rows.clear();
  for (int64_t i = first; i < last; ++i) {
    if (index[i] != b.padding) rows.push_back(b.table.data<float>() + index[i] * width);
  }
  if (!rows.empty()) backend::sum_of_rows(rows.data(), static_cast<int64_t>(rows.size()), width, 1.0f, row);
  return static_cast<int64_t>(rows.size());
}

// Writes the bags' rows, how many indices each took, and where maxima came from.
template <class T>
void reduce(const Bags& b, T* out, int64_t* sizes, int64_t* sources) {
  const int64_t width = b.table.size(1);
  const T* table = b.table.data<T>();
  const T* scales = b.scales.defined() ? b.scales.data<T>() : nullptr;
  const int64_t* index = b.indices.data<int64_t>();
  const int64_t* offsets = b.offsets.data<int64_t>();
  const int64_t each = std::max<int64_t>(b.indices.numel() * width / std::max<int64_t>(b.count(), 1), 1);
  parallel::parallel_for(0, b.count(), std::max<int64_t>(16384 / each, 1), [&](int64_t begin, int64_t end) {
    std::vector<const float*> rows;
    for (int64_t bag = begin; bag < end; ++bag) {
      T* row = out + bag * width;
      std::fill_n(row, width, T(0));
      int64_t taken = 0;
      int64_t first = offsets[bag];
      if constexpr (std::is_same_v<T, float>) {
        if (b.mode != kMax && !scales) {
          taken = add_rows(b, first, offsets[bag + 1], row, rows);
          first = offsets[bag + 1];
        }
      }
      for (int64_t i = first; i < offsets[bag + 1]; ++i) {
        if (index[i] == b.padding) continue;
        const T* from = table + index[i] * width;
        if (b.mode == kMax) {
          take_maxima(from, index[i], width, taken == 0, row, sources + bag * width);
        } else if (scales) {
          for (int64_t k = 0; k < width; ++k) row[k] += from[k] * scales[i];
        } else {
          for (int64_t k = 0; k < width; ++k) row[k] += from[k];
        }
        ++taken;
      }
      sizes[bag] = taken;
      if (b.mode == kMean && taken > 0) {
        for (int64_t k = 0; k < width; ++k) row[k] /= static_cast<T>(taken);
      }
    }
  });
}

Result<FourTensors> embedding_bag_of(const Tensor& weight, const Tensor& indices, const Tensor& offsets, int64_t mode,
                                     const std::optional<Tensor>& per_sample_weights, bool include_last_offset,
                                     int64_t padding) {
  const Bags b = HEDDLE_TRY(bags_of(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding));
  const int64_t width = weight.size(1);
  const Tensor output = HEDDLE_TRY(Tensor::empty(Dims{b.count(), width}, b.table.dtype()));
  Tensor sizes = HEDDLE_TRY(zeros(Dims{b.count()}, DType::kInt64));
  Tensor sources = HEDDLE_TRY(zeros(mode == kMax ? Dims{b.count(), width} : Dims{0}, DType::kInt64));
  HEDDLE_TRY(dispatch<FloatTypes>(b.table.dtype(), "embedding_bag", [&]<class T>() -> Status {
    reduce<T>(b, output.data<T>(), sizes.data<int64_t>(), sources.data<int64_t>());
    return ok_status();
  }));
  // The further results serve gradients alone, and are filled where PyTorch fills them.
  const bool plain_sum =
      mode == kSum && padding < 0 && (weight.dtype() == DType::kFloat32 || weight.dtype() == DType::kFloat16);
  Tensor bag_of = HEDDLE_TRY(zeros(Dims{plain_sum ? 0 : indices.numel()}, DType::kInt64));
  for (int64_t bag = 0; bag < b.count() && !plain_sum; ++bag) {
    for (int64_t i = b.offsets.data<int64_t>()[bag]; i < b.offsets.data<int64_t>()[bag + 1]; ++i)
      bag_of.data<int64_t>()[i] = bag;
  }
  if (mode == kSum) sizes = HEDDLE_TRY(zeros(sizes.sizes(), DType::kInt64));
  if (mode != kMax) sources = HEDDLE_TRY(clone(sizes));
  const DType index_dtype =
      indices.dtype() == DType::kInt64 || offsets.dtype() == DType::kInt64 ? DType::kInt64 : DType::kInt32;
  FourTensors results;
  std::get<0>(results) = HEDDLE_TRY(to_dtype(output, weight.dtype()));
  std::get<1>(results) = HEDDLE_TRY(to_dtype(bag_of, index_dtype));
  std::get<2>(results) = HEDDLE_TRY(to_dtype(sizes, index_dtype));
  std::get<3>(results) = HEDDLE_TRY(to_dtype(sources, index_dtype));
  return results;
}

Result<FourTensors> embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool,
                                  int64_t mode, bool, const std::optional<Tensor>& per_sample_weights,
                                  bool include_last_offset) {
  return embedding_bag_of(weight, indices, offsets, mode, per_sample_weights, include_last_offset, -1);
}

Result<FourTensors> embedding_bag_padding(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool,
                                          int64_t mode, bool, const std::optional<Tensor>& per_sample_weights,
                                          bool include_last_offset, std::optional<int64_t> padding_idx) {
  int64_t padding = -1;
  if (padding_idx) {
    HEDDLE_REQUIRE(weight.dim() >= 1 && *padding_idx >= -weight.size(0) && *padding_idx < weight.size(0),
                   "padding_idx must be within the number of embeddings, but got ", *padding_idx);
    padding = *padding_idx < 0 ? *padding_idx + weight.size(0) : *padding_idx;
  }
  return embedding_bag_of(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding);
}

Result<FourTensors> underscore_embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool,
                                             int64_t mode, bool, const std::optional<Tensor>& per_sample_weights,
                                             bool include_last_offset, int64_t padding_idx) {
  return embedding_bag_of(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding_idx);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(embedding_bag) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add(
      "aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, "
      "bool sparse=False, "
      "Tensor? per_sample_weights=None, bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)",
      boxed<&embedding_bag>());
  table.add(
      "aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, int "
      "mode, bool sparse, Tensor? "
      "per_sample_weights, bool include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)",
      boxed<&embedding_bag_padding>());
  table.add(
      "aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, "
      "bool sparse=False, "
      "Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, "
      "Tensor, Tensor)",
      boxed<&underscore_embedding_bag>());
  table.add(
      "aten::_embedding_bag_forward_only(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, "
      "int mode=0, bool "
      "sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, "
      "Tensor, Tensor, Tensor)",
      boxed<&underscore_embedding_bag>());
}
