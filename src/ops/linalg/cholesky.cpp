// Cholesky factors of positive-definite matrices, and what is solved and inverted with them.
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

constexpr std::string_view kNotPositive =
    "The factorization could not be completed because the input is not positive-definite (the leading minor of order "
    "{} is "
    "not positive-definite).";

Result<Pair> factor(std::string_view name, const Tensor& a, bool upper) {
  HEDDLE_TRY(check_square_matrices(name, a));
  const Tensor factors = HEDDLE_TRY(column_major(a));
  const Tensor infos = HEDDLE_TRY(Tensor::empty(batch_sizes(a), DType::kInt32));
  const int64_t n = a.size(a.dim() - 1);
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() {
    each_matrix(infos.numel(), n * n,
                [&](int64_t i) { infos.data<int32_t>()[i] = backend::cholesky(upper, n, matrix<T>(factors, i)); });
    return ok_status();
  }));
  clear_triangle(factors, !upper);
  return Pair(factors, infos);
}

Result<Tensor> checked_factor(std::string_view name, const Tensor& a, bool upper) {
  const auto [factors, infos] = HEDDLE_TRY(factor(name, a, upper));
  HEDDLE_TRY(check_infos(name, infos, kNotPositive));
  return factors;
}

Result<Tensor> cholesky(const Tensor& self, bool upper) { return checked_factor("cholesky", self, upper); }
Result<Tensor> linalg_cholesky(const Tensor& self, bool upper) {
  return checked_factor("linalg.cholesky", self, upper);
}

Result<Pair> linalg_cholesky_ex(const Tensor& self, bool upper, bool check_errors) {
  Pair result = HEDDLE_TRY(factor("linalg.cholesky_ex", self, upper));
  if (check_errors) HEDDLE_TRY(check_infos("linalg.cholesky_ex", std::get<1>(result), kNotPositive));
  return result;
}

Result<Tensor> cholesky_inverse(const Tensor& self, bool upper) {
  constexpr std::string_view kName = "cholesky_inverse";
  HEDDLE_TRY(check_square_matrices(kName, self));
  const Tensor inverse = HEDDLE_TRY(column_major(self));
  const Tensor infos = HEDDLE_TRY(Tensor::empty(batch_sizes(self), DType::kInt32));
  const int64_t n = self.size(self.dim() - 1);
  HEDDLE_TRY(dispatch<LapackTypes>(self.dtype(), kName, [&]<class T>() {
    each_matrix(infos.numel(), n * n, [&](int64_t i) {
      T* m = matrix<T>(inverse, i);
      infos.data<int32_t>()[i] = backend::cholesky_inverse(upper, n, m);
      // LAPACK writes one triangle; the other mirrors it.
      for (int64_t column = 0; column < n; ++column) {
        for (int64_t r = column + 1; r < n; ++r) {
          T& below = m[column * n + r];
          T& above = m[r * n + column];
          if constexpr (is_complex_type<T>) {
            (upper ? below : above) = std::conj(upper ? above : below);
          } else {
            (upper ? below : above) = upper ? above : below;
          }
        }
      }
    });
    return ok_status();
  }));
  HEDDLE_TRY(check_infos(kName, infos, "The diagonal element {} is zero, so the matrix has no inverse."));
  return inverse;
}

Result<Tensor> cholesky_solve(const Tensor& self, const Tensor& factors, bool upper) {
  constexpr std::string_view kName = "cholesky_solve";
  HEDDLE_REQUIRE(self.dim() >= 2, "b should have at least 2 dimensions, but has ", self.dim(), " dimensions instead");
  HEDDLE_REQUIRE(factors.dim() >= 2, "u should have at least 2 dimensions, but has ", factors.dim(),
                 " dimensions instead");
  HEDDLE_TRY(check_square_matrices(kName, factors));
  HEDDLE_TRY(check_same_dtype(kName, factors, self));
  const int64_t n = factors.size(factors.dim() - 1);
  const int64_t columns = self.size(self.dim() - 1);
  HEDDLE_REQUIRE(self.size(self.dim() - 2) == n, "Incompatible matrix sizes for cholesky_solve: each A matrix is ", n,
                 " by ", n, " but each b matrix is ", self.size(self.dim() - 2), " by ", columns);
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_sizes(self), batch_sizes(factors)));
  const Tensor solution = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(self, joined(batch, {n, columns})))));
  const Tensor a = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(factors, joined(batch, {n, n})))));
  HEDDLE_TRY(dispatch<LapackTypes>(self.dtype(), kName, [&]<class T>() {
    each_matrix(count_of(batch), n * (n + columns), [&](int64_t i) {
      backend::cholesky_solve<T>(upper, n, columns, matrix<T>(a, i), matrix<T>(solution, i));
    });
    return ok_status();
  }));
  return solution;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(cholesky) {
  using namespace heddle::ops;
  add_with_out(table, "aten::cholesky(Tensor self, bool upper=False) -> Tensor", boxed<&cholesky>(), "cholesky.out");
  add_with_out(table, "aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor", boxed<&linalg_cholesky>(),
               "linalg_cholesky.out");
  add_with_out(
      table,
      "aten::linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)",
      boxed<&linalg_cholesky_ex>(), "linalg_cholesky_ex.L");
  add_with_out(table, "aten::cholesky_inverse(Tensor self, bool upper=False) -> Tensor", boxed<&cholesky_inverse>(),
               "cholesky_inverse.out");
  add_with_out(table, "aten::cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor",
               boxed<&cholesky_solve>(), "cholesky_solve.out");
}
