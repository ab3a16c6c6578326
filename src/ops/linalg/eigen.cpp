// Eigenvalues and eigenvectors, of hermitian matrices and of any.
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/decompose.h"
#include "ops/linalg/matrices.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

constexpr std::string_view kNoConvergence =
    "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues "
    "(error code: {}).";

}  // namespace

Result<Eigen> eigen_hermitian(std::string_view name, const Tensor& a, bool vectors, bool upper) {
  HEDDLE_TRY(check_square_matrices(name, a));
  const Dims batch = batch_sizes(a);
  const int64_t n = a.size(a.dim() - 1);
  const Tensor work = HEDDLE_TRY(column_major(a));
  const Tensor infos = HEDDLE_TRY(Tensor::empty(batch, DType::kInt32));
  Eigen result;
  result.values = HEDDLE_TRY(Tensor::empty(joined(batch, {n}), real_dtype(a.dtype())));
  if (vectors) result.vectors = work;
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() {
    each_matrix(infos.numel(), n * n, [&](int64_t i) {
      infos.data<int32_t>()[i] =
          backend::eigen_hermitian(vectors, upper, n, matrix<T>(work, i), row<backend::Real<T>>(result.values, i));
    });
    return ok_status();
  }));
  HEDDLE_TRY(check_infos(name, infos, kNoConvergence));
  return result;
}

namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

Result<bool> is_upper(std::string_view uplo) {
  HEDDLE_REQUIRE(uplo == "L" || uplo == "l" || uplo == "U" || uplo == "u",
                 "Expected UPLO argument to be 'L' or 'U', but got ", uplo);
  return uplo == "U" || uplo == "u";
}

Result<Pair> linalg_eigh(const Tensor& a, std::string_view uplo) {
  const Eigen e = HEDDLE_TRY(eigen_hermitian("linalg.eigh", a, true, HEDDLE_TRY(is_upper(uplo))));
  return Pair(e.values, e.vectors);
}

Result<Pair> internal_eigh(const Tensor& a, std::string_view uplo, bool vectors) {
  const Eigen e = HEDDLE_TRY(eigen_hermitian("linalg.eigh", a, vectors, HEDDLE_TRY(is_upper(uplo))));
  return Pair(e.values, vectors ? e.vectors : HEDDLE_TRY(Tensor::empty(Dims{0}, a.dtype())));
}

Result<Tensor> linalg_eigvalsh(const Tensor& a, std::string_view uplo) {
  return HEDDLE_TRY(eigen_hermitian("linalg.eigvalsh", a, false, HEDDLE_TRY(is_upper(uplo)))).values;
}

Result<Pair> symeig(const Tensor& a, bool vectors, bool upper) {
  const Eigen e = HEDDLE_TRY(eigen_hermitian("symeig", a, vectors, upper));
  return Pair(e.values, vectors ? e.vectors : HEDDLE_TRY(Tensor::empty(Dims{0}, a.dtype())));
}

Status check_finite(std::string_view name, const Tensor& a) {
  return dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() -> Status {
    const T* data = a.data<T>();
    for (int64_t i = 0; i < a.numel(); ++i) {
      HEDDLE_REQUIRE(std::isfinite(std::real(data[i])) && std::isfinite(std::imag(data[i])), name,
                     ": input tensor should not contain infs or NaNs.");
    }
    return ok_status();
  });
}

Result<Pair> eigen_of(std::string_view name, const Tensor& a, bool vectors) {
  HEDDLE_TRY(check_square_matrices(name, a));
  const Dims batch = batch_sizes(a);
  const int64_t n = a.size(a.dim() - 1);
  const Tensor work = HEDDLE_TRY(column_major(a));
  // Eigenvalues alone of such a matrix are nan, as in PyTorch.
  if (vectors) HEDDLE_TRY(check_finite(name, work));
  const DType dtype = complex_dtype(a.dtype());
  const Tensor values = HEDDLE_TRY(Tensor::empty(joined(batch, {n}), dtype));
  const Tensor columns = HEDDLE_TRY(empty_column_major(vectors ? a.sizes() : Dims{0, 0}, dtype));
  const Tensor infos = HEDDLE_TRY(Tensor::empty(batch, DType::kInt32));
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() {
    using C = backend::Complex<T>;
    each_matrix(infos.numel(), n * n, [&](int64_t i) {
      infos.data<int32_t>()[i] =
          backend::eigen(n, matrix<T>(work, i), row<C>(values, i), vectors ? matrix<C>(columns, i) : nullptr);
    });
    return ok_status();
  }));
  HEDDLE_TRY(check_infos(name, infos, kNoConvergence));
  return Pair(values, columns);
}

Result<Pair> linalg_eig(const Tensor& a) { return eigen_of("linalg.eig", a, true); }
Result<Tensor> linalg_eigvals(const Tensor& a) { return std::get<0>(HEDDLE_TRY(eigen_of("linalg.eigvals", a, false))); }

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(eigenvalues) {
  using namespace heddle::ops;
  add_with_out(table, "aten::linalg_eigh(Tensor self, str UPLO=\"L\") -> (Tensor eigenvalues, Tensor eigenvectors)",
               boxed<&linalg_eigh>(), "linalg_eigh.eigvals", {"eigvals", "eigvecs"});
  add_with_out(table,
               "aten::_linalg_eigh(Tensor A, str UPLO=\"L\", bool compute_v=True) -> "
               "(Tensor eigenvalues, Tensor eigenvectors)",
               boxed<&internal_eigh>(), "_linalg_eigh.eigenvalues");
  add_with_out(table, "aten::linalg_eigvalsh(Tensor self, str UPLO=\"L\") -> Tensor", boxed<&linalg_eigvalsh>(),
               "linalg_eigvalsh.out");
  add_with_out(table,
               "aten::symeig(Tensor self, bool eigenvectors=False, bool upper=True) -> "
               "(Tensor eigenvalues, Tensor eigenvectors)",
               boxed<&symeig>(), "symeig.e", {"e", "V"});
  add_with_out(table, "aten::linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)",
               boxed<&linalg_eig>(), "linalg_eig.out");
  add_with_out(table, "aten::linalg_eigvals(Tensor self) -> Tensor", boxed<&linalg_eigvals>(), "linalg_eigvals.out");
}
