// Means without nans, covariances and correlations.
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/clamp.h"
#include "ops/elementwise/select.h"
#include "ops/elementwise/unary.h"
#include "ops/linalg/matmul.h"
#include "ops/linalg/matrices.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> nanmean(const Tensor& t, const std::optional<Dims>& dims, bool keepdim, std::optional<DType> dtype,
                       const Out& out) {
  HEDDLE_REQUIRE(is_floating(t.dtype()) || is_complex(t.dtype()),
                 "nanmean(): expected input to have floating point or complex dtype but got ", dtype_name(t.dtype()));
  const Dims reduced = dims.value_or(Dims());
  const Tensor nans = HEDDLE_TRY(isnan(t));
  const Tensor counts = HEDDLE_TRY(sum(HEDDLE_TRY(logical_not(nans)), reduced, keepdim));
  const Tensor total = HEDDLE_TRY(sum(HEDDLE_TRY(masked_fill(t, nans, 0)), reduced, keepdim, dtype));
  return out.deliver(HEDDLE_TRY(div(total, counts)));
}

using OptionalTensor = std::optional<Tensor>;

Status check_weights(const char* name, const OptionalTensor& weights, int64_t observations, bool whole) {
  if (!weights) return ok_status();
  HEDDLE_REQUIRE(weights->dim() <= 1, "cov(): expected ", name, " to have one or fewer dimensions but got ", name,
                 " with ", weights->dim(), " dimensions");
  HEDDLE_REQUIRE(whole ? is_integral(weights->dtype()) : is_floating(weights->dtype()), "cov(): expected ", name,
                 " to have ", whole ? "integral" : "floating point", " dtype but got ", name, " with ",
                 dtype_name(weights->dtype()), " dtype");
  HEDDLE_REQUIRE(weights->numel() == observations, "cov(): expected ", name,
                 " to have the same numel as there are "
                 "observations in the input but got ",
                 weights->numel(), " != ", observations);
  const bool negative = HEDDLE_TRY(item(HEDDLE_TRY(any(HEDDLE_TRY(lt(*weights, 0)))))).to_bool();
  HEDDLE_REQUIRE(!negative, "cov(): ", name, " cannot be negative");
  return ok_status();
}

Result<Tensor> cov(const Tensor& self, int64_t correction, const OptionalTensor& frequencies,
                   const OptionalTensor& importances) {
  HEDDLE_REQUIRE(self.dim() <= 2, "cov(): expected input to have two or fewer dimensions but got an input with ",
                 self.dim(), " dimensions");
  HEDDLE_REQUIRE(self.dtype() != DType::kBool, "cov(): bool dtype is not supported for input");
  const Tensor in = HEDDLE_TRY(to_dtype(self.dim() < 2 ? HEDDLE_TRY(reshape(self, Dims{1, self.numel()})) : self,
                                        is_integral(self.dtype()) ? DType::kFloat32 : self.dtype()));
  const int64_t observations = in.size(1);
  HEDDLE_TRY(check_weights("fweights", frequencies, observations, true));
  HEDDLE_TRY(check_weights("aweights", importances, observations, false));
  OptionalTensor weights = frequencies;
  if (importances) weights = frequencies ? HEDDLE_TRY(mul(*frequencies, *importances)) : *importances;
  Tensor total = HEDDLE_TRY(Tensor::scalar(observations, DType::kInt64));
  if (weights) total = HEDDLE_TRY(sum(*weights));
  HEDDLE_REQUIRE(!weights || HEDDLE_TRY(item(total)).to_double() != 0,
                 "cov(): weights sum to zero, can't be normalized");

  const Tensor weighted = weights ? HEDDLE_TRY(mul(in, *weights)) : in;
  const Tensor centre = HEDDLE_TRY(div(HEDDLE_TRY(sum(weighted, Dims{1}, true)), total));
  Tensor freedom;
  if (weights && importances && correction != 0) {
    const Tensor squares = HEDDLE_TRY(sum(HEDDLE_TRY(mul(*weights, *importances))));
    freedom = HEDDLE_TRY(sub(total, HEDDLE_TRY(mul(HEDDLE_TRY(div(squares, total)), correction))));
  } else {
    freedom = HEDDLE_TRY(sub(total, correction));
  }
  freedom = HEDDLE_TRY(clamp(freedom, 0, std::nullopt));
  const Tensor apart = HEDDLE_TRY(sub(in, centre));
  const Tensor again = weights ? HEDDLE_TRY(mul(apart, *weights)) : apart;
  const Tensor product = HEDDLE_TRY(matmul(apart, HEDDLE_TRY(adjoint(again))));
  return squeeze(HEDDLE_TRY(div(product, freedom)));
}

Result<Tensor> corrcoef(const Tensor& self) {
  HEDDLE_REQUIRE(self.dim() <= 2, "corrcoef(): expected input to have two or fewer dimensions but got an input with ",
                 self.dim(), " dimensions");
  const Tensor c = HEDDLE_TRY(cov(self, 1, std::nullopt, std::nullopt));
  if (c.dim() == 0) return div(c, c);
  const Tensor variances = HEDDLE_TRY(diagonal(c));
  const Tensor real = is_complex(c.dtype()) ? HEDDLE_TRY(view_as_real(variances)).select(1, 0) : variances;
  const Tensor deviations = HEDDLE_TRY(sqrt(real));
  const Tensor r = HEDDLE_TRY(div(HEDDLE_TRY(div(c, deviations.unsqueeze(1))), deviations.unsqueeze(0)));
  if (!is_complex(r.dtype())) return clamp(r, -1, 1);
  HEDDLE_TRY(clamp(HEDDLE_TRY(view_as_real(r)), -1, 1, Out::in_place(HEDDLE_TRY(view_as_real(r)))));
  return r;
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(statistics) {
  using namespace heddle::ops;
  add_forms<&nanmean>(
      table, "aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
      {.out = "nanmean.out"});
  table.add("aten::cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor",
            boxed<&cov>());
  table.add("aten::corrcoef(Tensor self) -> Tensor", boxed<&corrcoef>());
}
