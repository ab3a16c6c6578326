// torch.embedding: rows of a table by number.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/common/cast.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 65536;  // bytes copied that are worth a thread's wake-up

Status check_indices(std::string_view name, const Tensor& indices) {
  HEDDLE_REQUIRE(indices.dtype() == DType::kInt64 || indices.dtype() == DType::kInt32,
                 "Expected tensor for argument #1 'indices' of ", name,
                 " to have one of the following scalar types: Long, Int; but got ", dtype_name(indices.dtype()),
                 " instead");
  return ok_status();
}

Status out_of_range(int64_t index, int64_t rows) {
  return error(ErrorCode::kIndex, "index out of range in self: ", index, " is not a row of an embedding of ", rows,
               " rows");
}

// The indices as contiguous int64, all of them rows of the table.
Result<Tensor> checked_indices(const Tensor& indices, int64_t rows) {
  const Tensor numbers = HEDDLE_TRY(contiguous_as(indices, DType::kInt64));
  const int64_t* at = numbers.data<int64_t>();
  for (int64_t i = 0; i < numbers.numel(); ++i) {
    if (at[i] < 0 || at[i] >= rows) return out_of_range(at[i], rows);
  }
  return numbers;
}

Result<Tensor> embedding(const Tensor& weight, const Tensor& indices, int64_t, bool, bool, const Out& out) {
  HEDDLE_REQUIRE(weight.dim() == 2, "'weight' must be 2-D, but has size ", to_text(weight.sizes()));
  HEDDLE_TRY(check_indices("embedding", indices));
  const Tensor numbers = HEDDLE_TRY(checked_indices(indices, weight.size(0)));
  const Tensor table = HEDDLE_TRY(contiguous(weight));
  Dims sizes = indices.sizes();
  for (int64_t i = 1; i < weight.dim(); ++i) sizes.push_back(weight.size(i));
  Tensor result = HEDDLE_TRY(Tensor::empty(sizes, weight.dtype()));
  if (result.numel() == 0) return out.deliver(result);
  const int64_t bytes = result.numel() / numbers.numel() * element_size(weight.dtype());
  const int64_t* at = numbers.data<int64_t>();
  const char* from = static_cast<const char*>(table.raw_data());
  char* to = static_cast<char*>(result.raw_data());
  parallel::parallel_for(0, numbers.numel(), std::max<int64_t>(kGrain / bytes, 1), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::memcpy(to + i * bytes, from + at[i] * bytes, static_cast<size_t>(bytes));
  });
  return out.deliver(result);
}

// Scales down, in place, the rows that are asked for and whose norm exceeds max_norm.
// Scales a row whose norm is above the limit.
Status limit_norm(const Tensor& row, double max_norm, double norm_type) {
  const Tensor wide = HEDDLE_TRY(contiguous_as(row, DType::kFloat64));
  const double* const values = wide.data<double>();
  double norm = 0;
  for (int64_t i = 0; i < wide.numel(); ++i) {
    const double v = std::abs(values[i]);
    norm = std::isinf(norm_type) ? std::max(norm, v) : norm + (norm_type == 2 ? v * v : std::pow(v, norm_type));
  }
  if (!std::isinf(norm_type)) norm = std::pow(norm, 1 / norm_type);
  if (norm <= max_norm) return ok_status();
  const Tensor scaled = HEDDLE_TRY(Tensor::empty(wide.sizes(), DType::kFloat64));
  for (int64_t i = 0; i < wide.numel(); ++i) scaled.data<double>()[i] = values[i] * (max_norm / (norm + 1e-7));
  return copy_into(row, scaled);
}

Result<Tensor> embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm, double norm_type) {
  HEDDLE_REQUIRE(self.dim() == 2, "Expected 2-dimensional tensor for argument #1 'self' of embedding_renorm_, but got ",
                 self.dim());
  HEDDLE_TRY(check_indices("embedding_renorm_", indices));
  const Tensor numbers = HEDDLE_TRY(checked_indices(indices, self.size(0)));
  std::vector<int64_t> rows(numbers.data<int64_t>(), numbers.data<int64_t>() + numbers.numel());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  // No two of the rows are the same, so they may be scaled at once.
  const int64_t grain = std::max<int64_t>(4096 / std::max<int64_t>(self.size(1), 1), 1);
  HEDDLE_TRY(parallel::try_parallel_for(0, static_cast<int64_t>(rows.size()), grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      HEDDLE_TRY(limit_norm(self.select(0, rows[static_cast<size_t>(i)]), max_norm, norm_type));
    }
    return ok_status();
  }));
  return self;
}

Result<Tensor> embedding_renorm(const Tensor& self, const Tensor& indices, double max_norm, double norm_type) {
  return embedding_renorm_(HEDDLE_TRY(clone(self)), indices, max_norm, norm_type);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(embedding) {
  using namespace heddle::ops;
  add_forms<&embedding>(table,
                        "aten::embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool "
                        "scale_grad_by_freq=False, bool sparse=False) -> Tensor",
                        {.out = "embedding.out"});
  table.add("aten::embedding_renorm_(Tensor(a!) self, Tensor indices, float max_norm, float norm_type) -> Tensor(a!)",
            heddle::schema::boxed<&embedding_renorm_>());
  table.add("aten::embedding_renorm(Tensor self, Tensor indices, float max_norm, float norm_type) -> Tensor",
            heddle::schema::boxed<&embedding_renorm>());
  table.derive(
      "aten::embedding_renorm.out(Tensor self, Tensor indices, float max_norm, float norm_type, *, Tensor(a!) out) -> "
      "Tensor(a!)");
}
