// Determinants: the product of U's diagonal in LU factors, its sign by the number of exchanged rows.
#include <cmath>

#include "ops/common/with_out.h"
#include "ops/linalg/lu.h"
#include "ops/linalg/matrices.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

// f(i, diagonal, odd) for every matrix: diagonal(j) of U, and whether the permutation is odd.
template <class T, class F>
void each_diagonal(const LuFactors& f, const F& apply) {
  const int64_t n = f.lu.size(f.lu.dim() - 1);
  for (int64_t i = 0; i < f.infos.numel(); ++i) {
    bool odd = false;
    for (int64_t j = 0; j < n; ++j) odd ^= row<int32_t>(f.pivots, i)[j] != j + 1;
    const T* u = matrix<T>(f.lu, i);
    apply(
        i, [u, n](int64_t j) { return u[j * (n + 1)]; }, odd);
  }
}

Result<Tensor> product_of(std::string_view name, const Tensor& a, const LuFactors& f) {
  const Tensor result = HEDDLE_TRY(Tensor::empty(batch_sizes(a), a.dtype()));
  const int64_t n = a.size(a.dim() - 1);
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), name, [&]<class T>() {
    each_diagonal<T>(f, [&](int64_t i, const auto& diagonal, bool odd) {
      T product(odd ? -1 : 1);
      for (int64_t j = 0; j < n; ++j) product *= diagonal(j);
      result.data<T>()[i] = product;
    });
    return ok_status();
  }));
  return result;
}

Result<Tensor> determinant(std::string_view name, const Tensor& a) {
  HEDDLE_TRY(check_square_matrices(name, a));
  return product_of(name, a, HEDDLE_TRY(lu_factor(name, a)));
}

constexpr std::string_view kSlogdet = "linalg.slogdet";

Result<Pair> sign_and_logarithm_of(const Tensor& a, const LuFactors& f) {
  const Tensor sign = HEDDLE_TRY(Tensor::empty(batch_sizes(a), a.dtype()));
  const Tensor logarithm = HEDDLE_TRY(Tensor::empty(batch_sizes(a), real_dtype(a.dtype())));
  const int64_t n = a.size(a.dim() - 1);
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), kSlogdet, [&]<class T>() {
    each_diagonal<T>(f, [&](int64_t i, const auto& diagonal, bool odd) {
      using R = backend::Real<T>;
      T phase(odd ? -1 : 1);
      R sum = 0;
      for (int64_t j = 0; j < n; ++j) {
        const T u = diagonal(j);
        const R magnitude = std::abs(u);
        phase *= magnitude == 0 ? T(0) : u / magnitude;
        sum += std::log(magnitude);
      }
      sign.data<T>()[i] = phase;
      logarithm.data<R>()[i] = sum;
    });
    return ok_status();
  }));
  return Pair(sign, logarithm);
}

Result<Pair> sign_and_logarithm(const Tensor& a) {
  HEDDLE_TRY(check_square_matrices(kSlogdet, a));
  return sign_and_logarithm_of(a, HEDDLE_TRY(lu_factor(kSlogdet, a)));
}

Result<std::tuple<Tensor, Tensor, Tensor>> det_with_factors(const Tensor& a) {
  HEDDLE_TRY(check_square_matrices("linalg.det", a));
  const LuFactors f = HEDDLE_TRY(lu_factor("linalg.det", factored_side(a)));
  return std::tuple(HEDDLE_TRY(product_of("linalg.det", a, f)), f.lu, f.pivots);
}
Result<std::tuple<Tensor, Tensor, Tensor, Tensor>> slogdet_with_factors(const Tensor& a) {
  HEDDLE_TRY(check_square_matrices(kSlogdet, a));
  const LuFactors f = HEDDLE_TRY(lu_factor(kSlogdet, factored_side(a)));
  const auto [sign, logarithm] = HEDDLE_TRY(sign_and_logarithm_of(a, f));
  return std::tuple(sign, logarithm, f.lu, f.pivots);
}

Result<Tensor> linalg_det(const Tensor& a) { return determinant("linalg.det", a); }

// Not a number for a negative determinant.
Result<Tensor> logdet(const Tensor& a) {
  const Tensor result = HEDDLE_TRY(determinant("logdet", a));
  HEDDLE_TRY(dispatch<LapackTypes>(a.dtype(), "logdet", [&]<class T>() {
    for (int64_t i = 0; i < result.numel(); ++i) result.data<T>()[i] = std::log(result.data<T>()[i]);
    return ok_status();
  }));
  return result;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(determinant) {
  using namespace heddle::ops;
  table.add("aten::det(Tensor self) -> Tensor", boxed<&linalg_det>());
  add_with_out(table, "aten::linalg_det(Tensor A) -> Tensor", boxed<&linalg_det>(), "linalg_det.out");
  add_with_out(table, "aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", boxed<&sign_and_logarithm>(),
               "slogdet.out");
  add_with_out(table, "aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", boxed<&sign_and_logarithm>(),
               "linalg_slogdet.out");
  table.add("aten::logdet(Tensor self) -> Tensor", boxed<&logdet>());
  add_with_out(table, "aten::_linalg_det(Tensor A) -> (Tensor result, Tensor LU, Tensor pivots)",
               boxed<&det_with_factors>(), "_linalg_det.result");
  add_with_out(table, "aten::_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots)",
               boxed<&slogdet_with_factors>(), "_linalg_slogdet.sign");
}
