#include "ops/elementwise/activation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/common/copy.h"
#include "ops/elementwise/clamp.h"
#include "ops/elementwise/names.h"
#include "ops/elementwise/rows.h"
#include "ops/elementwise/stages.h"
#include "ops/elementwise/unary.h"

namespace heddle::ops {
namespace {

struct ReluOf {
  template <class T>
  T operator()(T x) const {
    // A nan stays: no comparison with it holds.
    return x < T(0) ? T(0) : x;
  }
};
struct SiluOf {
  template <class T>
  T operator()(T x) const {
    return x / (T(1) + std::exp(-x));
  }
};
struct MishOf {
  template <class T>
  T operator()(T x) const {
    return x * std::tanh(std::log1p(std::exp(x)));
  }
};
struct HardsigmoidOf {
  template <class T>
  T operator()(T x) const {
    // std::max and std::min keep a nan of their first argument.
    return std::min(std::max(x + T(3), T(0)), T(6)) / T(6);
  }
};
struct HardswishOf {
  template <class T>
  T operator()(T x) const {
    return x * std::min(std::max(x + T(3), T(0)), T(6)) / T(6);
  }
};
struct LogSigmoidOf {
  template <class T>
  T operator()(T x) const {
    return std::fmin(T(0), x) - std::log1p(std::exp(-std::fabs(x)));
  }
};
struct GeluOf {
  template <class T>
  T operator()(T x) const {
    return x * T(0.5) * (T(1) + std::erf(x * static_cast<T>(std::numbers::sqrt2 / 2)));
  }
};
struct GeluTanhOf {
  template <class T>
  T operator()(T x) const {
    const T scale = static_cast<T>(std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    return T(0.5) * x * (T(1) + std::tanh(scale * (x + T(0.044715) * x * x * x)));
  }
};

template <class F, class Set = FloatTypes>
constexpr UnaryOperator activation(std::string_view name) {
  return {name, Promote::kCommon, unary_loops<F>(Set{})};
}
constexpr UnaryOperator kRelu = vectorised<backend::relu_row>(activation<ReluOf, RealTypes>("relu"));
constexpr UnaryOperator kSilu =
    vectorised<backend::silu_row, backend::silu_row64>(activation<SiluOf, Join<FloatTypes, ComplexTypes>>("silu"));
constexpr UnaryOperator kMish = vectorised<backend::mish_row, backend::mish_row64>(activation<MishOf>("mish"));
constexpr UnaryOperator kHardsigmoid = vectorised<backend::hardsigmoid_row>(activation<HardsigmoidOf>("hardsigmoid"));
constexpr UnaryOperator kHardswish = vectorised<backend::hardswish_row>(activation<HardswishOf>("hardswish"));
constexpr UnaryOperator kLogSigmoid =
    vectorised<backend::log_sigmoid_row, backend::log_sigmoid_row64>(activation<LogSigmoidOf>("log_sigmoid"));
constexpr UnaryOperator kGelu = vectorised<backend::gelu_row>(activation<GeluOf>("gelu"));
constexpr UnaryOperator kGeluTanh =
    vectorised<backend::gelu_tanh_row, backend::gelu_tanh_row64>(activation<GeluTanhOf>("gelu"));

struct GluRow {
  template <class T>
  static void run(const T* x, const T* gate, T* out, int64_t n) {
    for (int64_t i = 0; i < n; ++i) out[i] = -gate[i];
    Stage<T>::exp(out, n);
    for (int64_t i = 0; i < n; ++i) out[i] = x[i] / (T(1) + out[i]);
  }
};
constexpr BinaryOperator kGlu = vectorised<backend::glu_row>(staged<GluRow>({"glu", Promote::kCommon, {}}));

// out = f(x), f being what make.operator()<T>() gives for the compute dtype.
template <class Set = FloatTypes, class Make>
Result<Tensor> apply(std::string_view name, const Tensor& self, const Out& out, const Make& make,
                     Promote promote = Promote::kCommon) {
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(promote));
  HEDDLE_TRY(dispatch<Set>(it.compute_dtype(), name, [&]<class T>() {
    it.run<T(T)>(make.template operator()<T>());
    return ok_status();
  }));
  return it.result();
}

// The same, by row functions of float32 and float64.
Result<Tensor> apply_rows(std::string_view name, const Tensor& self, const Out& out, const UnaryCall<float>& call,
                          const UnaryCall<double>& call64) {
  Iterator it;
  it.output(out).input(self);
  HEDDLE_TRY(it.build(Promote::kCommon));
  if (it.compute_dtype() == DType::kFloat32) {
    it.run(&unary_call_loop<float>, &call);
    return it.result();
  }
  if (it.compute_dtype() != DType::kFloat64) return not_implemented(name, it.common_dtype());
  it.run(&unary_call_loop<double>, &call64);
  return it.result();
}

Result<Tensor> elu(const Tensor& self, const Scalar& alpha, const Scalar& scale, const Scalar& input_scale,
                   const Out& out) {
  const UnaryCall<float> call{backend::elu_row,
                              {alpha.to<float>() * scale.to<float>(), scale.to<float>(), input_scale.to<float>()}};
  const UnaryCall<double> call64{
      backend::elu_row64, {alpha.to<double>() * scale.to<double>(), scale.to<double>(), input_scale.to<double>()}};
  return apply_rows("elu", self, out, call, call64);
}
Result<Tensor> selu(const Tensor& self, const Out& out) {
  return elu(self, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1, out);
}
Result<Tensor> celu(const Tensor& self, const Scalar& alpha, const Out& out) {
  HEDDLE_REQUIRE(alpha.to_double() != 0, "ZeroDivisionError: alpha cannot be 0 for CELU");
  return elu(self, alpha, 1, 1 / alpha.to_double(), out);
}
Result<Tensor> softplus(const Tensor& self, const Scalar& beta, const Scalar& threshold, const Out& out) {
  const UnaryCall<float> call{backend::softplus_row, {beta.to<float>(), threshold.to<float>()}};
  const UnaryCall<double> call64{backend::softplus_row64, {beta.to<double>(), threshold.to<double>()}};
  return apply_rows("softplus", self, out, call, call64);
}
Result<Tensor> softshrink(const Tensor& self, const Scalar& lambda, const Out& out) {
  HEDDLE_REQUIRE(lambda.to_double() >= 0, "lambda must be greater or equal to 0, but found to be ", lambda.to_double(),
                 ".");
  return apply("softshrink", self, out, [&]<class T>() {
    return [l = lambda.to<T>()](T x) { return x > l ? x - l : x < -l ? x + l : T(0); };
  });
}
Result<Tensor> hardshrink(const Tensor& self, const Scalar& lambda, const Out& out) {
  return apply("hardshrink", self, out,
               [&]<class T>() { return [l = lambda.to<T>()](T x) { return x >= -l && x <= l ? T(0) : x; }; });
}
Result<Tensor> threshold(const Tensor& self, const Scalar& limit, const Scalar& value, const Out& out) {
  return apply<RealTypes>("threshold", self, out, [&]<class T>() {
    return [l = limit.to<T>(), v = value.to<T>()](T x) { return x <= l ? v : x; };
  });
}
Result<Tensor> logit(const Tensor& self, std::optional<double> eps, const Out& out) {
  return apply(
      "logit", self, out,
      [&]<class T>() {
        const T low = static_cast<T>(eps.value_or(0));
        return [clamped = eps.has_value(), low, high = T(1) - low](T x) {
          if (clamped) x = x < low ? low : x > high ? high : x;
          return std::log(x / (T(1) - x));
        };
      },
      Promote::kFloat);
}

Result<Tensor> hardtanh(const Tensor& self, const Scalar& low, const Scalar& high, const Out& out) {
  HEDDLE_REQUIRE(self.dtype() != DType::kBool, "Bool inputs not supported for hardtanh");
  HEDDLE_REQUIRE(self.dtype() != DType::kUInt8 || (low.to_double() >= 0 && high.to_double() >= 0),
                 "cannot do hardtanh on an unsigned type with negative limits");
  // The limits take the dtype of the input, not the other way round.
  if (is_integral(self.dtype())) return clamp(self, low.to_int(), high.to_int(), out);
  return clamp(self, low, high, out);
}
Result<Tensor> relu6(const Tensor& self, const Out& out) { return hardtanh(self, 0, 6, out); }

Result<Tensor> prelu(const Tensor& self, const Tensor& weight, const Out& out) {
  HEDDLE_REQUIRE(weight.numel() == 1 || self.dim() > 0, "Not allow zero-dim input tensor.");
  HEDDLE_REQUIRE(weight.dim() <= 1,
                 "prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = ", weight.dim());
  Tensor aligned = weight.alias({}, {}, weight.offset());
  if (weight.numel() != 1) {
    const int64_t channels = self.dim() > 1 ? self.size(1) : 1;
    HEDDLE_REQUIRE(channels == weight.numel(),
                   "Mismatch of parameter numbers and input channel size. Found parameter "
                   "numbers = ",
                   weight.numel(), " and channel size = ", channels, ".");
    Dims sizes(static_cast<size_t>(self.dim()), 1);
    Dims strides(sizes.size(), 0);
    sizes[sizes.size() > 1 ? 1 : 0] = channels;
    strides[sizes.size() > 1 ? 1 : 0] = weight.stride(0);
    aligned = weight.alias(sizes, strides, weight.offset());
  }
  const Tensor source = HEDDLE_TRY(contiguous(self, self.suggested_format()));
  Iterator it;
  it.output(out).input(source).input(aligned);
  HEDDLE_TRY(it.build(Promote::kSame));
  HEDDLE_TRY(it.map_binary<FloatTypes>("prelu", []<class T>(T x, T w) { return x > T(0) ? x : x * w; }));
  return it.result();
}

Result<Tensor> glu(const Tensor& self, int64_t dim, const Out& out) {
  HEDDLE_REQUIRE(self.dim() > 0, "glu does not support 0-dimensional tensors");
  const int64_t d = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  const int64_t size = self.size(d);
  HEDDLE_REQUIRE(size % 2 == 0, "Halving dimension must be even, but dimension ", d, " is size ", size);
  const Tensor value = self.narrow(d, 0, size / 2);
  const Tensor gate = self.narrow(d, size / 2, size / 2);
  return run_binary(kGlu, value, gate, out);
}

Result<std::tuple<Tensor, Tensor>> log_sigmoid_forward(const Tensor& self) {
  // The buffer serves only the backward pass: exp(-|x|).
  const Tensor buffer = HEDDLE_TRY(abs(self));
  HEDDLE_TRY(exp(HEDDLE_TRY(neg(buffer)), Out::into(buffer)));
  return std::tuple(HEDDLE_TRY(run_unary(kLogSigmoid, self, {})), buffer);
}

Result<Tensor> relu_kernel(const Tensor& self, const Out& out) { return relu(self, out); }
Result<Tensor> gelu_kernel(const Tensor& self, std::string_view approximate, const Out& out) {
  return gelu(self, approximate, out);
}
Result<Tensor> leaky_relu_kernel(const Tensor& self, const Scalar& slope, const Out& out) {
  return leaky_relu(self, slope, out);
}

}  // namespace

Result<Tensor> relu(const Tensor& self, const Out& out) {
  HEDDLE_REQUIRE(self.dtype() != DType::kBool, "Boolean inputs not supported for relu");
  return run_unary(kRelu, self, out);
}
Result<Tensor> silu(const Tensor& self, const Out& out) { return run_unary(kSilu, self, out); }
Result<Tensor> hardswish(const Tensor& self, const Out& out) { return run_unary(kHardswish, self, out); }
Result<Tensor> hardsigmoid(const Tensor& self, const Out& out) { return run_unary(kHardsigmoid, self, out); }
Result<Tensor> gelu(const Tensor& self, std::string_view approximate, const Out& out) {
  HEDDLE_REQUIRE(approximate == "none" || approximate == "tanh", "approximate argument must be either none or tanh.");
  return run_unary(approximate == "none" ? kGelu : kGeluTanh, self, out);
}
Result<Tensor> leaky_relu(const Tensor& self, const Scalar& negative_slope, const Out& out) {
  const UnaryCall<float> call{backend::leaky_relu_row, {negative_slope.to<float>()}};
  const UnaryCall<double> call64{backend::leaky_relu_row64, {negative_slope.to<double>()}};
  return apply_rows("leaky_relu", self, out, call, call64);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(activation) {
  using namespace heddle::ops;
  add_unary<&relu_kernel>(table, {"relu"});
  add_forms<&relu6>(table, "aten::relu6(Tensor self) -> Tensor", {.in_place = "relu6_"});
  add_unary<&unary<kSilu>>(table, {"silu"});
  add_unary<&unary<kMish>>(table, {"mish"});
  add_unary<&unary<kHardsigmoid>>(table, {"hardsigmoid"});
  add_unary<&unary<kHardswish>>(table, {"hardswish"});
  add_forms<&unary<kLogSigmoid>>(table, "aten::log_sigmoid(Tensor self) -> Tensor", {.out = "log_sigmoid.out"});
  table.add("aten::log_sigmoid_forward(Tensor self) -> (Tensor output, Tensor buffer)",
            heddle::schema::boxed<&log_sigmoid_forward>());
  table.derive(
      "aten::log_sigmoid_forward.output(Tensor self, *, Tensor(a!) output, Tensor(b!) buffer) -> (Tensor(a!), "
      "Tensor(b!))");
  add_forms<&gelu_kernel>(table, "aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor",
                          {"gelu_", "gelu.out"});
  add_forms<&leaky_relu_kernel>(table, "aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor",
                                {"leaky_relu_", "leaky_relu.out"});
  add_forms<&elu>(table, "aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor",
                  {"elu_", "elu.out"});
  add_forms<&selu>(table, "aten::selu(Tensor self) -> Tensor", {.in_place = "selu_"});
  add_forms<&celu>(table, "aten::celu(Tensor self, Scalar alpha=1.) -> Tensor", {"celu_", "celu.out"});
  add_forms<&softplus>(table, "aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor",
                       {.out = "softplus.out"});
  add_forms<&softshrink>(table, "aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", {.out = "softshrink.out"});
  add_forms<&hardshrink>(table, "aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", {.out = "hardshrink.out"});
  add_forms<&threshold>(table, "aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor",
                        {"threshold_", "threshold.out"});
  add_forms<&hardtanh>(table, "aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor",
                       {"hardtanh_", "hardtanh.out"});
  add_forms<&prelu>(table, "aten::prelu(Tensor self, Tensor weight) -> Tensor", {.out = "prelu.out"});
  add_forms<&glu>(table, "aten::glu(Tensor self, int dim=-1) -> Tensor", {.out = "glu.out"});
  for (const std::string name : {"logit", "special_logit"}) {
    add_forms<&logit>(table, concat("aten::", name, "(Tensor self, float? eps=None) -> Tensor"),
                      {name == "logit" ? "logit_" : "", name + ".out"});
  }
}
