// add, sub, rsub, mul, true division.
#include "ops/backend/complex.h"
#include "ops/common/forms.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/rows.h"
#include "ops/elementwise/stages.h"

namespace heddle::ops {
namespace {

constexpr BinaryOperator kAdd =
    vectorised<backend::add_row, AddOf>({"add", Promote::kCommon, binary_loops<AddOf>(LoopTypes{})});
constexpr BinaryOperator kSub =
    vectorised<backend::sub_row, SubOf>({"sub", Promote::kCommon, binary_loops<SubOf>(NumberTypes{})});
constexpr BinaryOperator kMul =
    vectorised<backend::mul_row, MulOf>({"mul", Promote::kCommon, binary_loops<MulOf>(LoopTypes{})});
struct ComplexQuotient {
  static void run(const Complex64* a, const Complex64* b, Complex64* out, int64_t n) {
    backend::complex_quotient_row(reinterpret_cast<const float*>(a), reinterpret_cast<const float*>(b),
                                  reinterpret_cast<float*>(out), n);
  }
};
void complex_quotient_loop(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  constexpr int64_t kSize = sizeof(Complex64);
  if (strides[0] != kSize || strides[1] != kSize || strides[2] != kSize) {
    return staged_loop<ComplexQuotient, Complex64>(context, data, strides, n0, n1);
  }
  for (int64_t j = 0; j < n1; ++j) {
    ComplexQuotient::run(reinterpret_cast<const Complex64*>(data[1] + j * strides[4]),
                         reinterpret_cast<const Complex64*>(data[2] + j * strides[5]),
                         reinterpret_cast<Complex64*>(data[0] + j * strides[3]), n0);
  }
}
constexpr BinaryOperator with_complex_rows(BinaryOperator op) {
  op.loops.at(DType::kComplex64) = &complex_quotient_loop;
  return op;
}
constexpr BinaryOperator kDiv = with_complex_rows(vectorised<backend::div_row, DivOf>(
    {"div", Promote::kFloat, binary_loops<DivOf>(Join<FloatTypes, ComplexTypes>{})}));

Status check_alpha(const Scalar& alpha, DType common) {
  HEDDLE_REQUIRE(!alpha.is_bool() || common == DType::kBool, "Boolean alpha only supported for Boolean results.");
  HEDDLE_REQUIRE(is_floating(common) || is_complex(common) || alpha.is_integral_or_bool(),
                 "For integral input tensors, argument alpha must not be a floating point number.");
  HEDDLE_REQUIRE(is_complex(common) || !alpha.is_complex(),
                 "For non-complex input tensors, argument alpha must not be a complex number.");
  return ok_status();
}

// a + alpha * b, with the operands given to `it`.
Result<Tensor> add_scaled(Iterator& it, const Scalar& alpha) {
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(check_alpha(alpha, it.common_dtype()));
  HEDDLE_TRY(dispatch<LoopTypes>(it.compute_dtype(), "add", [&]<class T>() {
    it.run<T(T, T)>([factor = alpha.to<T>()](T a, T b) { return AddOf()(a, MulOf()(factor, b)); });
    return ok_status();
  }));
  return it.result();
}

template <class Other>
Status check_sub(const Tensor& self, const Other& other) {
  bool other_is_bool = false;
  if constexpr (std::is_same_v<Other, Tensor>) {
    other_is_bool = other.dtype() == DType::kBool;
  } else {
    other_is_bool = other.is_bool();
  }
  const bool self_is_bool = self.dtype() == DType::kBool;
  HEDDLE_REQUIRE(!self_is_bool || !other_is_bool,
                 "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
                 "`logical_xor()` operator instead.");
  HEDDLE_REQUIRE(!self_is_bool && !other_is_bool,
                 "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a "
                 "mask, use the `~` or `logical_not()` operator instead.");
  return ok_status();
}

// -alpha, where a bool alpha is what the bool checks above have let through: none.
Scalar negated(const Scalar& alpha) {
  if (alpha.is_complex()) return -alpha.to_complex();
  if (alpha.is_double()) return -alpha.to_double();
  return SubOf()(int64_t{0}, alpha.to_int());
}

template <class Other>
Result<Tensor> add_any(const Tensor& self, const Other& other, const Scalar& alpha, const Out& out) {
  if (alpha.is_int() && alpha.to_int() == 1) return run_binary(kAdd, self, other, out);
  Iterator it;
  it.output(out).input(self);
  if constexpr (std::is_same_v<Other, Tensor>) {
    it.input(other);
  } else {
    it.number(other);
  }
  return add_scaled(it, alpha);
}

template <class Other>
Result<Tensor> sub_any(const Tensor& self, const Other& other, const Scalar& alpha, const Out& out) {
  HEDDLE_TRY(check_sub(self, other));
  if (alpha.is_int() && alpha.to_int() == 1) return run_binary(kSub, self, other, out);
  HEDDLE_REQUIRE(!alpha.is_bool(), "Boolean alpha only supported for Boolean results.");
  return add_any(self, other, negated(alpha), out);
}

Result<Tensor> add_tensor(const Tensor& self, const Tensor& other, const Scalar& alpha, const Out& out) {
  return add(self, other, alpha, out);
}
Result<Tensor> add_number(const Tensor& self, const Scalar& other, const Scalar& alpha, const Out& out) {
  return add(self, other, alpha, out);
}
Result<Tensor> sub_tensor(const Tensor& self, const Tensor& other, const Scalar& alpha, const Out& out) {
  return sub(self, other, alpha, out);
}
Result<Tensor> sub_number(const Tensor& self, const Scalar& other, const Scalar& alpha, const Out& out) {
  return sub(self, other, alpha, out);
}
Result<Tensor> rsub_tensor(const Tensor& self, const Tensor& other, const Scalar& alpha, const Out& out) {
  return sub(other, self, alpha, out);
}
Result<Tensor> rsub_number(const Tensor& self, const Scalar& other, const Scalar& alpha, const Out& out) {
  return rsub(self, other, alpha, out);
}

}  // namespace

Result<Tensor> add(const Tensor& self, const Tensor& other, const Scalar& alpha, const Out& out) {
  return add_any(self, other, alpha, out);
}
Result<Tensor> add(const Tensor& self, const Scalar& other, const Scalar& alpha, const Out& out) {
  return add_any(self, other, alpha, out);
}
Result<Tensor> sub(const Tensor& self, const Tensor& other, const Scalar& alpha, const Out& out) {
  return sub_any(self, other, alpha, out);
}
Result<Tensor> sub(const Tensor& self, const Scalar& other, const Scalar& alpha, const Out& out) {
  return sub_any(self, other, alpha, out);
}
Result<Tensor> rsub(const Tensor& self, const Scalar& other, const Scalar& alpha, const Out& out) {
  HEDDLE_TRY(check_sub(self, other));
  if (alpha.is_int() && alpha.to_int() == 1) return run_binary(kSub, other, self, out);
  HEDDLE_REQUIRE(!alpha.is_bool(), "Boolean alpha only supported for Boolean results.");
  Iterator it;
  it.output(out).number(other).input(self);
  return add_scaled(it, negated(alpha));
}
Result<Tensor> mul(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kMul, self, other, out);
}
Result<Tensor> mul(const Tensor& self, const Scalar& other, const Out& out) {
  return run_binary(kMul, self, other, out);
}
Result<Tensor> div(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kDiv, self, other, out);
}
Result<Tensor> div(const Tensor& self, const Scalar& other, const Out& out) {
  return run_binary(kDiv, self, other, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(arithmetic) {
  using namespace heddle::ops;
  add_forms<&add_tensor>(table, "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
                         {"add_.Tensor", "add.out"});
  add_forms<&add_number>(table, "aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
                         {"add_.Scalar", "add.Scalar_out"});
  for (const std::string name : {"sub", "subtract"}) {
    add_forms<&sub_tensor>(table,
                           concat("aten::", name, ".Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"),
                           {name + "_.Tensor", name + ".out"});
    add_forms<&sub_number>(table,
                           concat("aten::", name, ".Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor"),
                           {name + "_.Scalar", name == "sub" ? "sub.Scalar_out" : ""});
  }
  add_forms<&rsub_tensor>(table, "aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
                          {.out = "rsub.Tensor_out"});
  add_forms<&rsub_number>(table, "aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
                          {.out = "rsub.Scalar_out"});
  for (const std::string name : {"mul", "multiply"}) {
    add_forms<&binary<kMul>>(table, concat("aten::", name, ".Tensor(Tensor self, Tensor other) -> Tensor"),
                             {name + "_.Tensor", name + ".out"});
    add_forms<&binary_number<kMul>>(table, concat("aten::", name, ".Scalar(Tensor self, Scalar other) -> Tensor"),
                                    {name + "_.Scalar", name == "mul" ? "mul.Scalar_out" : ""});
  }
  for (const std::string name : {"div", "divide", "true_divide"}) {
    add_forms<&binary<kDiv>>(table, concat("aten::", name, ".Tensor(Tensor self, Tensor other) -> Tensor"),
                             {name + "_.Tensor", name + ".out"});
    add_forms<&binary_number<kDiv>>(table, concat("aten::", name, ".Scalar(Tensor self, Scalar other) -> Tensor"),
                                    {name + "_.Scalar", name == "div" ? "div.Scalar_out" : ""});
  }
}
