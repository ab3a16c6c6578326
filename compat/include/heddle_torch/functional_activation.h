// torch::nn::functional: activations and dropout, with libtorch's options. Shapes, dtypes and errors are those of the
// operators of the same names in namespace at.
#pragma once

#include "heddle_torch/functional.h"

namespace torch {
namespace nn {
namespace functional {
HEDDLE_TORCH_BEGIN

// An activation of one option besides inplace.
#define HEDDLE_TORCH_ACTIVATION(name, Options, type, option, default_value)                              \
  class Options {                                                                                        \
   public:                                                                                               \
    Options() = default;                                                                                 \
    Options(type value) : option##_(value) {}                                                            \
    HEDDLE_TORCH_OPTION(Options, type, option, default_value)                                            \
    HEDDLE_TORCH_OPTION(Options, bool, inplace, false)                                                   \
  };                                                                                                     \
  inline Tensor name(Tensor input, const Options& options = {}) {                                        \
    return options.inplace() ? at::name##_(input, options.option()) : at::name(input, options.option()); \
  }
HEDDLE_TORCH_ACTIVATION(leaky_relu, LeakyReLUFuncOptions, double, negative_slope, 0.01)
HEDDLE_TORCH_ACTIVATION(elu, ELUFuncOptions, double, alpha, 1.0)
HEDDLE_TORCH_ACTIVATION(celu, CELUFuncOptions, double, alpha, 1.0)
#undef HEDDLE_TORCH_ACTIVATION

// An activation of inplace alone.
#define HEDDLE_TORCH_ACTIVATION(name, Options)                       \
  class Options {                                                    \
   public:                                                           \
    Options(bool inplace = false) : inplace_(inplace) {}             \
    HEDDLE_TORCH_OPTION(Options, bool, inplace, false)               \
  };                                                                 \
  inline Tensor name(Tensor input, const Options& options = {}) {    \
    return options.inplace() ? at::name##_(input) : at::name(input); \
  }
HEDDLE_TORCH_ACTIVATION(relu, ReLUFuncOptions)
HEDDLE_TORCH_ACTIVATION(relu6, ReLU6FuncOptions)
HEDDLE_TORCH_ACTIVATION(selu, SELUFuncOptions)
#undef HEDDLE_TORCH_ACTIVATION

#define HEDDLE_TORCH_PLAIN(name) \
  inline Tensor name(const Tensor& input) { return at::name(input); }
HEDDLE_TORCH_PLAIN(silu)
HEDDLE_TORCH_PLAIN(mish)
#undef HEDDLE_TORCH_PLAIN
inline Tensor logsigmoid(const Tensor& input) { return at::log_sigmoid(input); }
inline Tensor softsign(const Tensor& input) { return input / (input.abs() + 1); }
inline Tensor tanhshrink(const Tensor& input) { return input - input.tanh(); }
inline Tensor prelu(const Tensor& input, const Tensor& weight) { return at::prelu(input, weight); }

class GELUFuncOptions {
  HEDDLE_TORCH_OPTION(GELUFuncOptions, std::string, approximate, "none")
};
inline Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {}) {
  return at::gelu(input, options.approximate());
}

class HardshrinkFuncOptions {
 public:
  HardshrinkFuncOptions(double lambda = 0.5) : lambda_(lambda) {}
  HEDDLE_TORCH_OPTION(HardshrinkFuncOptions, double, lambda, 0.5)
};
inline Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {}) {
  return at::hardshrink(input, options.lambda());
}

class SoftshrinkFuncOptions {
 public:
  SoftshrinkFuncOptions(double lambda = 0.5) : lambda_(lambda) {}
  HEDDLE_TORCH_OPTION(SoftshrinkFuncOptions, double, lambda, 0.5)
};
inline Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {}) {
  return at::softshrink(input, options.lambda());
}

class HardtanhFuncOptions {
  HEDDLE_TORCH_OPTION(HardtanhFuncOptions, double, min_val, -1.0)
  HEDDLE_TORCH_OPTION(HardtanhFuncOptions, double, max_val, 1.0)
  HEDDLE_TORCH_OPTION(HardtanhFuncOptions, bool, inplace, false)
};
inline Tensor hardtanh(Tensor input, const HardtanhFuncOptions& options = {}) {
  return options.inplace() ? at::hardtanh_(input, options.min_val(), options.max_val())
                           : at::hardtanh(input, options.min_val(), options.max_val());
}

class SoftplusFuncOptions {
  HEDDLE_TORCH_OPTION(SoftplusFuncOptions, double, beta, 1.0)
  HEDDLE_TORCH_OPTION(SoftplusFuncOptions, double, threshold, 20.0)
};
inline Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {}) {
  return at::softplus(input, options.beta(), options.threshold());
}

class ThresholdFuncOptions {
 public:
  ThresholdFuncOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  HEDDLE_TORCH_OPTION(ThresholdFuncOptions, double, threshold, 0)
  HEDDLE_TORCH_OPTION(ThresholdFuncOptions, double, value, 0)
  HEDDLE_TORCH_OPTION(ThresholdFuncOptions, bool, inplace, false)
};
inline Tensor threshold(Tensor input, const ThresholdFuncOptions& options) {
  return options.inplace() ? at::threshold_(input, options.threshold(), options.value())
                           : at::threshold(input, options.threshold(), options.value());
}

class GLUFuncOptions {
 public:
  GLUFuncOptions(int64_t dim = -1) : dim_(dim) {}
  HEDDLE_TORCH_OPTION(GLUFuncOptions, int64_t, dim, -1)
};
inline Tensor glu(const Tensor& input, const GLUFuncOptions& options = {}) { return at::glu(input, options.dim()); }

class SoftminFuncOptions {
 public:
  SoftminFuncOptions(int64_t dim) : dim_(dim) {}
  HEDDLE_TORCH_OPTION(SoftminFuncOptions, int64_t, dim, 0)
  HEDDLE_TORCH_OPTION(SoftminFuncOptions, c10::optional<at::ScalarType>, dtype, c10::nullopt)
};
inline Tensor softmin(const Tensor& input, const SoftminFuncOptions& options) {
  return at::softmax(-input, options.dim(), options.dtype());
}

class GumbelSoftmaxFuncOptions {
  HEDDLE_TORCH_OPTION(GumbelSoftmaxFuncOptions, double, tau, 1.0)
  HEDDLE_TORCH_OPTION(GumbelSoftmaxFuncOptions, bool, hard, false)
  HEDDLE_TORCH_OPTION(GumbelSoftmaxFuncOptions, int64_t, dim, -1)
};
inline Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options = {}) {
  const Tensor noise = -at::empty_like(logits).exponential_().log();
  const Tensor soft = ((logits + noise) / options.tau()).softmax(options.dim());
  if (!options.hard()) return soft;
  const Tensor place = std::get<1>(soft.max(options.dim(), true));
  return at::zeros_like(logits).scatter_(options.dim(), place, 1.0);
}

#define HEDDLE_TORCH_DROPOUT(name, op, Options)                                  \
  class Options {                                                                \
   public:                                                                       \
    Options(double p = 0.5) : p_(p) {}                                           \
    HEDDLE_TORCH_OPTION(Options, double, p, 0.5)                                 \
    HEDDLE_TORCH_OPTION(Options, bool, training, true)                           \
    HEDDLE_TORCH_OPTION(Options, bool, inplace, false)                           \
  };                                                                             \
  inline Tensor name(Tensor input, const Options& options = {}) {                \
    return options.inplace() ? at::op##_(input, options.p(), options.training()) \
                             : at::op(input, options.p(), options.training());   \
  }
HEDDLE_TORCH_DROPOUT(dropout, dropout, DropoutFuncOptions)
HEDDLE_TORCH_DROPOUT(dropout2d, feature_dropout, Dropout2dFuncOptions)
HEDDLE_TORCH_DROPOUT(dropout3d, feature_dropout, Dropout3dFuncOptions)
HEDDLE_TORCH_DROPOUT(alpha_dropout, alpha_dropout, AlphaDropoutFuncOptions)
HEDDLE_TORCH_DROPOUT(feature_alpha_dropout, feature_alpha_dropout, FeatureAlphaDropoutFuncOptions)
#undef HEDDLE_TORCH_DROPOUT

HEDDLE_TORCH_END
}  // namespace functional
}  // namespace nn
}  // namespace torch
