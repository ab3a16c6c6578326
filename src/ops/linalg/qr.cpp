// QR decompositions and products with their Q.
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/linalg/matrices.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

Status fill_tau(std::string_view name, const Tensor& work, const Tensor& tau) {
  const int64_t m = work.size(work.dim() - 2);
  const int64_t n = work.size(work.dim() - 1);
  return dispatch<LapackTypes>(work.dtype(), name, [&]<class T>() {
    each_matrix(count_of(batch_sizes(work)), m * n,
                [&](int64_t i) { backend::qr(m, n, matrix<T>(work, i), row<T>(tau, i)); });
    return ok_status();
  });
}

Result<Pair> geqrf(const Tensor& self) {
  constexpr std::string_view kName = "torch.geqrf";
  HEDDLE_TRY(check_matrices(kName, self));
  const Tensor work = HEDDLE_TRY(column_major(self));
  const int64_t k = std::min(self.size(self.dim() - 2), self.size(self.dim() - 1));
  const Tensor tau = HEDDLE_TRY(Tensor::empty(joined(batch_sizes(self), {k}), self.dtype()));
  HEDDLE_TRY(fill_tau(kName, work, tau));
  return Pair(work, tau);
}

// Q's columns from the first k Householder vectors of q, in place.
Status make_q(std::string_view name, const Tensor& q, const Tensor& tau) {
  const int64_t m = q.size(q.dim() - 2);
  const int64_t n = q.size(q.dim() - 1);
  const int64_t k = tau.size(tau.dim() - 1);
  return dispatch<LapackTypes>(q.dtype(), name, [&]<class T>() {
    each_matrix(count_of(batch_sizes(q)), m * n,
                [&](int64_t i) { backend::qr_q<T>(m, n, k, matrix<T>(q, i), row<T>(tau, i)); });
    return ok_status();
  });
}

Result<Pair> decompose(std::string_view name, const Tensor& a, bool complete, bool with_q) {
  HEDDLE_TRY(check_matrices(name, a));
  const Dims batch = batch_sizes(a);
  const int64_t last = a.dim() - 1;
  const int64_t m = a.size(last - 1);
  const int64_t n = a.size(last);
  const int64_t k = std::min(m, n);
  const auto [vectors, tau] = HEDDLE_TRY(geqrf(a));
  const int64_t q_columns = complete ? m : k;
  const Tensor r = HEDDLE_TRY(column_major(vectors.narrow(last - 1, 0, q_columns)));
  clear_triangle(r, false);
  if (!with_q) return Pair(HEDDLE_TRY(Tensor::empty(Dims{0}, a.dtype())), r);
  const Tensor q = HEDDLE_TRY(identity_column_major(joined(batch, {m, q_columns}), a.dtype()));
  if (k > 0) {
    HEDDLE_TRY(copy_into(q.narrow(last, 0, k), vectors.narrow(last, 0, k)));
    HEDDLE_TRY(make_q(name, q, tau));
  }
  return Pair(q, r);
}

Result<Pair> linalg_qr(const Tensor& a, std::string_view mode) {
  HEDDLE_REQUIRE(mode == "reduced" || mode == "complete" || mode == "r", "qr received unrecognized mode '", mode,
                 "' but expected one of 'reduced' (default), 'r', or 'complete'");
  return decompose("linalg.qr", a, mode == "complete", mode != "r");
}
Result<Pair> qr(const Tensor& self, bool some) { return decompose("qr", self, !some, true); }

Status check_householder(std::string_view name, const Tensor& vectors, const Tensor& tau) {
  HEDDLE_TRY(check_matrices(name, vectors));
  HEDDLE_REQUIRE(tau.dtype() == vectors.dtype(), name, ": tau dtype ", dtype_name(tau.dtype()),
                 " does not match input dtype ", dtype_name(vectors.dtype()));
  const Dims batch = batch_sizes(vectors);
  HEDDLE_REQUIRE(tau.dim() == vectors.dim() - 1 && std::equal(batch.begin(), batch.end(), tau.sizes().begin()), name,
                 ": Expected batch dimensions of tau to be equal to input.shape[:-2], but got ", to_text(tau.sizes()));
  return ok_status();
}

Result<Tensor> householder_product(const Tensor& vectors, const Tensor& tau) {
  constexpr std::string_view kName = "torch.linalg.householder_product";
  HEDDLE_TRY(check_householder(kName, vectors, tau));
  const int64_t columns = vectors.size(vectors.dim() - 1);
  HEDDLE_REQUIRE(vectors.size(vectors.dim() - 2) >= columns, kName,
                 ": input.shape[-2] must be greater than or equal to input.shape[-1]");
  HEDDLE_REQUIRE(columns >= tau.size(tau.dim() - 1), kName,
                 ": input.shape[-1] must be greater than or equal to tau.shape[-1]");
  const Tensor q = HEDDLE_TRY(column_major(vectors));
  HEDDLE_TRY(make_q(kName, q, HEDDLE_TRY(contiguous(tau))));
  return q;
}

Result<Tensor> ormqr(const Tensor& self, const Tensor& tau0, const Tensor& other, bool left, bool transpose) {
  constexpr std::string_view kName = "torch.ormqr";
  HEDDLE_TRY(check_householder(kName, self, tau0));
  HEDDLE_TRY(check_matrices(kName, other));
  HEDDLE_TRY(check_same_dtype(kName, self, other));
  HEDDLE_REQUIRE(batch_sizes(self) == batch_sizes(other), kName,
                 ": Expected batch dimensions of other to be equal to input.shape[:-2], but got ",
                 to_text(other.sizes()));
  const int64_t m = other.size(other.dim() - 2);
  const int64_t n = other.size(other.dim() - 1);
  const int64_t k = tau0.size(tau0.dim() - 1);
  const int64_t order = left ? m : n;
  HEDDLE_REQUIRE(self.size(self.dim() - 2) == order, kName, ": other.shape[", left ? -2 : -1,
                 "] must be equal to input.shape[-2]");
  HEDDLE_REQUIRE(k <= order && k <= self.size(self.dim() - 1), kName, ": other.shape[", left ? -2 : -1,
                 "] must be greater than or equal to tau.shape[-1], and so must be the columns of input");
  const Tensor vectors = HEDDLE_TRY(column_major(self));
  const Tensor tau = HEDDLE_TRY(contiguous(tau0));
  const Tensor product = HEDDLE_TRY(column_major(other));
  HEDDLE_TRY(dispatch<LapackTypes>(self.dtype(), kName, [&]<class T>() {
    each_matrix(count_of(batch_sizes(other)), order * (m + n), [&](int64_t i) {
      backend::qr_multiply<T>(left, transpose, m, n, k, matrix<T>(vectors, i), row<T>(tau, i), matrix<T>(product, i));
    });
    return ok_status();
  }));
  return product;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(qr) {
  using namespace heddle::ops;
  add_with_out(table, "aten::qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)", boxed<&qr>(), "qr.Q");
  add_with_out(table, "aten::linalg_qr(Tensor A, str mode=\"reduced\") -> (Tensor Q, Tensor R)", boxed<&linalg_qr>(),
               "linalg_qr.out");
  add_with_out(table, "aten::geqrf(Tensor self) -> (Tensor a, Tensor tau)", boxed<&geqrf>(), "geqrf.a");
  add_with_out(table, "aten::linalg_householder_product(Tensor input, Tensor tau) -> Tensor",
               boxed<&householder_product>(), "linalg_householder_product.out");
  add_with_out(table, "aten::orgqr(Tensor self, Tensor input2) -> Tensor", boxed<&householder_product>(), "orgqr.out");
  add_with_out(table,
               "aten::ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor",
               boxed<&ormqr>(), "ormqr.out");
}
