// Least squares solutions.
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using backend::LeastSquares;
using schema::boxed;
using Four = std::tuple<Tensor, Tensor, Tensor, Tensor>;

constexpr std::string_view kName = "torch.linalg.lstsq";

Result<LeastSquares> driver_of(std::optional<std::string_view> name) {
  if (!name || *name == "gelsy") return LeastSquares::kPivotedQr;
  if (*name == "gels") return LeastSquares::kQr;
  if (*name == "gelsd") return LeastSquares::kDivideAndConquer;
  if (*name == "gelss") return LeastSquares::kSvd;
  return invalid(kName, ": parameter `driver` should be one of (gels, gelsy, gelsd, gelss), but got ", *name);
}

// The squares of the rows that LAPACK leaves below the solution, summed: [..., columns].
Result<Tensor> residuals_below(const Tensor& work, const Dims& batch, int64_t n) {
  const int64_t rows = work.size(work.dim() - 2);
  const int64_t columns = work.size(work.dim() - 1);
  const Tensor result = HEDDLE_TRY(Tensor::empty(joined(batch, {columns}), real_dtype(work.dtype())));
  HEDDLE_TRY(dispatch<LapackTypes>(work.dtype(), kName, [&]<class T>() {
    using R = backend::Real<T>;
    for (int64_t line = 0; line < result.numel(); ++line) {
      R sum = 0;
      for (int64_t r = n; r < rows; ++r) sum += std::norm(work.data<T>()[line * rows + r]);
      result.data<R>()[line] = sum;
    }
    return ok_status();
  }));
  return result;
}

Result<Four> linalg_lstsq(const Tensor& a0, const Tensor& b0, std::optional<double> rcond,
                          std::optional<std::string_view> driver_name) {
  HEDDLE_TRY(check_matrices(kName, a0));
  HEDDLE_TRY(check_same_dtype(kName, a0, b0));
  HEDDLE_REQUIRE(b0.dim() >= 1, kName, ": other must have at least 1 dimension.");
  const LeastSquares driver = HEDDLE_TRY(driver_of(driver_name));
  const bool vector = a0.dim() - 1 == b0.dim() && a0.size(a0.dim() - 2) == b0.size(b0.dim() - 1);
  const Tensor b = vector ? b0.unsqueeze(b0.dim()) : b0;
  HEDDLE_REQUIRE(b.dim() >= 2 && b.size(b.dim() - 2) == a0.size(a0.dim() - 2), kName,
                 ": input.size(-2) should match other.size(", vector ? -1 : -2, ")");
  const int64_t m = a0.size(a0.dim() - 2);
  const int64_t n = a0.size(a0.dim() - 1);
  const int64_t columns = b.size(b.dim() - 1);
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_sizes(a0), batch_sizes(b)));
  const Tensor a = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(a0, joined(batch, {m, n})))));
  const Tensor work = HEDDLE_TRY(empty_column_major(joined(batch, {std::max(m, n), columns}), a.dtype()));
  HEDDLE_TRY(zero(work));
  HEDDLE_TRY(copy_into(work.narrow(work.dim() - 2, 0, m), HEDDLE_TRY(expand(b, joined(batch, {m, columns})))));

  const DType real = real_dtype(a.dtype());
  const bool knows_rank = driver != LeastSquares::kQr;
  const bool knows_values = driver == LeastSquares::kDivideAndConquer || driver == LeastSquares::kSvd;
  const Tensor infos = HEDDLE_TRY(zeros(batch, DType::kInt32));
  const Tensor ranks = HEDDLE_TRY(zeros(batch, DType::kInt32));
  const Tensor values = HEDDLE_TRY(zeros(joined(batch, {std::min(m, n)}), real));
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), kName, [&]<class T>() {
    using R = backend::Real<T>;
    const R limit = rcond ? static_cast<R>(*rcond) : std::numeric_limits<R>::epsilon() * static_cast<R>(std::max(m, n));
    each_matrix(infos.numel(), m * n, [&](int64_t i) {
      infos.data<int32_t>()[i] = backend::least_squares(driver, m, n, columns, matrix<T>(a, i), matrix<T>(work, i),
                                                        limit, ranks.data<int32_t>() + i, row<R>(values, i));
    });
    return ok_status();
  }));
  HEDDLE_TRY(check_infos(kName, infos,
                         "The least squares solution could not be computed because the input matrix does not have full "
                         "rank (error code: {})."));
  const Tensor solution = work.narrow(work.dim() - 2, 0, n);
  Tensor residuals = HEDDLE_TRY(Tensor::empty(Dims{0}, real));
  if (m > n && driver != LeastSquares::kPivotedQr) {
    bool full = true;
    for (int64_t i = 0; knows_rank && i < ranks.numel(); ++i) full = full && ranks.data<int32_t>()[i] == n;
    if (full) residuals = HEDDLE_TRY(residuals_below(work, batch, n));
  }
  return Four(
      vector ? HEDDLE_TRY(squeeze(solution, -1)) : solution, residuals,
      knows_rank ? HEDDLE_TRY(to_dtype(ranks, DType::kInt64)) : HEDDLE_TRY(Tensor::empty(Dims{0}, DType::kInt64)),
      knows_values ? values : HEDDLE_TRY(Tensor::empty(Dims{0}, real)));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(least_squares) {
  using namespace heddle::ops;
  add_with_out(table,
               "aten::linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> "
               "(Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)",
               boxed<&linalg_lstsq>(), "linalg_lstsq.out");
}
