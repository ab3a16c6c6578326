// torch::nn::functional: resizing, padding, sampling and normalising, with libtorch's options. The other parts are in
// functional_activation.h, functional_layers.h and functional_loss.h.
#pragma once

#include <variant>

#include "heddle_torch/operators.h"

namespace torch {

namespace enumtype {
HEDDLE_TORCH_BEGIN
#define HEDDLE_TORCH_ENUM(name) \
  struct k##name {};
HEDDLE_TORCH_ENUM(Nearest)
HEDDLE_TORCH_ENUM(NearestExact)
HEDDLE_TORCH_ENUM(Linear)
HEDDLE_TORCH_ENUM(Bilinear)
HEDDLE_TORCH_ENUM(Bicubic)
HEDDLE_TORCH_ENUM(Trilinear)
HEDDLE_TORCH_ENUM(Area)
HEDDLE_TORCH_ENUM(Constant)
HEDDLE_TORCH_ENUM(Reflect)
HEDDLE_TORCH_ENUM(Replicate)
HEDDLE_TORCH_ENUM(Circular)
HEDDLE_TORCH_ENUM(Zeros)
HEDDLE_TORCH_ENUM(Border)
HEDDLE_TORCH_ENUM(Reflection)
HEDDLE_TORCH_ENUM(None)
HEDDLE_TORCH_ENUM(Mean)
HEDDLE_TORCH_ENUM(Sum)
HEDDLE_TORCH_ENUM(Max)
HEDDLE_TORCH_ENUM(BatchMean)
HEDDLE_TORCH_ENUM(Valid)
HEDDLE_TORCH_ENUM(Same)
#undef HEDDLE_TORCH_ENUM
HEDDLE_TORCH_END
}  // namespace enumtype

HEDDLE_TORCH_BEGIN
constexpr enumtype::kNearest kNearest;
constexpr enumtype::kNearestExact kNearestExact;
constexpr enumtype::kLinear kLinear;
constexpr enumtype::kBilinear kBilinear;
constexpr enumtype::kBicubic kBicubic;
constexpr enumtype::kTrilinear kTrilinear;
constexpr enumtype::kArea kArea;
constexpr enumtype::kConstant kConstant;
constexpr enumtype::kReflect kReflect;
constexpr enumtype::kReplicate kReplicate;
constexpr enumtype::kCircular kCircular;
constexpr enumtype::kZeros kZeros;
constexpr enumtype::kBorder kBorder;
constexpr enumtype::kReflection kReflection;
constexpr enumtype::kNone kNone;
constexpr enumtype::kMean kMean;
constexpr enumtype::kSum kSum;
constexpr enumtype::kMax kMax;
constexpr enumtype::kBatchMean kBatchMean;
constexpr enumtype::kValid kValid;
constexpr enumtype::kSame kSame;
HEDDLE_TORCH_END

namespace nn {
namespace functional {
HEDDLE_TORCH_BEGIN

using at::Tensor;

#define HEDDLE_TORCH_OPTION(Self, type, name, default_value) \
 public:                                                     \
  Self& name(type value) {                                   \
    name##_ = std::move(value);                              \
    return *this;                                            \
  }                                                          \
  const type& name() const { return name##_; }               \
                                                             \
 private:                                                    \
  type name##_ = default_value;

class InterpolateFuncOptions {
  using Mode = std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear, enumtype::kBicubic,
                            enumtype::kTrilinear, enumtype::kArea, enumtype::kNearestExact>;
  HEDDLE_TORCH_OPTION(InterpolateFuncOptions, c10::optional<std::vector<int64_t>>, size, c10::nullopt)
  HEDDLE_TORCH_OPTION(InterpolateFuncOptions, c10::optional<std::vector<double>>, scale_factor, c10::nullopt)
  HEDDLE_TORCH_OPTION(InterpolateFuncOptions, Mode, mode, enumtype::kNearest())
  HEDDLE_TORCH_OPTION(InterpolateFuncOptions, c10::optional<bool>, align_corners, c10::nullopt)
  HEDDLE_TORCH_OPTION(InterpolateFuncOptions, c10::optional<bool>, recompute_scale_factor, c10::nullopt)
  HEDDLE_TORCH_OPTION(InterpolateFuncOptions, bool, antialias, false)
};
// 3, 4 or 5 dimensions; size and scale_factor are of the dimensions behind the first two.
Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});

class PadFuncOptions {
  using Mode = std::variant<enumtype::kConstant, enumtype::kReflect, enumtype::kReplicate, enumtype::kCircular>;

 public:
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  HEDDLE_TORCH_OPTION(PadFuncOptions, std::vector<int64_t>, pad, {})
  HEDDLE_TORCH_OPTION(PadFuncOptions, Mode, mode, enumtype::kConstant())
  HEDDLE_TORCH_OPTION(PadFuncOptions, double, value, 0)
};
Tensor pad(const Tensor& input, const PadFuncOptions& options);

class GridSampleFuncOptions {
  using Mode = std::variant<enumtype::kBilinear, enumtype::kNearest>;
  using Padding = std::variant<enumtype::kZeros, enumtype::kBorder, enumtype::kReflection>;
  HEDDLE_TORCH_OPTION(GridSampleFuncOptions, Mode, mode, enumtype::kBilinear())
  HEDDLE_TORCH_OPTION(GridSampleFuncOptions, Padding, padding_mode, enumtype::kZeros())
  HEDDLE_TORCH_OPTION(GridSampleFuncOptions, c10::optional<bool>, align_corners, c10::nullopt)
};
Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& options = {});

// Options of one number: the dimension.
#define HEDDLE_TORCH_DIM_FUNCTION(name, Options)                                     \
  class Options {                                                                    \
   public:                                                                           \
    Options(int64_t dim) : dim_(dim) {}                                              \
    HEDDLE_TORCH_OPTION(Options, int64_t, dim, 0)                                    \
    HEDDLE_TORCH_OPTION(Options, c10::optional<at::ScalarType>, dtype, c10::nullopt) \
  };                                                                                 \
  inline Tensor name(const Tensor& input, const Options& options) {                  \
    return at::name(input, options.dim(), options.dtype());                          \
  }
HEDDLE_TORCH_DIM_FUNCTION(softmax, SoftmaxFuncOptions)
HEDDLE_TORCH_DIM_FUNCTION(log_softmax, LogSoftmaxFuncOptions)
#undef HEDDLE_TORCH_DIM_FUNCTION

class NormalizeFuncOptions {
  HEDDLE_TORCH_OPTION(NormalizeFuncOptions, double, p, 2.0)
  HEDDLE_TORCH_OPTION(NormalizeFuncOptions, int64_t, dim, 1)
  HEDDLE_TORCH_OPTION(NormalizeFuncOptions, double, eps, 1e-12)
};
inline Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options = {}) {
  const Tensor norm = input.norm(options.p(), options.dim(), true).clamp_min(options.eps());
  return input / norm.expand_as(input);
}

class CosineSimilarityFuncOptions {
  HEDDLE_TORCH_OPTION(CosineSimilarityFuncOptions, int64_t, dim, 1)
  HEDDLE_TORCH_OPTION(CosineSimilarityFuncOptions, double, eps, 1e-8)
};
inline Tensor cosine_similarity(const Tensor& a, const Tensor& b, const CosineSimilarityFuncOptions& options = {}) {
  return at::cosine_similarity(a, b, options.dim(), options.eps());
}

inline Tensor sigmoid(const Tensor& input) { return at::sigmoid(input); }
inline Tensor tanh(const Tensor& input) { return at::tanh(input); }

HEDDLE_TORCH_END
}  // namespace functional
}  // namespace nn
}  // namespace torch
