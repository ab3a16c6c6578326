// Mathematical functions of one tensor that compute in floating point.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/backend/complex.h"
#include "ops/elementwise/arithmetic_functions.h"
#include "ops/elementwise/names.h"
#include "ops/elementwise/rows.h"
#include "ops/elementwise/spec.h"
#include "ops/elementwise/unary.h"

namespace heddle::ops {
namespace {

#define HEDDLE_FUNCTION(name, expression) \
  struct name {                           \
    template <class T>                    \
    T operator()(T x) const {             \
      return expression;                  \
    }                                     \
  };
HEDDLE_FUNCTION(ExpOf, std::exp(x))
HEDDLE_FUNCTION(Expm1Of, std::expm1(x))
HEDDLE_FUNCTION(LogOf, std::log(x))
HEDDLE_FUNCTION(Log10Of, std::log10(x))
HEDDLE_FUNCTION(Log1pOf, std::log1p(x))
HEDDLE_FUNCTION(SqrtOf, std::sqrt(x))
HEDDLE_FUNCTION(RsqrtOf, T(1) / std::sqrt(x))
HEDDLE_FUNCTION(ReciprocalOf, DivOf()(T(1), x))
HEDDLE_FUNCTION(SinOf, std::sin(x))
HEDDLE_FUNCTION(CosOf, std::cos(x))
HEDDLE_FUNCTION(TanOf, std::tan(x))
HEDDLE_FUNCTION(AsinOf, std::asin(x))
HEDDLE_FUNCTION(AcosOf, std::acos(x))
HEDDLE_FUNCTION(AtanOf, std::atan(x))
HEDDLE_FUNCTION(SinhOf, std::sinh(x))
HEDDLE_FUNCTION(CoshOf, std::cosh(x))
HEDDLE_FUNCTION(TanhOf, std::tanh(x))
HEDDLE_FUNCTION(AsinhOf, std::asinh(x))
HEDDLE_FUNCTION(AcoshOf, std::acosh(x))
HEDDLE_FUNCTION(AtanhOf, std::atanh(x))
HEDDLE_FUNCTION(SigmoidOf, T(1) / (T(1) + std::exp(-x)))
HEDDLE_FUNCTION(ErfOf, std::erf(x))
HEDDLE_FUNCTION(ErfcOf, std::erfc(x))
HEDDLE_FUNCTION(Deg2radOf, x* static_cast<T>(std::numbers::pi / 180))
HEDDLE_FUNCTION(Rad2degOf, x* static_cast<T>(180 / std::numbers::pi))
#undef HEDDLE_FUNCTION
struct Exp2Of {
  template <class T>
  T operator()(T x) const {
    if constexpr (is_complex_type<T>) {
      return std::exp(x * typename T::value_type(std::numbers::ln2));
    } else {
      return std::exp2(x);
    }
  }
};
struct Log2Of {
  template <class T>
  T operator()(T x) const {
    if constexpr (is_complex_type<T>) {
      return std::log(x) / typename T::value_type(std::numbers::ln2);
    } else {
      return std::log2(x);
    }
  }
};
struct SincOf {
  template <class T>
  T operator()(T x) const {
    if (x == T(0)) return T(1);
    if constexpr (is_complex_type<T>) {
      const T product = x * typename T::value_type(std::numbers::pi);
      return std::sin(product) / product;
    } else {
      const T product = x * static_cast<T>(std::numbers::pi);
      return std::sin(product) / product;
    }
  }
};

// Complex64 by the row functions: e^x, or 1 / (1 + e^-x).
template <bool sigmoid>
void complex_exp_loop(const void*, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  constexpr int64_t kChunk = 256;
  alignas(64) float re[kChunk];
  alignas(64) float im[kChunk];
  alignas(64) float sine[kChunk];
  for (int64_t row = 0; row < n1; ++row) {
    for (int64_t at = 0; at < n0; at += kChunk) {
      const int64_t n = std::min(kChunk, n0 - at);
      const char* const from = data[1] + row * strides[3] + at * strides[1];
      char* const to = data[0] + row * strides[2] + at * strides[0];
      bool finite = true;
      for (int64_t i = 0; i < n; ++i) {
        const auto& x = *reinterpret_cast<const Complex64*>(from + i * strides[1]);
        re[i] = sigmoid ? -x.real() : x.real();
        im[i] = sigmoid ? -x.imag() : x.imag();
        // Numbers up to here make no infinity, so no product is nan.
        finite &= (std::fabs(re[i]) < 80) & (std::fabs(im[i]) < 1e30f);
      }
      if (finite) {
        backend::exp_row(re, re, n);
        backend::sin_row(im, sine, n);
        backend::cos_row(im, im, n);
      }
      for (int64_t i = 0; i < n; ++i) {
        const auto& x = *reinterpret_cast<const Complex64*>(from + i * strides[1]);
        const Complex64 e = finite ? Complex64(re[i] * im[i], re[i] * sine[i]) : std::exp(sigmoid ? -x : x);
        *reinterpret_cast<Complex64*>(to + i * strides[0]) = sigmoid ? DivOf()(Complex64(1), Complex64(1) + e) : e;
      }
    }
  }
}

using ComputeTypes = Join<FloatTypes, ComplexTypes>;

template <class F, class Set = ComputeTypes>
constexpr UnaryOperator function(std::string_view name) {
  return {name, Promote::kFloat, unary_loops<F>(Set{})};
}
template <bool sigmoid>
constexpr UnaryOperator with_complex_exp(UnaryOperator op) {
  op.loops.at(DType::kComplex64) = &complex_exp_loop<sigmoid>;
  return op;
}
constexpr UnaryOperator kExp =
    with_complex_exp<false>(vectorised<backend::exp_row, backend::exp_row64>(function<ExpOf>("exp")));
constexpr UnaryOperator kExp2 = vectorised<backend::exp2_row>(function<Exp2Of>("exp2"));
constexpr UnaryOperator kExpm1 =
    vectorised<backend::expm1_row, backend::expm1_row64>(function<Expm1Of, FloatTypes>("expm1"));
constexpr UnaryOperator kLog = vectorised<backend::log_row, backend::log_row64>(function<LogOf>("log"));
constexpr UnaryOperator kLog2 = vectorised<backend::log2_row, backend::log2_row64>(function<Log2Of>("log2"));
constexpr UnaryOperator kLog10 = vectorised<backend::log10_row, backend::log10_row64>(function<Log10Of>("log10"));
constexpr UnaryOperator kLog1p =
    vectorised<backend::log1p_row, backend::log1p_row64>(function<Log1pOf, FloatTypes>("log1p"));
constexpr UnaryOperator kSqrt = vectorised<backend::sqrt_row, backend::sqrt_row64>(function<SqrtOf>("sqrt"));
constexpr UnaryOperator kRsqrt = vectorised<backend::rsqrt_row, backend::rsqrt_row64>(function<RsqrtOf>("rsqrt"));
constexpr UnaryOperator kReciprocal = vectorised_complex<&backend::complex_reciprocal_row>(
    vectorised<backend::reciprocal_row>(function<ReciprocalOf>("reciprocal")));
constexpr UnaryOperator kSin = vectorised<backend::sin_row, backend::sin_row64>(function<SinOf>("sin"));
constexpr UnaryOperator kCos = vectorised<backend::cos_row, backend::cos_row64>(function<CosOf>("cos"));
constexpr UnaryOperator kTan = vectorised<backend::tan_row, backend::tan_row64>(function<TanOf>("tan"));
constexpr UnaryOperator kAsin = vectorised<backend::asin_row, backend::asin_row64>(function<AsinOf>("asin"));
constexpr UnaryOperator kAcos = vectorised<backend::acos_row, backend::acos_row64>(function<AcosOf>("acos"));
constexpr UnaryOperator kAtan = vectorised<backend::atan_row, backend::atan_row64>(function<AtanOf>("atan"));
constexpr UnaryOperator kSinh = vectorised<backend::sinh_row, backend::sinh_row64>(function<SinhOf>("sinh"));
constexpr UnaryOperator kCosh = vectorised<backend::cosh_row, backend::cosh_row64>(function<CoshOf>("cosh"));
constexpr UnaryOperator kTanh = vectorised<backend::tanh_row, backend::tanh_row64>(function<TanhOf>("tanh"));
constexpr UnaryOperator kAsinh = function<AsinhOf>("asinh");
constexpr UnaryOperator kAcosh = function<AcoshOf>("acosh");
constexpr UnaryOperator kAtanh = function<AtanhOf>("atanh");
constexpr UnaryOperator kSigmoid =
    with_complex_exp<true>(vectorised<backend::sigmoid_row, backend::sigmoid_row64>(function<SigmoidOf>("sigmoid")));
constexpr UnaryOperator kErf = vectorised<backend::erf_row>(function<ErfOf, FloatTypes>("erf"));
constexpr UnaryOperator kErfc = function<ErfcOf, FloatTypes>("erfc");
constexpr UnaryOperator kDeg2rad = function<Deg2radOf, FloatTypes>("deg2rad");
constexpr UnaryOperator kRad2deg = function<Rad2degOf, FloatTypes>("rad2deg");
constexpr UnaryOperator kSinc = function<SincOf>("sinc");

}  // namespace

Result<Tensor> exp(const Tensor& self, const Out& out) { return run_unary(kExp, self, out); }
Result<Tensor> log(const Tensor& self, const Out& out) { return run_unary(kLog, self, out); }
Result<Tensor> sqrt(const Tensor& self, const Out& out) { return run_unary(kSqrt, self, out); }
Result<Tensor> rsqrt(const Tensor& self, const Out& out) { return run_unary(kRsqrt, self, out); }
Result<Tensor> sin(const Tensor& self, const Out& out) { return run_unary(kSin, self, out); }
Result<Tensor> cos(const Tensor& self, const Out& out) { return run_unary(kCos, self, out); }
Result<Tensor> tanh(const Tensor& self, const Out& out) { return run_unary(kTanh, self, out); }
Result<Tensor> sigmoid(const Tensor& self, const Out& out) { return run_unary(kSigmoid, self, out); }
Result<Tensor> reciprocal(const Tensor& self, const Out& out) { return run_unary(kReciprocal, self, out); }

}  // namespace heddle::ops

HEDDLE_OPERATORS(unary_math) {
  using namespace heddle::ops;
  add_unary<&unary<kExp>>(table, {"exp"});
  add_unary<&unary<kExp2>>(table, {"exp2", "special_exp2"});
  add_unary<&unary<kExpm1>>(table, {"expm1", "special_expm1"});
  add_unary<&unary<kLog>>(table, {"log"});
  add_unary<&unary<kLog2>>(table, {"log2"});
  add_unary<&unary<kLog10>>(table, {"log10"});
  add_unary<&unary<kLog1p>>(table, {"log1p", "special_log1p"});
  add_unary<&unary<kSqrt>>(table, {"sqrt"});
  add_unary<&unary<kRsqrt>>(table, {"rsqrt"});
  add_unary<&unary<kReciprocal>>(table, {"reciprocal"});
  add_unary<&unary<kSin>>(table, {"sin"});
  add_unary<&unary<kCos>>(table, {"cos"});
  add_unary<&unary<kTan>>(table, {"tan"});
  add_unary<&unary<kAsin>>(table, {"asin", "arcsin"});
  add_unary<&unary<kAcos>>(table, {"acos", "arccos"});
  add_unary<&unary<kAtan>>(table, {"atan", "arctan"});
  add_unary<&unary<kSinh>>(table, {"sinh"});
  add_unary<&unary<kCosh>>(table, {"cosh"});
  add_unary<&unary<kTanh>>(table, {"tanh"});
  add_unary<&unary<kAsinh>>(table, {"asinh", "arcsinh"});
  add_unary<&unary<kAcosh>>(table, {"acosh", "arccosh"});
  add_unary<&unary<kAtanh>>(table, {"atanh", "arctanh"});
  add_unary<&unary<kSigmoid>>(table, {"sigmoid", "special_expit"});
  add_unary<&unary<kErf>>(table, {"erf", "special_erf"});
  add_unary<&unary<kErfc>>(table, {"erfc", "special_erfc"});
  add_unary<&unary<kDeg2rad>>(table, {"deg2rad"});
  add_unary<&unary<kRad2deg>>(table, {"rad2deg"});
  add_unary<&unary<kSinc>>(table, {"sinc", "special_sinc"});
}
