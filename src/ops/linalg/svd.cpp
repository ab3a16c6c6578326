// Singular value decompositions as PyTorch names them.
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/decompose.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {

using backend::SvdJob;

Result<Svd> svd(std::string_view name, const Tensor& a, SvdJob job) {
  HEDDLE_TRY(check_matrices(name, a));
  const Dims batch = batch_sizes(a);
  const int64_t m = a.size(a.dim() - 2);
  const int64_t n = a.size(a.dim() - 1);
  const int64_t k = std::min(m, n);
  Svd result;
  result.s = HEDDLE_TRY(Tensor::empty(joined(batch, {k}), real_dtype(a.dtype())));
  const Tensor infos = HEDDLE_TRY(Tensor::empty(batch, DType::kInt32));
  if (job == SvdJob::kValues) {
    result.u = HEDDLE_TRY(Tensor::empty(Dims{0}, a.dtype()));
    result.vh = HEDDLE_TRY(Tensor::empty(Dims{0}, a.dtype()));
  } else {
    const bool full = job == SvdJob::kFull;
    const Dims u_sizes = joined(batch, {m, full ? m : k});
    const Dims vh_sizes = joined(batch, {full ? n : k, n});
    // LAPACK leaves these alone when the matrix is empty: the full bases are then any, so the identity.
    result.u =
        HEDDLE_TRY(a.numel() ? empty_column_major(u_sizes, a.dtype()) : identity_column_major(u_sizes, a.dtype()));
    result.vh =
        HEDDLE_TRY(a.numel() ? empty_column_major(vh_sizes, a.dtype()) : identity_column_major(vh_sizes, a.dtype()));
  }
  if (a.numel() == 0) return result;
  const Tensor work = HEDDLE_TRY(column_major(a));
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() {
    each_matrix(infos.numel(), m * n, [&](int64_t i) {
      T* const u = job == SvdJob::kValues ? nullptr : matrix<T>(result.u, i);
      T* const vh = job == SvdJob::kValues ? nullptr : matrix<T>(result.vh, i);
      infos.data<int32_t>()[i] = backend::svd(job, m, n, matrix<T>(work, i), row<backend::Real<T>>(result.s, i), u, vh);
    });
    return ok_status();
  }));
  HEDDLE_TRY(check_infos(name, infos,
                         "The algorithm failed to converge because the input matrix is ill-conditioned or has too many "
                         "repeated singular values (error code: {})."));
  return result;
}

namespace {

using schema::boxed;
using Triple = std::tuple<Tensor, Tensor, Tensor>;

Status check_driver(std::string_view name, const std::optional<std::string_view>& driver) {
  HEDDLE_REQUIRE(!driver, name, ": keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
  return ok_status();
}

Result<Triple> internal_svd(const Tensor& a, bool full, bool vectors, std::optional<std::string_view> driver) {
  HEDDLE_TRY(check_driver("linalg.svd", driver));
  const Svd f = HEDDLE_TRY(svd("linalg.svd", a, !vectors ? SvdJob::kValues : full ? SvdJob::kFull : SvdJob::kThin));
  return Triple(f.u, f.s, f.vh);
}

Result<Triple> linalg_svd(const Tensor& a, bool full, std::optional<std::string_view> driver) {
  return internal_svd(a, full, true, driver);
}

Result<Tensor> linalg_svdvals(const Tensor& a, std::optional<std::string_view> driver) {
  HEDDLE_TRY(check_driver("linalg.svdvals", driver));
  return HEDDLE_TRY(svd("linalg.svdvals", a, SvdJob::kValues)).s;
}

Result<Triple> old_svd(const Tensor& self, bool some, bool compute_uv) {
  HEDDLE_REQUIRE(self.dim() >= 2, "linalg.svd: input should have at least 2 dimensions, but has ", self.dim(),
                 " dimensions instead");
  if (compute_uv) {
    const Svd f = HEDDLE_TRY(svd("svd", self, some ? SvdJob::kThin : SvdJob::kFull));
    return Triple(f.u, f.s, HEDDLE_TRY(adjoint(f.vh)));
  }
  const Dims batch = batch_sizes(self);
  const int64_t m = self.size(self.dim() - 2);
  const int64_t n = self.size(self.dim() - 1);
  const Svd f = HEDDLE_TRY(svd("svd", self, SvdJob::kValues));
  return Triple(HEDDLE_TRY(zeros(joined(batch, {m, m}), self.dtype())), f.s,
                HEDDLE_TRY(zeros(joined(batch, {n, n}), self.dtype())));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(singular_values) {
  using namespace heddle::ops;
  add_with_out(table, "aten::svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)",
               boxed<&old_svd>(), "svd.U");
  add_with_out(table,
               "aten::linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> "
               "(Tensor U, Tensor S, Tensor Vh)",
               boxed<&linalg_svd>(), "linalg_svd.U");
  add_with_out(table,
               "aten::_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? driver=None) -> "
               "(Tensor U, Tensor S, Tensor Vh)",
               boxed<&internal_svd>(), "_linalg_svd.U");
  add_with_out(table, "aten::linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor", boxed<&linalg_svdvals>(),
               "linalg_svdvals.out");
}
