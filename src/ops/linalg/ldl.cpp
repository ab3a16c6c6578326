// LDL factors of symmetric and hermitian matrices.
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Triple = std::tuple<Tensor, Tensor, Tensor>;

constexpr std::string_view kZeroBlock =
    "The diagonal block {} of D is exactly zero, so the factors cannot be used to solve.";

Result<Triple> ldl_factor_ex(const Tensor& self, bool hermitian, bool check_errors) {
  constexpr std::string_view kName = "torch.linalg.ldl_factor_ex";
  HEDDLE_TRY(check_square_matrices(kName, self));
  const Dims batch = batch_sizes(self);
  const int64_t n = self.size(self.dim() - 1);
  const Tensor factors = HEDDLE_TRY(column_major(self));
  clear_triangle(factors, true);
  const Tensor pivots = HEDDLE_TRY(Tensor::empty(joined(batch, {n}), DType::kInt32));
  const Tensor infos = HEDDLE_TRY(Tensor::empty(batch, DType::kInt32));
  HEDDLE_TRY(dispatch<LapackTypes>(self.dtype(), kName, [&]<class T>() {
    each_matrix(infos.numel(), n * n, [&](int64_t i) {
      infos.data<int32_t>()[i] = backend::ldl(hermitian, n, matrix<T>(factors, i), row<int32_t>(pivots, i));
    });
    return ok_status();
  }));
  if (check_errors) HEDDLE_TRY(check_infos(kName, infos, kZeroBlock));
  return Triple(factors, pivots, infos);
}

Result<std::tuple<Tensor, Tensor>> ldl_factor(const Tensor& self, bool hermitian) {
  const auto [factors, pivots, infos] = HEDDLE_TRY(ldl_factor_ex(self, hermitian, true));
  return std::tuple(factors, pivots);
}

// LAPACK trusts pivots: a negative one stands for half of a 2 by 2 block, whose other half has the same.
Status check_pivots(const Tensor& pivots, int64_t n) {
  for (int64_t i = 0; i < pivots.numel(); ++i) {
    const int64_t pivot = pivots.data<int32_t>()[i];
    bool good = pivot != 0 && std::abs(pivot) <= n;
    if (good && pivot < 0) {
      const int64_t begin = i / n * n;
      int64_t first = i;
      while (first > begin && pivots.data<int32_t>()[first - 1] < 0) --first;
      const int64_t other = (i - first) % 2 ? i - 1 : i + 1;
      good = other < begin + n && pivots.data<int32_t>()[other] < 0;
    }
    HEDDLE_REQUIRE(good, "torch.linalg.ldl_solve: pivot ", pivot, " is none that ldl_factor gives for matrices of ", n,
                   " by ", n);
  }
  return ok_status();
}

Result<Tensor> ldl_solve(const Tensor& factors0, const Tensor& pivots0, const Tensor& b, bool hermitian) {
  constexpr std::string_view kName = "torch.linalg.ldl_solve";
  HEDDLE_TRY(check_square_matrices(kName, factors0));
  HEDDLE_TRY(check_matrices(kName, b));
  HEDDLE_TRY(check_same_dtype(kName, factors0, b));
  const int64_t n = factors0.size(factors0.dim() - 1);
  const int64_t columns = b.size(b.dim() - 1);
  HEDDLE_REQUIRE(b.size(b.dim() - 2) == n, kName, ": Incompatible matrix sizes: each A matrix is ", n, " by ", n,
                 " but each b matrix is ", b.size(b.dim() - 2), " by ", columns);
  HEDDLE_REQUIRE(pivots0.dtype() == DType::kInt32, kName, ": Expected pivots to be of type torch.int32, but got ",
                 dtype_name(pivots0.dtype()));
  HEDDLE_REQUIRE(pivots0.sizes() == joined(batch_sizes(factors0), {n}), kName,
                 ": Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape ",
                 to_text(pivots0.sizes()));
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_sizes(factors0), batch_sizes(b)));
  const Tensor factors = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(factors0, joined(batch, {n, n})))));
  const Tensor pivots = HEDDLE_TRY(contiguous(HEDDLE_TRY(expand(pivots0, joined(batch, {n})))));
  HEDDLE_TRY(check_pivots(pivots, n));
  const Tensor x = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(b, joined(batch, {n, columns})))));
  HEDDLE_TRY(dispatch<LapackTypes>(x.dtype(), kName, [&]<class T>() {
    each_matrix(count_of(batch), n * (n + columns), [&](int64_t i) {
      backend::ldl_solve<T>(hermitian, n, columns, matrix<T>(factors, i), row<int32_t>(pivots, i), matrix<T>(x, i));
    });
    return ok_status();
  }));
  return x;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(ldl) {
  using namespace heddle::ops;
  add_with_out(table, "aten::linalg_ldl_factor(Tensor self, *, bool hermitian=False) -> (Tensor LD, Tensor pivots)",
               boxed<&ldl_factor>(), "linalg_ldl_factor.out");
  add_with_out(table,
               "aten::linalg_ldl_factor_ex(Tensor self, *, bool hermitian=False, bool check_errors=False) -> "
               "(Tensor LD, Tensor pivots, Tensor info)",
               boxed<&ldl_factor_ex>(), "linalg_ldl_factor_ex.out");
  add_with_out(table, "aten::linalg_ldl_solve(Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False) -> Tensor",
               boxed<&ldl_solve>(), "linalg_ldl_solve.out");
}
