// Real functions of two tensors: atan2, hypot, copysign, heaviside, logaddexp, nextafter, gcd, lcm, xlogy ...
#include <cmath>
#include <numeric>

#include "ops/common/forms.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

struct Atan2 {
  template <class T>
  T operator()(T a, T b) const {
    return std::atan2(a, b);
  }
};
struct Hypot {
  template <class T>
  T operator()(T a, T b) const {
    return std::hypot(a, b);
  }
};
struct Copysign {
  template <class T>
  T operator()(T a, T b) const {
    return std::copysign(a, b);
  }
};
struct Nextafter {
  template <class T>
  T operator()(T a, T b) const {
    return std::nextafter(a, b);
  }
};
struct Heaviside {
  template <class T>
  T operator()(T a, T b) const {
    return a == T(0) ? b : static_cast<T>(a > T(0));
  }
};
// log(exp(a) + exp(b)) without overflow.
struct Logaddexp {
  template <class T>
  T operator()(T a, T b) const {
    if (std::isinf(a) && a == b) return a;
    const T high = std::fmax(a, b);
    if (std::isnan(a) || std::isnan(b)) return a + b;
    return high + std::log1p(std::exp(-std::fabs(a - b)));
  }
};
struct Logaddexp2 {
  template <class T>
  T operator()(T a, T b) const {
    if (std::isinf(a) && a == b) return a;
    if (std::isnan(a) || std::isnan(b)) return a + b;
    constexpr T kInvLog2 = T(1.442695040888963407);
    return std::fmax(a, b) + std::log1p(std::exp2(-std::fabs(a - b))) * kInvLog2;
  }
};
struct Xlogy {
  template <class T>
  T operator()(T a, T b) const {
    if (std::isnan(b)) return b;
    return a == 0 ? T(0) : a * std::log(b);
  }
};
struct Xlog1py {
  template <class T>
  T operator()(T a, T b) const {
    if (std::isnan(b)) return b;
    return a == 0 ? T(0) : a * std::log1p(b);
  }
};
struct Gcd {
  template <class T>
  T operator()(T a, T b) const {
    while (b != 0) {
      const T rest = integer_rest(a, b);
      a = b;
      b = rest;
    }
    if constexpr (std::is_signed_v<T>) {
      if (a < 0) return SubOf()(T(0), a);
    }
    return a;
  }
};
struct Lcm {
  template <class T>
  T operator()(T a, T b) const {
    const T divisor = Gcd()(a, b);
    if (divisor == 0) return 0;
    const T multiple = MulOf()(truncated_quotient(a, divisor), b);
    if constexpr (std::is_signed_v<T>) {
      if (multiple < 0) return SubOf()(T(0), multiple);
    }
    return multiple;
  }
};

constexpr BinaryOperator kAtan2{"atan2", Promote::kFloat, binary_loops<Atan2>(FloatTypes{})};
constexpr BinaryOperator kHypot{"hypot", Promote::kCommon, binary_loops<Hypot>(FloatTypes{})};
constexpr BinaryOperator kCopysign{"copysign", Promote::kFloat, binary_loops<Copysign>(FloatTypes{})};
constexpr BinaryOperator kNextafter{"nextafter", Promote::kCommon, binary_loops<Nextafter>(FloatTypes{})};
constexpr BinaryOperator kHeaviside{"heaviside", Promote::kCommon,
                                    binary_loops<Heaviside>(Join<RealTypes, BoolType>{})};
constexpr BinaryOperator kLogaddexp{"logaddexp", Promote::kCommon, binary_loops<Logaddexp>(FloatTypes{})};
constexpr BinaryOperator kLogaddexp2{"logaddexp2", Promote::kCommon, binary_loops<Logaddexp2>(FloatTypes{})};
constexpr BinaryOperator kXlogy{"xlogy", Promote::kFloat, binary_loops<Xlogy>(FloatTypes{})};
constexpr BinaryOperator kXlog1py{"xlog1py", Promote::kFloat, binary_loops<Xlog1py>(FloatTypes{})};
constexpr BinaryOperator kGcd{"gcd", Promote::kCommon, binary_loops<Gcd>(IntTypes{})};
constexpr BinaryOperator kLcm{"lcm", Promote::kCommon, binary_loops<Lcm>(IntTypes{})};

Result<Tensor> heaviside(const Tensor& self, const Tensor& values, const Out& out) {
  HEDDLE_REQUIRE(self.dtype() == values.dtype(), "heaviside is not yet implemented for tensors with different dtypes.");
  HEDDLE_REQUIRE(!is_complex(self.dtype()), "heaviside is not yet implemented for complex tensors.");
  return run_binary(kHeaviside, self, values, out);
}

// Tensor with Tensor, in place where `in_place`.
template <const BinaryOperator& op>
void add_plain(schema::TableBuilder& table, const std::string& name, bool in_place) {
  add_forms<&binary<op>>(table, concat("aten::", name, "(Tensor self, Tensor other) -> Tensor"),
                         {in_place ? name + "_" : "", name + ".out"});
}
template <const BinaryOperator& op>
void add_with_numbers(schema::TableBuilder& table, const std::string& name) {
  add_forms<&binary<op>>(table, concat("aten::", name, "(Tensor self, Tensor other) -> Tensor"),
                         {.out = name + ".out"});
  add_forms<&number_binary<op>>(table, concat("aten::", name, ".self_scalar(Scalar self, Tensor other) -> Tensor"),
                                {.out = name + ".self_scalar_out"});
  add_forms<&binary_number<op>>(table, concat("aten::", name, ".other_scalar(Tensor self, Scalar other) -> Tensor"),
                                {.out = name + ".other_scalar_out"});
}

}  // namespace

Result<Tensor> atan2(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kAtan2, self, other, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(binary_math) {
  using namespace heddle::ops;
  add_plain<kAtan2>(table, "atan2", true);
  add_plain<kAtan2>(table, "arctan2", true);
  add_plain<kHypot>(table, "hypot", true);
  add_plain<kNextafter>(table, "nextafter", true);
  add_plain<kLogaddexp>(table, "logaddexp", false);
  add_plain<kLogaddexp2>(table, "logaddexp2", false);
  add_plain<kGcd>(table, "gcd", true);
  add_plain<kLcm>(table, "lcm", true);
  add_forms<&heaviside>(table, "aten::heaviside(Tensor self, Tensor values) -> Tensor",
                        {"heaviside_", "heaviside.out"});
  add_forms<&binary<kCopysign>>(table, "aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor",
                                {"copysign_.Tensor", "copysign.out"});
  add_forms<&binary_number<kCopysign>>(table, "aten::copysign.Scalar(Tensor self, Scalar other) -> Tensor",
                                       {"copysign_.Scalar", "copysign.Scalar_out"});
  add_forms<&binary<kXlogy>>(table, "aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor",
                             {"xlogy_.Tensor", "xlogy.OutTensor"});
  add_forms<&binary_number<kXlogy>>(table, "aten::xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor",
                                    {"xlogy_.Scalar_Other", "xlogy.OutScalar_Other"});
  add_forms<&number_binary<kXlogy>>(table, "aten::xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor",
                                    {.out = "xlogy.OutScalar_Self"});
  add_with_numbers<kXlogy>(table, "special_xlogy");
  add_with_numbers<kXlog1py>(table, "special_xlog1py");
}
