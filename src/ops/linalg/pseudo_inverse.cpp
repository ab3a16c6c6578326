// What singular values tell of a matrix: rank, pseudo-inverse, condition.
#include <cmath>
#include <limits>

#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/select.h"
#include "ops/elementwise/unary.h"
#include "ops/linalg/decompose.h"
#include "ops/linalg/matmul.h"
#include "ops/linalg/matrices.h"
#include "ops/linalg/norms.h"
#include "ops/linalg/solve.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using OptionalTensor = std::optional<Tensor>;
using OptionalNumber = std::optional<double>;

// Singular values are nothing up to max(absolute, relative * the largest).
struct Limits {
  OptionalTensor absolute;
  OptionalTensor relative;
};

Result<OptionalTensor> as_tensor(OptionalNumber number, DType dtype) {
  if (!number) return OptionalTensor();
  return OptionalTensor(HEDDLE_TRY(Tensor::scalar(*number, dtype)));
}

Result<Limits> limits_of(OptionalNumber absolute, OptionalNumber relative) {
  return Limits{HEDDLE_TRY(as_tensor(absolute, DType::kFloat64)), HEDDLE_TRY(as_tensor(relative, DType::kFloat64))};
}

double epsilon(DType dtype) {
  return real_dtype(dtype) == DType::kFloat64 ? std::numeric_limits<double>::epsilon()
                                              : static_cast<double>(std::numeric_limits<float>::epsilon());
}

Status check_limit(std::string_view name, const OptionalTensor& limit) {
  HEDDLE_REQUIRE(!limit || !is_complex(limit->dtype()), name, ": tolerances must be real, but one is of type ",
                 dtype_name(limit->dtype()));
  return ok_status();
}

// Where the values of `s` (magnitudes, any order) count.
Result<Tensor> significant(std::string_view name, const Tensor& a, const Tensor& s, const Limits& limits) {
  HEDDLE_TRY(check_limit(name, limits.absolute));
  HEDDLE_TRY(check_limit(name, limits.relative));
  const Tensor largest = HEDDLE_TRY(amax(s, Dims{-1}));
  Tensor relative;
  if (limits.relative) {
    relative = *limits.relative;
  } else {
    const double standard =
        epsilon(a.dtype()) * static_cast<double>(std::max(a.size(a.dim() - 2), a.size(a.dim() - 1)));
    relative = HEDDLE_TRY(Tensor::scalar(standard, DType::kFloat64));
    // An absolute limit alone replaces the standard one, wherever it is above zero.
    if (limits.absolute) {
      const Tensor nothing = HEDDLE_TRY(Tensor::scalar(0.0, DType::kFloat64));
      relative = HEDDLE_TRY(where(HEDDLE_TRY(gt(*limits.absolute, 0)), nothing, relative));
    }
  }
  Tensor limit = HEDDLE_TRY(mul(relative, largest));
  if (limits.absolute) limit = HEDDLE_TRY(maximum(*limits.absolute, limit));
  return gt(s, HEDDLE_TRY(unsqueeze(limit, -1)));
}

Result<Tensor> rank(const Tensor& a, const Limits& limits, bool hermitian) {
  constexpr std::string_view kName = "torch.linalg.matrix_rank";
  HEDDLE_TRY(check_matrices(kName, a));
  if (a.numel() == 0) return zeros(batch_sizes(a), DType::kInt64);
  const Tensor s = hermitian ? HEDDLE_TRY(abs(HEDDLE_TRY(eigen_hermitian(kName, a, false, false)).values))
                             : HEDDLE_TRY(svd(kName, a, backend::SvdJob::kValues)).s;
  return sum(HEDDLE_TRY(significant(kName, a, s, limits)), Dims{-1});
}

Result<Tensor> rank_numbers(const Tensor& a, OptionalNumber absolute, OptionalNumber relative, bool hermitian) {
  return rank(a, HEDDLE_TRY(limits_of(absolute, relative)), hermitian);
}
Result<Tensor> rank_tensors(const Tensor& a, OptionalTensor absolute, OptionalTensor relative, bool hermitian) {
  return rank(a, {absolute, relative}, hermitian);
}
Result<Tensor> rank_number(const Tensor& a, double tolerance, bool hermitian) {
  return rank(a, HEDDLE_TRY(limits_of(tolerance, 0.0)), hermitian);
}
Result<Tensor> rank_tensor(const Tensor& a, const Tensor& tolerance, bool hermitian) {
  return rank(a, {tolerance, HEDDLE_TRY(Tensor::scalar(0.0, DType::kFloat64))}, hermitian);
}

Result<Tensor> pseudo_inverse(const Tensor& a, const Limits& limits, bool hermitian) {
  constexpr std::string_view kName = "linalg.pinv";
  HEDDLE_TRY(check_matrices(kName, a));
  const int64_t m = a.size(a.dim() - 2);
  const int64_t n = a.size(a.dim() - 1);
  if (a.numel() == 0) return Tensor::empty(joined(batch_sizes(a), {n, m}), a.dtype());
  Tensor left;   // columns to be weighted
  Tensor right;  // rows
  Tensor values;
  if (hermitian) {
    const Eigen e = HEDDLE_TRY(eigen_hermitian(kName, a, true, false));
    left = e.vectors;
    right = HEDDLE_TRY(adjoint(e.vectors));
    values = e.values;
  } else {
    const Svd f = HEDDLE_TRY(svd(kName, a, backend::SvdJob::kThin));
    left = HEDDLE_TRY(adjoint(f.vh));
    right = HEDDLE_TRY(adjoint(f.u));
    values = f.s;
  }
  const Tensor counts = HEDDLE_TRY(significant(kName, a, HEDDLE_TRY(abs(values)), limits));
  const Tensor nothing = HEDDLE_TRY(Tensor::scalar(0.0, values.dtype()));
  const Tensor weights = HEDDLE_TRY(where(counts, HEDDLE_TRY(reciprocal(values)), nothing));
  return matmul(HEDDLE_TRY(mul(left, HEDDLE_TRY(unsqueeze(weights, -2)))), right);
}

Result<Tensor> pinv_numbers(const Tensor& a, OptionalNumber absolute, OptionalNumber relative, bool hermitian) {
  return pseudo_inverse(a, HEDDLE_TRY(limits_of(absolute, relative)), hermitian);
}
Result<Tensor> pinv_tensors(const Tensor& a, OptionalTensor absolute, OptionalTensor relative, bool hermitian) {
  return pseudo_inverse(a, {absolute, relative}, hermitian);
}
Result<Tensor> pinv_number(const Tensor& a, double rcond, bool hermitian) {
  return pseudo_inverse(a, HEDDLE_TRY(limits_of(0.0, rcond)), hermitian);
}
Result<Tensor> pinv_tensor(const Tensor& a, const Tensor& rcond, bool hermitian) {
  return pseudo_inverse(a, {HEDDLE_TRY(Tensor::scalar(0.0, DType::kFloat64)), rcond}, hermitian);
}
Result<Tensor> pinverse(const Tensor& a, double rcond) { return pinv_number(a, rcond, false); }

// |A| |A^-1|, infinite for a singular matrix.
template <class Order>
Result<Tensor> condition_by_inverse(const Tensor& a, const Order& order) {
  HEDDLE_TRY(check_square_matrices("linalg.cond", a));
  const Tensor norm = HEDDLE_TRY(matrix_norm(a, order));
  Result<Tensor> inverse = linalg_inv(a);
  if (inverse.ok()) return mul(norm, HEDDLE_TRY(matrix_norm(inverse.value(), order)));
  if (a.dim() == 2) return Tensor::scalar(std::numeric_limits<double>::infinity(), norm.dtype());
  // Some matrix of the batch is singular: each by itself.
  const Tensor result = HEDDLE_TRY(Tensor::empty(norm.sizes(), norm.dtype()));
  for (int64_t i = 0; i < a.size(0); ++i) {
    HEDDLE_TRY(copy_into(result.select(0, i), HEDDLE_TRY(condition_by_inverse(a.select(0, i), order))));
  }
  return result;
}

Result<Tensor> condition(const Tensor& a, std::optional<Scalar> p) {
  HEDDLE_TRY(check_matrices("linalg.cond", a));
  const double order = p ? p->to_double() : 2;
  if (std::fabs(order) != 2) return condition_by_inverse(a, *p);
  const Tensor s = HEDDLE_TRY(svd("linalg.cond", a, backend::SvdJob::kValues)).s;
  HEDDLE_REQUIRE(s.size(s.dim() - 1) > 0, "linalg.cond: the matrices have no elements");
  const Tensor largest = s.select(s.dim() - 1, 0);
  const Tensor smallest = s.select(s.dim() - 1, s.size(s.dim() - 1) - 1);
  return order > 0 ? div(largest, smallest) : div(smallest, largest);
}
Result<Tensor> condition_name(const Tensor& a, std::string_view p) {
  HEDDLE_TRY(check_square_matrices("linalg.cond", a));
  return condition_by_inverse(a, p);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(pseudo_inverse) {
  using namespace heddle::ops;
  constexpr std::string_view kTensors = "*, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor";
  constexpr std::string_view kNumbers = "*, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor";
  add_with_out(table, concat("aten::linalg_matrix_rank.atol_rtol_tensor(Tensor input, ", kTensors),
               boxed<&rank_tensors>(), "linalg_matrix_rank.atol_rtol_tensor_out");
  add_with_out(table, concat("aten::linalg_matrix_rank.atol_rtol_float(Tensor self, ", kNumbers),
               boxed<&rank_numbers>(), "linalg_matrix_rank.atol_rtol_float_out");
  add_with_out(table, "aten::linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor",
               boxed<&rank_number>(), "linalg_matrix_rank.out");
  add_with_out(table, "aten::linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> Tensor",
               boxed<&rank_tensor>(), "linalg_matrix_rank.out_tol_tensor");
  add_with_out(table, concat("aten::linalg_pinv.atol_rtol_tensor(Tensor self, ", kTensors), boxed<&pinv_tensors>(),
               "linalg_pinv.atol_rtol_tensor_out");
  add_with_out(table, concat("aten::linalg_pinv.atol_rtol_float(Tensor self, ", kNumbers), boxed<&pinv_numbers>(),
               "linalg_pinv.atol_rtol_float_out");
  add_with_out(table, "aten::linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor",
               boxed<&pinv_number>(), "linalg_pinv.out");
  add_with_out(table, "aten::linalg_pinv.rcond_tensor(Tensor self, Tensor rcond, bool hermitian=False) -> Tensor",
               boxed<&pinv_tensor>(), "linalg_pinv.out_rcond_tensor");
  table.add("aten::pinverse(Tensor self, float rcond=1.0000000000000001e-15) -> Tensor", boxed<&pinverse>());
  add_with_out(table, "aten::linalg_cond(Tensor self, Scalar? p=None) -> Tensor", boxed<&condition>(),
               "linalg_cond.out");
  add_with_out(table, "aten::linalg_cond.p_str(Tensor self, str p) -> Tensor", boxed<&condition_name>(),
               "linalg_cond.p_str_out");
}
