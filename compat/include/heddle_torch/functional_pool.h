// torch::nn::functional: pools and their inverses, with libtorch's options. Shapes, dtypes and errors are those of the
// operators of the same names in namespace at.
#pragma once

#include "heddle_torch/functional_layers.h"

namespace torch {
namespace nn {
namespace functional {
HEDDLE_TORCH_BEGIN

#define HEDDLE_TORCH_MAX_POOL(D, name, with_indices, Options)                                              \
  class Options {                                                                                          \
   public:                                                                                                 \
    Options(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}            \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, kernel_size, 1)                                        \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, stride, 1)                                             \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, padding, 0)                                            \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, dilation, 1)                                           \
    HEDDLE_TORCH_OPTION(Options, bool, ceil_mode, false)                                                   \
  };                                                                                                       \
  inline Tensor name(const Tensor& input, const Options& o) {                                              \
    return at::name(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());         \
  }                                                                                                        \
  inline std::tuple<Tensor, Tensor> name##_with_indices(const Tensor& input, const Options& o) {           \
    return at::with_indices(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode()); \
  }
HEDDLE_TORCH_MAX_POOL(1, max_pool1d, max_pool1d_with_indices, MaxPool1dFuncOptions)
HEDDLE_TORCH_MAX_POOL(2, max_pool2d, max_pool2d_with_indices, MaxPool2dFuncOptions)
HEDDLE_TORCH_MAX_POOL(3, max_pool3d, max_pool3d_with_indices, MaxPool3dFuncOptions)
#undef HEDDLE_TORCH_MAX_POOL

#define HEDDLE_TORCH_AVG_POOL(D, name, Options, divisor)                                                            \
  class Options {                                                                                                   \
   public:                                                                                                          \
    Options(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}                     \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, kernel_size, 1)                                                 \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, stride, 1)                                                      \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, padding, 0)                                                     \
    HEDDLE_TORCH_OPTION(Options, bool, ceil_mode, false)                                                            \
    HEDDLE_TORCH_OPTION(Options, bool, count_include_pad, true)                                                     \
    HEDDLE_TORCH_OPTION(Options, c10::optional<int64_t>, divisor_override, c10::nullopt)                            \
  };                                                                                                                \
  inline Tensor name(const Tensor& input, const Options& o) {                                                       \
    return at::name(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(), o.count_include_pad() divisor); \
  }
#define HEDDLE_TORCH_DIVISOR , o.divisor_override()
HEDDLE_TORCH_AVG_POOL(1, avg_pool1d, AvgPool1dFuncOptions, )
HEDDLE_TORCH_AVG_POOL(2, avg_pool2d, AvgPool2dFuncOptions, HEDDLE_TORCH_DIVISOR)
HEDDLE_TORCH_AVG_POOL(3, avg_pool3d, AvgPool3dFuncOptions, HEDDLE_TORCH_DIVISOR)
#undef HEDDLE_TORCH_AVG_POOL
#undef HEDDLE_TORCH_DIVISOR

#define HEDDLE_TORCH_ADAPTIVE(D)                                                                                      \
  class AdaptiveAvgPool##D##dFuncOptions {                                                                            \
   public:                                                                                                            \
    AdaptiveAvgPool##D##dFuncOptions(ExpandingArray<D> size) : output_size_(size) {}                                  \
    HEDDLE_TORCH_OPTION(AdaptiveAvgPool##D##dFuncOptions, ExpandingArray<D>, output_size, 1)                          \
  };                                                                                                                  \
  using AdaptiveMaxPool##D##dFuncOptions = AdaptiveAvgPool##D##dFuncOptions;                                          \
  inline Tensor adaptive_avg_pool##D##d(const Tensor& input, const AdaptiveAvgPool##D##dFuncOptions& o) {             \
    return at::adaptive_avg_pool##D##d(input, o.output_size());                                                       \
  }                                                                                                                   \
  inline std::tuple<Tensor, Tensor> adaptive_max_pool##D##d_with_indices(const Tensor& input,                         \
                                                                         const AdaptiveMaxPool##D##dFuncOptions& o) { \
    return at::adaptive_max_pool##D##d(input, o.output_size());                                                       \
  }                                                                                                                   \
  inline Tensor adaptive_max_pool##D##d(const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& o) {             \
    return std::get<0>(at::adaptive_max_pool##D##d(input, o.output_size()));                                          \
  }
HEDDLE_TORCH_ADAPTIVE(1)
HEDDLE_TORCH_ADAPTIVE(2)
HEDDLE_TORCH_ADAPTIVE(3)
#undef HEDDLE_TORCH_ADAPTIVE

// The p-norm of each window.
#define HEDDLE_TORCH_LP_POOL(D, avg_pool)                                                                       \
  class LPPool##D##dFuncOptions {                                                                               \
   public:                                                                                                      \
    LPPool##D##dFuncOptions(double norm_type, ExpandingArray<D> kernel_size)                                    \
        : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}                             \
    HEDDLE_TORCH_OPTION(LPPool##D##dFuncOptions, double, norm_type, 2)                                          \
    HEDDLE_TORCH_OPTION(LPPool##D##dFuncOptions, ExpandingArray<D>, kernel_size, 1)                             \
    HEDDLE_TORCH_OPTION(LPPool##D##dFuncOptions, ExpandingArray<D>, stride, 1)                                  \
    HEDDLE_TORCH_OPTION(LPPool##D##dFuncOptions, bool, ceil_mode, false)                                        \
  };                                                                                                            \
  inline Tensor lp_pool##D##d(const Tensor& input, const LPPool##D##dFuncOptions& o) {                          \
    int64_t count = 1;                                                                                          \
    for (const int64_t size : *o.kernel_size()) count *= size;                                                  \
    const Tensor means = at::avg_pool(input.pow(o.norm_type()), o.kernel_size(), o.stride(), 0, o.ceil_mode()); \
    return (means.sign() * means.abs().relu() * count).pow(1 / o.norm_type());                                  \
  }
HEDDLE_TORCH_LP_POOL(1, avg_pool1d)
HEDDLE_TORCH_LP_POOL(2, avg_pool2d)
#undef HEDDLE_TORCH_LP_POOL

#define HEDDLE_TORCH_MAX_UNPOOL(D)                                                                                  \
  class MaxUnpool##D##dFuncOptions {                                                                                \
   public:                                                                                                          \
    MaxUnpool##D##dFuncOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}  \
    HEDDLE_TORCH_OPTION(MaxUnpool##D##dFuncOptions, ExpandingArray<D>, kernel_size, 1)                              \
    HEDDLE_TORCH_OPTION(MaxUnpool##D##dFuncOptions, ExpandingArray<D>, stride, 1)                                   \
    HEDDLE_TORCH_OPTION(MaxUnpool##D##dFuncOptions, ExpandingArray<D>, padding, 0)                                  \
    HEDDLE_TORCH_OPTION(MaxUnpool##D##dFuncOptions, c10::optional<std::vector<int64_t>>, output_size, c10::nullopt) \
   public:                                                                                                          \
    std::vector<int64_t> size_for(const Tensor& input) const {                                                      \
      if (output_size_) return {output_size_->end() - D, output_size_->end()};                                      \
      std::vector<int64_t> sizes;                                                                                   \
      for (size_t d = 0; d < D; ++d)                                                                                \
        sizes.push_back((input.size(static_cast<int64_t>(d) - D) - 1) * (*stride_)[d] + (*kernel_size_)[d] -        \
                        2 * (*padding_)[d]);                                                                        \
      return sizes;                                                                                                 \
    }                                                                                                               \
  };
HEDDLE_TORCH_MAX_UNPOOL(1)
HEDDLE_TORCH_MAX_UNPOOL(2)
HEDDLE_TORCH_MAX_UNPOOL(3)
#undef HEDDLE_TORCH_MAX_UNPOOL
inline Tensor max_unpool1d(const Tensor& input, const Tensor& indices, const MaxUnpool1dFuncOptions& o) {
  const std::vector<int64_t> size = {o.size_for(input)[0], 1};
  return at::max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), size).squeeze(-1);
}
inline Tensor max_unpool2d(const Tensor& input, const Tensor& indices, const MaxUnpool2dFuncOptions& o) {
  return at::max_unpool2d(input, indices, o.size_for(input));
}
inline Tensor max_unpool3d(const Tensor& input, const Tensor& indices, const MaxUnpool3dFuncOptions& o) {
  return at::max_unpool3d(input, indices, o.size_for(input), o.stride(), o.padding());
}

HEDDLE_TORCH_END
}  // namespace functional
}  // namespace nn
}  // namespace torch
