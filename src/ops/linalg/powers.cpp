// Powers and the exponential of square matrices.
#include <array>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/binary.h"
#include "ops/linalg/matmul.h"
#include "ops/linalg/matrices.h"
#include "ops/linalg/solve.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Status check_square(std::string_view name, const Tensor& a) {
  HEDDLE_REQUIRE(a.dim() >= 2, name, ": The input tensor A must have at least 2 dimensions.");
  HEDDLE_REQUIRE(a.size(a.dim() - 1) == a.size(a.dim() - 2), name,
                 ": A must be batches of square matrices, but they are ", a.size(a.dim() - 2), " by ",
                 a.size(a.dim() - 1), " matrices");
  return ok_status();
}

Result<Tensor> identity(const Tensor& like) {
  const Tensor result = HEDDLE_TRY(zeros(like.sizes(), like.dtype()));
  HEDDLE_TRY(fill(HEDDLE_TRY(diagonal(result, 0, -2, -1)), 1));
  return result;
}

Result<Tensor> matrix_power(const Tensor& self, int64_t n) {
  HEDDLE_TRY(check_square("linalg.matrix_power", self));
  if (n == 0) return identity(self);
  if (n == 1) return clone(self);
  Tensor square = n < 0 ? HEDDLE_TRY(linalg_inv(self)) : self;
  if (n == -1) return square;
  Tensor result;
  for (uint64_t left = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n); left; left >>= 1) {
    if (left & 1) result = result.defined() ? HEDDLE_TRY(matmul(result, square)) : square;
    if (left > 1) square = HEDDLE_TRY(matmul(square, square));
  }
  return result;
}

// The Taylor series of a small matrix, after it was halved often enough, and then squared as often.
Result<Tensor> exponential(const Tensor& a) {
  constexpr double kSmall = 0.5;
  constexpr int kTerms = 16;
  const double norm = HEDDLE_TRY(item(HEDDLE_TRY(amax(HEDDLE_TRY(vector_norm(a, 1, Dims{-2})), Dims{-1})))).to_double();
  if (!std::isfinite(norm)) return add(a, std::numeric_limits<double>::quiet_NaN());
  const int halvings = norm > kSmall ? static_cast<int>(std::ceil(std::log2(norm / kSmall))) : 0;
  const Tensor small = HEDDLE_TRY(mul(a, std::ldexp(1.0, -halvings)));
  // Horner: I + x (I + x/2 (I + x/3 (...))).
  const Tensor one = HEDDLE_TRY(identity(a));
  Tensor sum = one;
  for (int k = kTerms; k >= 1; --k) {
    sum = HEDDLE_TRY(add(one, HEDDLE_TRY(mul(HEDDLE_TRY(matmul(small, sum)), 1.0 / k))));
  }
  for (int i = 0; i < halvings; ++i) sum = HEDDLE_TRY(matmul(sum, sum));
  return sum;
}

Result<Tensor> matrix_exp(const Tensor& self) {
  HEDDLE_TRY(check_square("linalg.matrix_exp", self));
  HEDDLE_REQUIRE(is_floating(self.dtype()) || is_complex(self.dtype()),
                 "linalg.matrix_exp: Expected a floating point or complex tensor as input. Got ",
                 dtype_name(self.dtype()));
  if (self.numel() == 0) return clone(self);
  const int64_t n = self.size(self.dim() - 1);
  const int64_t count = count_of(batch_sizes(self));
  const Tensor flat = HEDDLE_TRY(reshape(self, Dims{count, n, n}));
  const Tensor result = HEDDLE_TRY(Tensor::empty(flat.sizes(), self.dtype()));
  for (int64_t i = 0; i < count; ++i) {
    HEDDLE_TRY(copy_into(result.select(0, i), HEDDLE_TRY(exponential(flat.select(0, i)))));
  }
  return result.view_contiguous(self.sizes());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(matrix_powers) {
  using namespace heddle::ops;
  for (const std::string name : {"matrix_power", "linalg_matrix_power"}) {
    add_with_out(table, concat("aten::", name, "(Tensor self, int n) -> Tensor"), boxed<&matrix_power>(),
                 name + ".out");
  }
  table.add("aten::matrix_exp(Tensor self) -> Tensor", boxed<&matrix_exp>());
  add_with_out(table, "aten::linalg_matrix_exp(Tensor self) -> Tensor", boxed<&matrix_exp>(), "linalg_matrix_exp.out");
}
