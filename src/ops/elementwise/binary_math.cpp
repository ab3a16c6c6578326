// Real functions of two tensors: atan2, hypot, copysign, heaviside, logaddexp, nextafter, gcd, lcm, xlogy ...
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "ops/common/forms.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/stages.h"

namespace heddle::ops {
namespace {

// Each a row of floats at a time.
struct Atan2 {
  template <class T>
  static void run(const T* y, const T* x, T* out, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      const T up = std::fabs(y[i]);
      const T along = std::fabs(x[i]);
      // Of zeros, and of infinities, the quotient is no number.
      const T same = up == 0 ? T(0) : T(1);
      out[i] = up == along ? same : up > along ? along / up : up / along;
    }
    Stage<T>::atan(out, n);
    for (int64_t i = 0; i < n; ++i) {
      const T first = std::fabs(y[i]) > std::fabs(x[i]) ? static_cast<T>(std::numbers::pi / 2) - out[i] : out[i];
      const T angle = std::copysign(T(1), x[i]) < 0 ? static_cast<T>(std::numbers::pi) - first : first;
      out[i] = std::copysign(angle, y[i]);
    }
  }
};
struct Hypot {
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    constexpr T kInfinity = std::numeric_limits<T>::infinity();
    alignas(64) T large[kStageElements];
    for (int64_t i = 0; i < n; ++i) {
      const T x = std::fabs(a[i]);
      const T y = std::fabs(b[i]);
      // A nan is the larger one, and stays.
      large[i] = (x > y) | (x != x) ? x : y;
      const T small = (x > y) | (x != x) ? y : x;
      const T part = large[i] == 0 ? T(0) : small / large[i];
      out[i] = 1 + part * part;
    }
    Stage<T>::sqrt(out, n);
    for (int64_t i = 0; i < n; ++i) {
      const bool infinite = (std::fabs(a[i]) == kInfinity) | (std::fabs(b[i]) == kInfinity);
      out[i] = infinite ? kInfinity : large[i] * out[i];
    }
  }
};
struct Copysign {
  template <class T>
  T operator()(T a, T b) const {
    return std::copysign(a, b);
  }
};
struct Nextafter {
  // The next number away from zero has the next larger bits.
  template <class T>
  T operator()(T a, T b) const {
    using Bits = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
    const Bits bits = std::bit_cast<Bits>(a);
    const bool outwards = (a < b) == (a > 0);
    const T next = std::bit_cast<T>(static_cast<Bits>(bits + (outwards ? 1 : -1)));
    const T from_zero = std::copysign(std::numeric_limits<T>::denorm_min(), b);
    const T moved = a == 0 ? from_zero : next;
    const T reached = a == b ? b : moved;
    return (a != a) | (b != b) ? a + b : reached;
  }
};
struct Heaviside {
  template <class T>
  T operator()(T a, T b) const {
    return a == T(0) ? b : static_cast<T>(a > T(0));
  }
};
// log(exp(a) + exp(b)) without overflow; with a base of two, the exponents are multiples of log(2).
template <bool base_two>
struct LogAddExp {
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    constexpr T kUnit = base_two ? static_cast<T>(std::numbers::ln2) : T(1);
    constexpr T kInverse = base_two ? static_cast<T>(std::numbers::log2e) : T(1);
    for (int64_t i = 0; i < n; ++i) out[i] = -std::fabs(a[i] - b[i]) * kUnit;
    Stage<T>::exp(out, n);
    Stage<T>::log1p(out, n);
    for (int64_t i = 0; i < n; ++i) {
      const T sum = (a[i] > b[i] ? a[i] : b[i]) + out[i] * kInverse;
      const bool same_infinity = (a[i] == b[i]) & (std::fabs(a[i]) == std::numeric_limits<T>::infinity());
      const T known = same_infinity ? a[i] : sum;
      out[i] = (a[i] != a[i]) | (b[i] != b[i]) ? a[i] + b[i] : known;
    }
  }
};
// a log(b), or a log(1 + b).
template <bool plus_one>
struct Xlogy {
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    std::copy_n(b, n, out);
    plus_one ? Stage<T>::log1p(out, n) : Stage<T>::log(out, n);
    for (int64_t i = 0; i < n; ++i) {
      const T product = a[i] == 0 ? T(0) : a[i] * out[i];
      out[i] = b[i] != b[i] ? b[i] : product;
    }
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

constexpr BinaryOperator kAtan2 = staged<Atan2>({"atan2", Promote::kFloat, {}});
constexpr BinaryOperator kHypot = staged<Hypot>({"hypot", Promote::kCommon, {}});
constexpr BinaryOperator kCopysign{"copysign", Promote::kFloat, binary_loops<Copysign>(FloatTypes{})};
constexpr BinaryOperator kNextafter{"nextafter", Promote::kCommon, binary_loops<Nextafter>(FloatTypes{})};
constexpr BinaryOperator kHeaviside{"heaviside", Promote::kCommon,
                                    binary_loops<Heaviside>(Join<RealTypes, BoolType>{})};
constexpr BinaryOperator kLogaddexp = staged<LogAddExp<false>>({"logaddexp", Promote::kCommon, {}});
constexpr BinaryOperator kLogaddexp2 = staged<LogAddExp<true>>({"logaddexp2", Promote::kCommon, {}});
constexpr BinaryOperator kXlogy = staged<Xlogy<false>>({"xlogy", Promote::kFloat, {}});
constexpr BinaryOperator kXlog1py = staged<Xlogy<true>>({"xlog1py", Promote::kFloat, {}});
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
