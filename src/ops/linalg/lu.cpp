// LU factors as PyTorch hands them out: factored, unpacked, used to solve.
#include "ops/linalg/lu.h"

#include <numeric>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {

Result<LuFactors> lu_factor(std::string_view name, const Tensor& a) {
  HEDDLE_TRY(check_matrices(name, a));
  const Dims batch = batch_sizes(a);
  const int64_t m = a.size(a.dim() - 2);
  const int64_t n = a.size(a.dim() - 1);
  LuFactors factors;
  factors.lu = HEDDLE_TRY(column_major(a));
  factors.pivots = HEDDLE_TRY(Tensor::empty(joined(batch, {std::min(m, n)}), DType::kInt32));
  factors.infos = HEDDLE_TRY(Tensor::empty(batch, DType::kInt32));
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() {
    each_matrix(count_of(batch), m * n, [&](int64_t i) {
      factors.infos.data<int32_t>()[i] = backend::lu(m, n, matrix<T>(factors.lu, i), row<int32_t>(factors.pivots, i));
    });
    return ok_status();
  }));
  return factors;
}

Tensor factored_side(const Tensor& a) {
  return a.is_contiguous() && !is_complex(a.dtype()) ? a.transpose(a.dim() - 2, a.dim() - 1) : a;
}

Status lu_solve_into(const Tensor& lu, const Tensor& pivots, backend::Op op, const Tensor& b) {
  const int64_t n = lu.size(lu.dim() - 1);
  const int64_t columns = b.size(b.dim() - 1);
  return dispatch<LapackTypes>(lu.dtype(), "lu_solve", [&]<class T>() {
    each_matrix(count_of(batch_sizes(lu)), n * (n + columns), [&](int64_t i) {
      backend::lu_solve<T>(op, n, columns, matrix<T>(lu, i), row<int32_t>(pivots, i), matrix<T>(b, i));
    });
    return ok_status();
  });
}

namespace {

using schema::boxed;

constexpr std::string_view kZeroPivot = "U[{},{}] is zero and using it on lu_solve would result in a division by zero.";

Result<LuFactors> checked_factor(std::string_view name, const Tensor& a, bool pivot, bool check_errors) {
  HEDDLE_REQUIRE(pivot, name, ": LU without pivoting is not implemented on the CPU");
  LuFactors factors = HEDDLE_TRY(lu_factor(name, a));
  if (check_errors) HEDDLE_TRY(check_infos(name, factors.infos, kZeroPivot));
  return factors;
}

Result<std::tuple<Tensor, Tensor>> linalg_lu_factor(const Tensor& a, bool pivot) {
  const LuFactors f = HEDDLE_TRY(checked_factor("linalg.lu_factor", a, pivot, true));
  return std::tuple(f.lu, f.pivots);
}

using Triple = std::tuple<Tensor, Tensor, Tensor>;
Result<Triple> linalg_lu_factor_ex(const Tensor& a, bool pivot, bool check_errors) {
  const LuFactors f = HEDDLE_TRY(checked_factor("linalg.lu_factor_ex", a, pivot, check_errors));
  return Triple(f.lu, f.pivots, f.infos);
}

Status check_pivots(std::string_view name, const Tensor& pivots, int64_t rows) {
  for (int64_t i = 0; i < pivots.numel(); ++i) {
    const int32_t pivot = pivots.data<int32_t>()[i];
    HEDDLE_REQUIRE(pivot >= 1 && pivot <= rows, name, ": pivots passed to it must be in the range 1 to ", rows,
                   ", but one is ", pivot);
  }
  return ok_status();
}

Status check_factors(std::string_view name, const Tensor& lu, const Tensor& pivots) {
  HEDDLE_TRY(check_matrices(name, lu));
  HEDDLE_REQUIRE(pivots.dtype() == DType::kInt32, name, ": pivots should be a Tensor of scalar type torch.int32");
  const int64_t count = std::min(lu.size(lu.dim() - 2), lu.size(lu.dim() - 1));
  HEDDLE_REQUIRE(pivots.sizes() == joined(batch_sizes(lu), {count}), name,
                 ": pivots should have the batch of the factors and one element a row, ",
                 to_text(joined(batch_sizes(lu), {count})), ", but have ", to_text(pivots.sizes()));
  return ok_status();
}

// The first rows x columns of each matrix, contiguous, with zeros on one side of the diagonal.
Result<Tensor> part(const Tensor& lu, int64_t rows, int64_t columns, bool lower) {
  const int64_t last = lu.dim() - 1;
  const Tensor t = HEDDLE_TRY(clone(lu.narrow(last - 1, 0, rows).narrow(last, 0, columns), MemoryFormat::kContiguous));
  HEDDLE_TRY(dispatch<LapackTypes>(lu.dtype(), "lu_unpack", [&]<class T>() {
    each_matrix(count_of(batch_sizes(lu)), rows * columns, [&](int64_t k) {
      T* x = matrix<T>(t, k);
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t diagonal = std::min(i, columns);
        if (!lower) std::fill(x + i * columns, x + i * columns + diagonal, T(0));
        if (lower && i < columns) {
          std::fill(x + i * columns + i, x + (i + 1) * columns, T(0));
          x[i * columns + i] = T(1);
        }
      }
    });
    return ok_status();
  }));
  return t;
}

// P of P L U = A.
Result<Tensor> permutation(const Tensor& lu, const Tensor& pivots) {
  const int64_t m = lu.size(lu.dim() - 2);
  HEDDLE_TRY(check_pivots("lu_unpack", pivots, m));
  const Tensor p = HEDDLE_TRY(zeros(joined(batch_sizes(lu), {m, m}), lu.dtype()));
  HEDDLE_TRY(dispatch<LapackTypes>(lu.dtype(), "lu_unpack", [&]<class T>() {
    each_matrix(count_of(batch_sizes(lu)), m * m, [&](int64_t k) {
      std::vector<int64_t> order(static_cast<size_t>(m));
      std::iota(order.begin(), order.end(), 0);
      const int32_t* pivot = row<int32_t>(pivots, k);
      for (int64_t i = 0; i < pivots.size(pivots.dim() - 1); ++i) {
        std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(pivot[i] - 1)]);
      }
      for (int64_t i = 0; i < m; ++i) matrix<T>(p, k)[order[static_cast<size_t>(i)] * m + i] = T(1);
    });
    return ok_status();
  }));
  return p;
}

Result<Triple> unpack(const Tensor& lu, const Tensor& pivots, bool data, bool permute) {
  const int64_t m = lu.size(lu.dim() - 2);
  const int64_t n = lu.size(lu.dim() - 1);
  const Tensor none = HEDDLE_TRY(Tensor::empty(Dims{0}, lu.dtype()));
  Triple result(none, none, none);
  if (permute) std::get<0>(result) = HEDDLE_TRY(permutation(lu, HEDDLE_TRY(contiguous(pivots))));
  if (data) {
    std::get<1>(result) = HEDDLE_TRY(part(lu, m, std::min(m, n), true));
    std::get<2>(result) = HEDDLE_TRY(part(lu, std::min(m, n), n, false));
  }
  return result;
}

Result<Triple> lu_unpack(const Tensor& lu, const Tensor& pivots, bool data, bool permute) {
  HEDDLE_TRY(check_factors("lu_unpack", lu, pivots));
  return unpack(lu, pivots, data, permute);
}

Result<Triple> linalg_lu(const Tensor& a, bool pivot) {
  const LuFactors f = HEDDLE_TRY(checked_factor("linalg.lu", a, pivot, false));
  return unpack(f.lu, f.pivots, true, true);
}

Result<Tensor> solve(std::string_view name, const Tensor& lu0, const Tensor& pivots0, const Tensor& b0, bool left,
                     bool adjoint) {
  HEDDLE_TRY(check_square_matrices(name, lu0));
  HEDDLE_TRY(check_factors(name, lu0, pivots0));
  HEDDLE_TRY(check_same_dtype(name, lu0, b0));
  HEDDLE_REQUIRE(b0.dim() >= 2, name, ": The input tensor B must have at least 2 dimensions.");
  const int64_t n = lu0.size(lu0.dim() - 1);
  // x A = b is A' x' = b', and the result is turned back.
  const Tensor b = left ? b0 : b0.transpose(b0.dim() - 2, b0.dim() - 1);
  const int64_t columns = b.size(b.dim() - 1);
  HEDDLE_REQUIRE(b.size(b.dim() - 2) == n, name, ": Incompatible shapes of A and B for the equation ",
                 left ? "AX = B" : "XA = B", " (", n, "x", n, " and ", b0.size(b0.dim() - 2), "x",
                 b0.size(b0.dim() - 1), ")");
  const Dims batch = HEDDLE_TRY(broadcast_sizes(batch_sizes(lu0), batch_sizes(b)));
  const Tensor lu = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(lu0, joined(batch, {n, n})))));
  const Tensor pivots = HEDDLE_TRY(contiguous(HEDDLE_TRY(expand(pivots0, joined(batch, {n})))));
  HEDDLE_TRY(check_pivots(name, pivots, n));
  Tensor x = HEDDLE_TRY(column_major(HEDDLE_TRY(expand(b, joined(batch, {n, columns})))));
  using backend::Op;
  if (left) {
    HEDDLE_TRY(lu_solve_into(lu, pivots, adjoint ? Op::kConjugateTranspose : Op::kNone, x));
    return x;
  }
  if (!adjoint) {
    HEDDLE_TRY(lu_solve_into(lu, pivots, Op::kTranspose, x));
    return x.transpose(x.dim() - 2, x.dim() - 1);
  }
  // x A^H = b is conj(A) x' = b', and conj(A) y = c is the conjugate of A conj(y) = conj(c).
  const auto conjugate = [&] {
    return dispatch<LapackTypes>(x.dtype(), name, [&]<class T>() {
      if constexpr (is_complex_type<T>) {
        T* data = x.data<T>();
        for (int64_t i = 0; i < x.numel(); ++i) data[i] = std::conj(data[i]);
      }
      return ok_status();
    });
  };
  HEDDLE_TRY(conjugate());
  HEDDLE_TRY(lu_solve_into(lu, pivots, Op::kNone, x));
  HEDDLE_TRY(conjugate());
  return x.transpose(x.dim() - 2, x.dim() - 1);
}

Result<Tensor> linalg_lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left, bool adjoint) {
  return solve("linalg.lu_solve", lu, pivots, b, left, adjoint);
}
Result<Tensor> lu_solve(const Tensor& self, const Tensor& lu, const Tensor& pivots) {
  return solve("torch.lu_solve", lu, pivots, self, true, false);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(lu) {
  using namespace heddle::ops;
  add_with_out(table, "aten::linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)",
               boxed<&linalg_lu_factor>(), "linalg_lu_factor.out");
  add_with_out(table,
               "aten::linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> "
               "(Tensor LU, Tensor pivots, Tensor info)",
               boxed<&linalg_lu_factor_ex>(), "linalg_lu_factor_ex.out");
  table.add(
      "aten::_lu_with_info(Tensor self, bool pivot=True, bool check_errors=True) -> "
      "(Tensor LU, Tensor pivots, Tensor info)",
      boxed<&linalg_lu_factor_ex>());
  add_with_out(table, "aten::linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)",
               boxed<&linalg_lu>(), "linalg_lu.out");
  add_with_out(table,
               "aten::lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> "
               "(Tensor P, Tensor L, Tensor U)",
               boxed<&lu_unpack>(), "lu_unpack.out");
  add_with_out(
      table,
      "aten::linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor",
      boxed<&linalg_lu_solve>(), "linalg_lu_solve.out");
  add_with_out(table, "aten::lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor", boxed<&lu_solve>(),
               "lu_solve.out");
}
