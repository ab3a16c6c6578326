// Linear systems and inverses by LU factors.
#include "ops/linalg/solve.h"
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/lu.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

constexpr std::string_view kNoInverse =
    "The diagonal element {} is zero, the inversion could not be completed because the input matrix is singular.";

Result<Pair> inverse_of(std::string_view name, const Tensor& a) {
  HEDDLE_TRY(check_square_matrices(name, a));
  const LuFactors f = HEDDLE_TRY(lu_factor(name, a));
  const Tensor inverse = HEDDLE_TRY(identity_column_major(a.sizes(), a.dtype()));
  HEDDLE_TRY(lu_solve_into(f.lu, f.pivots, backend::Op::kNone, inverse));
  return Pair(inverse, f.infos);
}

Result<Tensor> checked_inverse(std::string_view name, const Tensor& a) {
  const auto [inverse, infos] = HEDDLE_TRY(inverse_of(name, a));
  HEDDLE_TRY(check_infos(name, infos, kNoInverse));
  return inverse;
}

Result<Pair> linalg_inv_ex(const Tensor& a, bool check_errors) {
  Pair result = HEDDLE_TRY(inverse_of("linalg.inv_ex", a));
  if (check_errors) HEDDLE_TRY(check_infos("linalg.inv_ex", std::get<1>(result), kNoInverse));
  return result;
}

// B is a batch of vectors where its shape is that of A without the last dimension.
bool is_vector(const Tensor& a, const Tensor& b) {
  return b.dim() == 1 || (a.dim() - 1 == b.dim() && std::equal(b.sizes().begin(), b.sizes().end(), a.sizes().begin()));
}

Result<Pair> solve(std::string_view name, const Tensor& a, const Tensor& b0, bool left) {
  HEDDLE_TRY(check_square_matrices(name, a));
  HEDDLE_TRY(check_same_dtype(name, a, b0));
  const bool vector = is_vector(a, b0);
  HEDDLE_REQUIRE(b0.dim() >= 1, name, ": The input tensor B must have at least 1 dimension.");
  HEDDLE_REQUIRE(!vector || left, name, ": Vector broadcasting of the left hand side is not supported for left=False");
  const Tensor matrices = vector ? b0.unsqueeze(b0.dim()) : b0;
  const Tensor b = left ? matrices : matrices.transpose(matrices.dim() - 2, matrices.dim() - 1);
  const int64_t n = a.size(a.dim() - 1);
  const int64_t columns = b.size(b.dim() - 1);
  HEDDLE_REQUIRE(b.size(b.dim() - 2) == n, name, ": Incompatible shapes of A and B for the equation ",
                 left ? "AX = B" : "XA = B", " (", n, "x", n, " and ", matrices.size(matrices.dim() - 2), "x",
                 matrices.size(matrices.dim() - 1), ")");
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_sizes(a), batch_sizes(b)));
  // Factors are made once a matrix of A, not once a matrix of the broadcast batch.
  const LuFactors f = HEDDLE_TRY(lu_factor(name, a));
  const bool repeated = batch != batch_sizes(a);
  const Tensor lu = repeated ? HEDDLE_TRY(column_major(HEDDLE_TRY(expand(f.lu, joined(batch, {n, n}))))) : f.lu;
  const Tensor pivots = repeated ? HEDDLE_TRY(contiguous(HEDDLE_TRY(expand(f.pivots, joined(batch, {n}))))) : f.pivots;
  const Tensor x = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(b, joined(batch, {n, columns})))));
  HEDDLE_TRY(lu_solve_into(lu, pivots, left ? backend::Op::kNone : backend::Op::kTranspose, x));
  if (!left) return Pair(x.transpose(x.dim() - 2, x.dim() - 1), f.infos);
  if (!vector) return Pair(x, f.infos);
  const Tensor flat = HEDDLE_TRY(squeeze(x, -1));
  // PyTorch lays out a batch of vectors as one column-major matrix.
  return Pair(flat.dim() < 2 ? flat : HEDDLE_TRY(column_major(flat)), f.infos);
}

Result<Tensor> checked_solve(std::string_view name, const Tensor& a, const Tensor& b, bool left) {
  const auto [x, infos] = HEDDLE_TRY(solve(name, a, b, left));
  HEDDLE_TRY(check_infos(name, infos, kSingular));
  return x;
}

Result<Pair> linalg_solve_ex(const Tensor& a, const Tensor& b, bool left, bool check_errors) {
  Pair result = HEDDLE_TRY(solve("linalg.solve_ex", a, b, left));
  if (check_errors) HEDDLE_TRY(check_infos("linalg.solve_ex", std::get<1>(result), kSingular));
  return result;
}

Result<std::tuple<Tensor, Tensor, Tensor, Tensor>> solve_with_factors(const Tensor& a, const Tensor& b, bool left,
                                                                      bool check_errors) {
  const auto [x, infos] = HEDDLE_TRY(linalg_solve_ex(a, b, left, check_errors));
  const LuFactors f = HEDDLE_TRY(lu_factor("linalg.solve", factored_side(a)));
  return std::tuple(x, f.lu, f.pivots, f.infos);
}

// The tensor as a matrix of its first `ind` dimensions by the others.
Result<Tensor> linalg_tensorinv(const Tensor& self, int64_t ind) {
  HEDDLE_REQUIRE(ind > 0, "Expected a strictly positive integer for 'ind', but got ", ind);
  const size_t split = std::min(static_cast<size_t>(ind), self.sizes().size());
  const std::span<const int64_t> first = self.sizes().span().first(split);
  const std::span<const int64_t> last = self.sizes().span().subspan(split);
  const int64_t rows = count_of(first);
  const int64_t columns = count_of(last);
  HEDDLE_REQUIRE(rows == columns,
                 "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), "
                 "but got ",
                 columns, " != ", rows);
  const Tensor inverse = HEDDLE_TRY(linalg_inv(HEDDLE_TRY(reshape(self, Dims{rows, rows}))));
  Dims sizes(last);
  for (int64_t size : first) sizes.push_back(size);
  return reshape(inverse, sizes);
}

Result<Tensor> linalg_tensorsolve(const Tensor& self0, const Tensor& other, std::optional<Dims> dims) {
  Tensor self = self0;
  if (dims) {
    Dims to;
    for (size_t i = 0; i < dims->size(); ++i) to.push_back(self.dim() - static_cast<int64_t>(dims->size() - i));
    self = HEDDLE_TRY(movedim(self, *dims, to));
  }
  HEDDLE_REQUIRE(self.dim() >= other.dim(), "tensorsolve: self has fewer dimensions than other");
  const Dims sizes(self.sizes().span().subspan(static_cast<size_t>(other.dim())));
  const int64_t columns = count_of(sizes);
  const int64_t rows = count_of(self.sizes().span().first(static_cast<size_t>(other.dim())));
  HEDDLE_REQUIRE(rows == columns,
                 "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
                 "prod(self.shape[:other.ndim]), but got ",
                 columns, " != ", rows);
  HEDDLE_REQUIRE(other.numel() == rows, "tensorsolve: other must have ", rows, " elements, but has ", other.numel());
  const Tensor a = HEDDLE_TRY(reshape(self, Dims{rows, columns}));
  return reshape(HEDDLE_TRY(checked_solve("linalg.tensorsolve", a, HEDDLE_TRY(reshape(other, Dims{rows})), true)),
                 sizes);
}

Result<Tensor> linalg_solve_kernel(const Tensor& a, const Tensor& b, bool left) {
  return checked_solve("torch.linalg.solve", a, b, left);
}

}  // namespace

Result<Tensor> linalg_inv(const Tensor& a) { return checked_inverse("linalg.inv", a); }

}  // namespace heddle::ops

HEDDLE_OPERATORS(linear_systems) {
  using namespace heddle::ops;
  add_with_out(table, "aten::linalg_inv(Tensor A) -> Tensor", boxed<&linalg_inv>(), "linalg_inv.out");
  add_with_out(table, "aten::inverse(Tensor self) -> Tensor", boxed<&linalg_inv>(), "inverse.out");
  add_with_out(table, "aten::linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)",
               boxed<&linalg_inv_ex>(), "linalg_inv_ex.inverse");
  add_with_out(table, "aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor",
               boxed<&linalg_solve_kernel>(), "linalg_solve.out");
  add_with_out(table,
               "aten::linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> "
               "(Tensor result, Tensor info)",
               boxed<&linalg_solve_ex>(), "linalg_solve_ex.out");
  add_with_out(table,
               "aten::_linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> "
               "(Tensor result, Tensor LU, Tensor pivots, Tensor info)",
               boxed<&solve_with_factors>(), "_linalg_solve_ex.result");
  add_with_out(table, "aten::linalg_tensorinv(Tensor self, int ind=2) -> Tensor", boxed<&linalg_tensorinv>(),
               "linalg_tensorinv.out");
  add_with_out(table, "aten::linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor",
               boxed<&linalg_tensorsolve>(), "linalg_tensorsolve.out");
}
