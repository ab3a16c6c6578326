#include "ops/elementwise/select.h"

#include <cmath>

#include "core/element.h"
#include "ops/common/cast.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/overlap.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/spec.h"
#include "ops/shape/view.h"

namespace heddle::ops {
namespace {

Status check_condition(const Tensor& condition) {
  HEDDLE_REQUIRE(condition.dtype() == DType::kBool || condition.dtype() == DType::kUInt8,
                 "where expected condition to be a boolean tensor, but got a tensor with dtype ",
                 dtype_name(condition.dtype()));
  return ok_status();
}

// The operands of `it` are condition, self, other.
Result<Tensor> choose(Iterator& it) {
  HEDDLE_TRY(it.build(Promote::kCommon));
  // Elements are only moved, so one loop a size of element does for all dtypes.
  HEDDLE_TRY(dispatch_by_size(it.compute_dtype(), [&]<class T>() {
    it.run<T(uint8_t, T, T)>([](uint8_t c, T a, T b) { return c ? a : b; });
    return ok_status();
  }));
  return it.result();
}
Result<Tensor> where_tensor_number(const Tensor& condition, const Tensor& self, const Scalar& other, const Out& out) {
  HEDDLE_TRY(check_condition(condition));
  Iterator it;
  it.output(out).plain_input(condition).input(self).number(other);
  return choose(it);
}
Result<Tensor> where_number_tensor(const Tensor& condition, const Scalar& self, const Tensor& other, const Out& out) {
  HEDDLE_TRY(check_condition(condition));
  Iterator it;
  it.output(out).plain_input(condition).number(self).input(other);
  return choose(it);
}
Result<Tensor> where_numbers(const Tensor& condition, const Scalar& self, const Scalar& other, const Out& out) {
  HEDDLE_TRY(check_condition(condition));
  Iterator it;
  it.output(out).plain_input(condition).number(self).number(other);
  return choose(it);
}
Result<Tensor> where_tensors(const Tensor& condition, const Tensor& self, const Tensor& other, const Out& out) {
  return where(condition, self, other, out);
}

Status check_mask(const Tensor& mask) {
  HEDDLE_REQUIRE(mask.dtype() == DType::kBool || mask.dtype() == DType::kUInt8,
                 "masked_fill only supports boolean masks, but got mask with dtype ", python_name(mask.dtype()));
  return ok_status();
}
Status fill_where(const Tensor& self, const Tensor& mask, const Scalar& value) {
  HEDDLE_REQUIRE(is_complex(self.dtype()) || !value.is_complex(), "value cannot be converted to type ",
                 python_name(self.dtype()), " without overflow");
  alignas(16) char element[16] = {};
  if (!store_element(element, self.dtype(), value)) return not_implemented("masked_fill", self.dtype());
  HEDDLE_TRY(check_no_partial_overlap(self, mask));
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (self.stride(d) != 0 || self.size(d) <= 1) continue;
    // Elements that share a place: any of them fills it.
    const Tensor whole = HEDDLE_TRY(expand(mask, self.sizes()));
    for (int64_t i = 0; i < self.size(d); ++i) HEDDLE_TRY(fill_where(self.select(d, i), whole.select(d, i), value));
    return ok_status();
  }
  Iterator it;
  it.output(Out::in_place(self)).plain_input(self).plain_input(mask);
  HEDDLE_TRY(it.build_copy());
  return dispatch_by_size(self.dtype(), [&]<class T>() {
    T bits;
    std::memcpy(&bits, element, sizeof bits);
    it.run<T(T, uint8_t)>([bits](T old, uint8_t masked) {
      if constexpr (std::is_integral_v<T>) {
        // By bits, because masks are hard to predict.
        const auto all = static_cast<T>(-static_cast<T>(masked != 0));
        return static_cast<T>((bits & all) | (old & ~all));
      } else {
        return masked ? bits : old;
      }
    });
    return ok_status();
  });
}
Result<Tensor> masked_fill_number(const Tensor& self, const Tensor& mask, const Scalar& value, const Out& out) {
  return masked_fill(self, mask, value, out);
}
Result<Tensor> masked_fill_tensor(const Tensor& self, const Tensor& mask, const Tensor& value, const Out& out) {
  HEDDLE_REQUIRE(value.dim() == 0, "masked_fill only supports a 0-dimensional value tensor, but got tensor with ",
                 value.dim(), " dimension(s).");
  return masked_fill(self, mask, load_single(value), out);
}

template <class T>
T interpolate(T start, T end, T weight) {
  // Both forms are exact at their end, so the nearer end's is taken.
  bool near_start = false;
  if constexpr (is_complex_type<T>) {
    near_start = std::norm(weight) < typename T::value_type(0.25);
  } else {
    near_start = std::fabs(weight) < T(0.5);
  }
  return near_start ? start + weight * (end - start) : end - (end - start) * (T(1) - weight);
}
Status check_lerp(const Tensor& self, const Tensor& end) {
  HEDDLE_REQUIRE(self.dtype() == end.dtype(), "expected dtype ", python_name(self.dtype()), " for `end` but got dtype ",
                 python_name(end.dtype()));
  return ok_status();
}
Result<Tensor> lerp_number(const Tensor& self, const Tensor& end, const Scalar& weight, const Out& out) {
  return lerp(self, end, weight, out);
}
Result<Tensor> lerp_tensor(const Tensor& self, const Tensor& end, const Tensor& weight, const Out& out) {
  HEDDLE_TRY(check_lerp(self, end));
  HEDDLE_REQUIRE(self.dtype() == weight.dtype(), "expected dtype ", python_name(self.dtype()),
                 " for `weight` but got dtype ", python_name(weight.dtype()));
  Iterator it;
  it.output(out).input(self).input(end).input(weight);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(it.map_ternary<Join<FloatTypes, ComplexTypes>>(
      "lerp", []<class T>(T a, T b, T w) { return interpolate(a, b, w); }));
  return it.result();
}

template <class Op>
Result<Tensor> add_product(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value, const Out& out,
                           std::string_view name) {
  Iterator it;
  it.output(out).input(self).input(a).input(b);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(dispatch<NumberTypes>(it.compute_dtype(), name, [&]<class T>() {
    it.run<T(T, T, T)>([factor = value.to<T>()](T x, T y, T z) { return AddOf()(x, Op::of(factor, y, z)); });
    return ok_status();
  }));
  return it.result();
}
struct ScaledProduct {
  template <class T>
  static T of(T factor, T a, T b) {
    return MulOf()(MulOf()(factor, a), b);
  }
};
struct ScaledQuotient {
  template <class T>
  static T of(T factor, T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return b == 0 ? T(0) : truncated_quotient(MulOf()(factor, a), b);
    } else {
      return factor * a / b;
    }
  }
};
Result<Tensor> addcmul_kernel(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value,
                              const Out& out) {
  return addcmul(self, a, b, value, out);
}
Result<Tensor> addcdiv_kernel(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value,
                              const Out& out) {
  return addcdiv(self, a, b, value, out);
}

}  // namespace

Result<Tensor> where(const Tensor& condition, const Tensor& self, const Tensor& other, const Out& out) {
  HEDDLE_TRY(check_condition(condition));
  Iterator it;
  it.output(out).plain_input(condition).input(self).input(other);
  return choose(it);
}

Result<Tensor> masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value, const Out& out) {
  HEDDLE_TRY(check_mask(mask));
  if (out.is_in_place()) {
    HEDDLE_TRY(fill_where(self, mask, value));
    return self;
  }
  const Dims sizes = HEDDLE_TRY(broadcast_sizes(self.sizes(), mask.sizes()));
  const Tensor expanded = self.alias(sizes, broadcast_strides(self.sizes(), self.strides(), sizes), self.offset());
  const Tensor result = HEDDLE_TRY(clone(expanded, MemoryFormat::kContiguous));
  HEDDLE_TRY(fill_where(result, mask, value));
  return out.deliver(result);
}

Result<Tensor> addcmul(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value, const Out& out) {
  return add_product<ScaledProduct>(self, a, b, value, out, "addcmul");
}

Result<Tensor> addcdiv(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& value, const Out& out) {
  HEDDLE_REQUIRE(!is_integral_or_bool(a.dtype()) || !is_integral_or_bool(b.dtype()),
                 "Integer division with addcdiv is no longer supported, and in a future release addcdiv will perform a "
                 "true division of tensor1 and tensor2.");
  return add_product<ScaledQuotient>(self, a, b, value, out, "addcdiv");
}

Result<Tensor> lerp(const Tensor& self, const Tensor& end, const Scalar& weight, const Out& out) {
  HEDDLE_TRY(check_lerp(self, end));
  Iterator it;
  it.output(out).input(self).input(end);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(dispatch<Join<FloatTypes, ComplexTypes>>(it.compute_dtype(), "lerp", [&]<class T>() {
    it.run<T(T, T)>([w = weight.to<T>()](T a, T b) { return interpolate(a, b, w); });
    return ok_status();
  }));
  return it.result();
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(select) {
  using namespace heddle::ops;
  add_forms<&where_tensors>(table, "aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
                            {.out = "where.self_out"});
  add_forms<&where_number_tensor>(table,
                                  "aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor");
  add_forms<&where_tensor_number>(table,
                                  "aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor");
  add_forms<&where_numbers>(table, "aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor");
  add_forms<&masked_fill_number>(table, "aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor",
                                 {"masked_fill_.Scalar", "masked_fill.Scalar_out"});
  add_forms<&masked_fill_tensor>(table, "aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor",
                                 {"masked_fill_.Tensor", "masked_fill.Tensor_out"});
  add_forms<&lerp_number>(table, "aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor",
                          {"lerp_.Scalar", "lerp.Scalar_out"});
  add_forms<&lerp_tensor>(table, "aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor",
                          {"lerp_.Tensor", "lerp.Tensor_out"});
  add_forms<&addcmul_kernel>(table,
                             "aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
                             {"addcmul_", "addcmul.out"});
  add_forms<&addcdiv_kernel>(table,
                             "aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
                             {"addcdiv_", "addcdiv.out"});
}
