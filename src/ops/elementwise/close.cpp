// Whether tensors are the same, or nearly: equal, isclose, allclose.
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/iterator.h"
#include "ops/common/nan.h"
#include "ops/elementwise/binary.h"
#include "ops/reduce/reduce.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

// What tolerances are measured in: integers as float32.
template <class T>
using MeasureType = std::conditional_t<std::is_integral_v<T>, float, T>;

template <class T>
bool is_finite(T x) {
  if constexpr (is_complex_type<T>) {
    return std::isfinite(x.real()) && std::isfinite(x.imag());
  } else {
    return std::isfinite(x);
  }
}

struct Tolerance {
  double relative;
  double absolute;
  bool equal_nan;

  template <class T>
  bool near(T a, T b) const {
    if (a == b || (equal_nan && is_nan(a) && is_nan(b))) return true;
    if (relative == 0 && absolute == 0) return false;
    const auto x = static_cast<MeasureType<T>>(a);
    const auto y = static_cast<MeasureType<T>>(b);
    const auto difference = std::abs(x - y);
    using Real = std::remove_cv_t<decltype(difference)>;
    return is_finite(difference) &&
           difference <= static_cast<Real>(absolute) + std::abs(static_cast<Real>(relative) * y);
  }
};

Result<Tensor> isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  HEDDLE_REQUIRE(self.dtype() == other.dtype(), dtype_name(self.dtype()), " did not match ", dtype_name(other.dtype()));
  HEDDLE_REQUIRE(rtol >= 0, "rtol must be greater than or equal to zero, but got ", rtol);
  HEDDLE_REQUIRE(atol >= 0, "atol must be greater than or equal to zero, but got ", atol);
  Iterator it;
  it.output(Out()).output_dtype(DType::kBool).input(self).input(other);
  HEDDLE_TRY(it.build(Promote::kSame));
  const Tolerance tolerance{rtol, atol, equal_nan};
  HEDDLE_TRY(dispatch<LoopTypes>(it.compute_dtype(), "isclose", [&]<class T>() {
    it.run<bool(T, T)>([&tolerance](T a, T b) { return tolerance.near(a, b); });
    return ok_status();
  }));
  return it.result();
}

Result<bool> allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  const Tensor close = HEDDLE_TRY(isclose(self, other, rtol, atol, equal_nan));
  return HEDDLE_TRY(item(HEDDLE_TRY(all(close)))).to_bool();
}

Result<bool> equal(const Tensor& self, const Tensor& other) {
  if (self.sizes() != other.sizes()) return false;
  if (is_quantized(self.dtype())) return error(ErrorCode::kUnsupported, "equal: quantised tensors cannot be compared");
  return HEDDLE_TRY(item(HEDDLE_TRY(all(HEDDLE_TRY(eq(self, other)))))).to_bool();
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(close) {
  using namespace heddle::ops;
  table.add(
      "aten::isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, "
      "bool equal_nan=False) -> Tensor",
      boxed<&isclose>());
  table.add(
      "aten::allclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, "
      "bool equal_nan=False) -> bool",
      boxed<&allclose>());
  table.add("aten::equal(Tensor self, Tensor other) -> bool", boxed<&equal>());
}
