// Systems with a triangular matrix.
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using backend::Op;
using schema::boxed;

struct Triangle {
  bool left;
  bool upper;
  bool unit;
  Op op = Op::kNone;
};

Result<Tensor> solve(std::string_view name, const Tensor& a0, const Tensor& b, const Triangle& how) {
  HEDDLE_TRY(check_square_matrices(name, a0));
  HEDDLE_TRY(check_matrices(name, b));
  HEDDLE_TRY(check_same_dtype(name, a0, b));
  const int64_t rows = b.size(b.dim() - 2);
  const int64_t columns = b.size(b.dim() - 1);
  const int64_t n = a0.size(a0.dim() - 1);
  HEDDLE_REQUIRE(n == (how.left ? rows : columns), name, ": Incompatible shapes of A and B for the equation ",
                 how.left ? "AX = B" : "XA = B", " (", n, "x", n, " and ", rows, "x", columns, ")");
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_sizes(a0), batch_sizes(b)));
  const Tensor a = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(a0, joined(batch, {n, n})))));
  const Tensor x = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(b, joined(batch, {rows, columns})))));
  HEDDLE_TRY(dispatch<LapackTypes>(x.dtype(), name, [&]<class T>() {
    each_matrix(count_of(batch), n * n + rows * columns, [&](int64_t i) {
      backend::triangular_solve<T>(how.left, how.upper, how.op, how.unit, rows, columns, matrix<T>(a, i),
                                   matrix<T>(x, i));
    });
    return ok_status();
  }));
  return x;
}

Result<Tensor> linalg_solve_triangular(const Tensor& self, const Tensor& b, bool upper, bool left, bool unitriangular) {
  return solve("linalg.solve_triangular", self, b, {left, upper, unitriangular});
}

Result<std::tuple<Tensor, Tensor>> triangular_solve(const Tensor& self, const Tensor& a, bool upper, bool transpose,
                                                    bool unitriangular) {
  constexpr std::string_view kName = "torch.triangular_solve";
  const Tensor x =
      HEDDLE_TRY(solve(kName, a, self, {true, upper, unitriangular, transpose ? Op::kTranspose : Op::kNone}));
  const int64_t n = a.size(a.dim() - 1);
  return std::tuple(x, HEDDLE_TRY(column_major(HEDDLE_TRY(expand(a, joined(batch_sizes(x), {n, n}))))));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(triangular_systems) {
  using namespace heddle::ops;
  add_with_out(table,
               "aten::linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, "
               "bool unitriangular=False) -> Tensor",
               boxed<&linalg_solve_triangular>(), "linalg_solve_triangular.out");
  add_with_out(table,
               "aten::triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, "
               "bool unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)",
               boxed<&triangular_solve>(), "triangular_solve.X", {"X", "M"});
}
