// torch::nn::functional: convolutions, normalisations, embeddings and folds, with libtorch's options. Shapes,
// dtypes and errors are those of the operators of the same names in namespace at.
#pragma once

#include "heddle_torch/functional.h"

namespace torch {
HEDDLE_TORCH_BEGIN
// D numbers, made of D of them or of one for all.
template <size_t D, class T = int64_t>
class ExpandingArray {
 public:
  ExpandingArray(T one) { values_.fill(one); }
  ExpandingArray(std::initializer_list<T> values) : ExpandingArray(c10::ArrayRef<T>(values)) {}
  ExpandingArray(const std::vector<T>& values) : ExpandingArray(c10::ArrayRef<T>(values)) {}
  ExpandingArray(const std::array<T, D>& values) : values_(values) {}
  ExpandingArray(c10::ArrayRef<T> values) {
    TORCH_CHECK(values.size() == D, "Expected ", D, " values, but instead got ", values.size());
    std::copy(values.begin(), values.end(), values_.begin());
  }
  std::array<T, D>& operator*() { return values_; }
  const std::array<T, D>& operator*() const { return values_; }
  std::array<T, D>* operator->() { return &values_; }
  const std::array<T, D>* operator->() const { return &values_; }
  operator c10::ArrayRef<T>() const { return values_; }
  size_t size() const { return D; }

 private:
  std::array<T, D> values_{};
};
HEDDLE_TORCH_END

namespace nn {
namespace functional {
HEDDLE_TORCH_BEGIN

inline Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) {
  return at::linear(input, weight, bias);
}
inline Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {}) {
  return at::bilinear(a, b, weight, bias);
}
inline Tensor one_hot(const Tensor& indices, int64_t classes = -1) { return at::one_hot(indices, classes); }
inline Tensor affine_grid(const Tensor& theta, c10::IntArrayRef size, bool align_corners = false) {
  return at::affine_grid_generator(theta, size, align_corners);
}

#define HEDDLE_TORCH_CONV(D, name, Options)                                                                       \
  class Options {                                                                                                 \
    using Padding = std::variant<ExpandingArray<D>, enumtype::kValid, enumtype::kSame>;                           \
    HEDDLE_TORCH_OPTION(Options, Tensor, bias, Tensor())                                                          \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, stride, 1)                                                    \
    HEDDLE_TORCH_OPTION(Options, Padding, padding, ExpandingArray<D>(0))                                          \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, dilation, 1)                                                  \
    HEDDLE_TORCH_OPTION(Options, int64_t, groups, 1)                                                              \
  };                                                                                                              \
  inline Tensor name(const Tensor& input, const Tensor& weight, const Options& o = {}) {                          \
    if (const auto* padding = std::get_if<ExpandingArray<D>>(&o.padding()))                                       \
      return at::name(input, weight, o.bias(), o.stride(), c10::IntArrayRef(*padding), o.dilation(), o.groups()); \
    return at::name(input, weight, o.bias(), o.stride(),                                                          \
                    c10::string_view(o.padding().index() == 1 ? "valid" : "same"), o.dilation(), o.groups());     \
  }
HEDDLE_TORCH_CONV(1, conv1d, Conv1dFuncOptions)
HEDDLE_TORCH_CONV(2, conv2d, Conv2dFuncOptions)
HEDDLE_TORCH_CONV(3, conv3d, Conv3dFuncOptions)
#undef HEDDLE_TORCH_CONV

#define HEDDLE_TORCH_CONV(D, name, op, Options)                                                                    \
  class Options {                                                                                                  \
    HEDDLE_TORCH_OPTION(Options, Tensor, bias, Tensor())                                                           \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, stride, 1)                                                     \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, padding, 0)                                                    \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, output_padding, 0)                                             \
    HEDDLE_TORCH_OPTION(Options, int64_t, groups, 1)                                                               \
    HEDDLE_TORCH_OPTION(Options, ExpandingArray<D>, dilation, 1)                                                   \
  };                                                                                                               \
  inline Tensor name(const Tensor& input, const Tensor& weight, const Options& o = {}) {                           \
    return at::op(input, weight, o.bias(), o.stride(), o.padding(), o.output_padding(), o.groups(), o.dilation()); \
  }
HEDDLE_TORCH_CONV(1, conv_transpose1d, conv_transpose1d, ConvTranspose1dFuncOptions)
HEDDLE_TORCH_CONV(2, conv_transpose2d, conv_transpose2d, ConvTranspose2dFuncOptions)
HEDDLE_TORCH_CONV(3, conv_transpose3d, conv_transpose3d, ConvTranspose3dFuncOptions)
#undef HEDDLE_TORCH_CONV

class BatchNormFuncOptions {
  HEDDLE_TORCH_OPTION(BatchNormFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(BatchNormFuncOptions, Tensor, bias, Tensor())
  HEDDLE_TORCH_OPTION(BatchNormFuncOptions, bool, training, false)
  HEDDLE_TORCH_OPTION(BatchNormFuncOptions, double, momentum, 0.1)
  HEDDLE_TORCH_OPTION(BatchNormFuncOptions, double, eps, 1e-5)
};
inline Tensor batch_norm(const Tensor& input, const Tensor& mean, const Tensor& variance,
                         const BatchNormFuncOptions& o = {}) {
  return at::batch_norm(input, o.weight(), o.bias(), mean, variance, o.training(), o.momentum(), o.eps(), false);
}

class InstanceNormFuncOptions {
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, Tensor, running_mean, Tensor())
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, Tensor, running_var, Tensor())
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, Tensor, bias, Tensor())
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, bool, use_input_stats, true)
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, double, momentum, 0.1)
  HEDDLE_TORCH_OPTION(InstanceNormFuncOptions, double, eps, 1e-5)
};
inline Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& o = {}) {
  return at::instance_norm(input, o.weight(), o.bias(), o.running_mean(), o.running_var(), o.use_input_stats(),
                           o.momentum(), o.eps(), false);
}

class LayerNormFuncOptions {
 public:
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
  HEDDLE_TORCH_OPTION(LayerNormFuncOptions, std::vector<int64_t>, normalized_shape, {})
  HEDDLE_TORCH_OPTION(LayerNormFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(LayerNormFuncOptions, Tensor, bias, Tensor())
  HEDDLE_TORCH_OPTION(LayerNormFuncOptions, double, eps, 1e-5)
};
inline Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& o) {
  return at::layer_norm(input, o.normalized_shape(), o.weight(), o.bias(), o.eps());
}

class GroupNormFuncOptions {
 public:
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  HEDDLE_TORCH_OPTION(GroupNormFuncOptions, int64_t, num_groups, 1)
  HEDDLE_TORCH_OPTION(GroupNormFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(GroupNormFuncOptions, Tensor, bias, Tensor())
  HEDDLE_TORCH_OPTION(GroupNormFuncOptions, double, eps, 1e-5)
};
inline Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& o) {
  return at::group_norm(input, o.num_groups(), o.weight(), o.bias(), o.eps());
}

class EmbeddingFuncOptions {
  HEDDLE_TORCH_OPTION(EmbeddingFuncOptions, c10::optional<int64_t>, padding_idx, c10::nullopt)
};
inline Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& o = {}) {
  return at::embedding(weight, input, o.padding_idx().value_or(-1));
}

class EmbeddingBagFuncOptions {
  using Mode = std::variant<enumtype::kSum, enumtype::kMean, enumtype::kMax>;
  HEDDLE_TORCH_OPTION(EmbeddingBagFuncOptions, Tensor, offsets, Tensor())
  HEDDLE_TORCH_OPTION(EmbeddingBagFuncOptions, Mode, mode, enumtype::kMean())
  HEDDLE_TORCH_OPTION(EmbeddingBagFuncOptions, Tensor, per_sample_weights, Tensor())
  HEDDLE_TORCH_OPTION(EmbeddingBagFuncOptions, bool, include_last_offset, false)
  HEDDLE_TORCH_OPTION(EmbeddingBagFuncOptions, c10::optional<int64_t>, padding_idx, c10::nullopt)
};
// A row of a matrix of indices is a bag; a vector of them is cut by the option offsets.
inline Tensor embedding_bag(const Tensor& input, const Tensor& weight, const EmbeddingBagFuncOptions& o = {}) {
  const bool rows = input.dim() == 2;
  TORCH_CHECK(rows || input.dim() == 1, "input has to be 1D or 2D Tensor, but got Tensor of dimension ", input.dim());
  TORCH_CHECK(rows != o.offsets().defined(),
              rows ? "if input is 2D, then offsets has to be null" : "offsets has to be a 1D Tensor but got null");
  const Tensor offsets = rows ? at::arange(0, input.numel(), input.size(1), input.options()) : o.offsets();
  const Tensor& scales = o.per_sample_weights();
  return std::get<0>(
      at::embedding_bag(weight, input.reshape(-1), offsets, false, static_cast<int64_t>(o.mode().index()), false,
                        scales.defined() ? scales.reshape(-1) : scales, o.include_last_offset(), o.padding_idx()));
}

class LocalResponseNormFuncOptions {
 public:
  LocalResponseNormFuncOptions(int64_t size) : size_(size) {}
  HEDDLE_TORCH_OPTION(LocalResponseNormFuncOptions, int64_t, size, 1)
  HEDDLE_TORCH_OPTION(LocalResponseNormFuncOptions, double, alpha, 1e-4)
  HEDDLE_TORCH_OPTION(LocalResponseNormFuncOptions, double, beta, 0.75)
  HEDDLE_TORCH_OPTION(LocalResponseNormFuncOptions, double, k, 1.0)
};
inline Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& o) {
  TORCH_CHECK(input.dim() >= 3, "Expected 3D or higher dimensionality input (got ", input.dim(), " dimensions)");
  const Tensor squares = (input * input).flatten(2).unsqueeze(1);
  const Tensor padded = at::constant_pad_nd(squares, {0, 0, o.size() / 2, (o.size() - 1) / 2});
  const Tensor means = at::avg_pool2d(padded, {o.size(), 1}, {1, 1}).squeeze(1).reshape(input.sizes());
  return input / (means * o.alpha() + o.k()).pow(o.beta());
}

class UnfoldFuncOptions {
 public:
  UnfoldFuncOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  HEDDLE_TORCH_OPTION(UnfoldFuncOptions, ExpandingArray<2>, kernel_size, 1)
  HEDDLE_TORCH_OPTION(UnfoldFuncOptions, ExpandingArray<2>, dilation, 1)
  HEDDLE_TORCH_OPTION(UnfoldFuncOptions, ExpandingArray<2>, padding, 0)
  HEDDLE_TORCH_OPTION(UnfoldFuncOptions, ExpandingArray<2>, stride, 1)
};
inline Tensor unfold(const Tensor& input, const UnfoldFuncOptions& o) {
  return at::im2col(input, o.kernel_size(), o.dilation(), o.padding(), o.stride());
}
class FoldFuncOptions {
 public:
  FoldFuncOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  HEDDLE_TORCH_OPTION(FoldFuncOptions, ExpandingArray<2>, output_size, 1)
  HEDDLE_TORCH_OPTION(FoldFuncOptions, ExpandingArray<2>, kernel_size, 1)
  HEDDLE_TORCH_OPTION(FoldFuncOptions, ExpandingArray<2>, dilation, 1)
  HEDDLE_TORCH_OPTION(FoldFuncOptions, ExpandingArray<2>, padding, 0)
  HEDDLE_TORCH_OPTION(FoldFuncOptions, ExpandingArray<2>, stride, 1)
};
inline Tensor fold(const Tensor& input, const FoldFuncOptions& o) {
  return at::col2im(input, o.output_size(), o.kernel_size(), o.dilation(), o.padding(), o.stride());
}

#define HEDDLE_TORCH_FACTOR(name, Options, option)   \
  class Options {                                    \
   public:                                           \
    Options(int64_t factor) : option##_(factor) {}   \
    HEDDLE_TORCH_OPTION(Options, int64_t, option, 1) \
  };                                                 \
  inline Tensor name(const Tensor& input, const Options& o) { return at::name(input, o.option()); }
HEDDLE_TORCH_FACTOR(pixel_shuffle, PixelShuffleFuncOptions, upscale_factor)
HEDDLE_TORCH_FACTOR(pixel_unshuffle, PixelUnshuffleFuncOptions, downscale_factor)
#undef HEDDLE_TORCH_FACTOR

class PairwiseDistanceFuncOptions {
  HEDDLE_TORCH_OPTION(PairwiseDistanceFuncOptions, double, p, 2.0)
  HEDDLE_TORCH_OPTION(PairwiseDistanceFuncOptions, double, eps, 1e-6)
  HEDDLE_TORCH_OPTION(PairwiseDistanceFuncOptions, bool, keepdim, false)
};
inline Tensor pairwise_distance(const Tensor& a, const Tensor& b, const PairwiseDistanceFuncOptions& o = {}) {
  return at::pairwise_distance(a, b, o.p(), o.eps(), o.keepdim());
}
inline Tensor pdist(const Tensor& input, double p = 2.0) { return at::pdist(input, p); }

HEDDLE_TORCH_END
}  // namespace functional
}  // namespace nn
}  // namespace torch
