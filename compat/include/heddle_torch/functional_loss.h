// torch::nn::functional: losses, as values (nothing is differentiated), with libtorch's options. Shapes, dtypes and
// errors are those of the operators of the same names in namespace at.
#pragma once

#include "heddle_torch/functional.h"

namespace torch {
namespace nn {
namespace functional {
HEDDLE_TORCH_BEGIN

namespace detail {
using Reduction = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum>;
inline int64_t number(const Reduction& reduction) { return static_cast<int64_t>(reduction.index()); }
}  // namespace detail

#define HEDDLE_TORCH_REDUCTION(Options)                           \
 public:                                                          \
  Options() = default;                                            \
  Options(detail::Reduction reduction) : reduction_(reduction) {} \
  HEDDLE_TORCH_OPTION(Options, detail::Reduction, reduction, enumtype::kMean())

#define HEDDLE_TORCH_LOSS(name, Options)                                                       \
  class Options {                                                                              \
    HEDDLE_TORCH_REDUCTION(Options)                                                            \
  };                                                                                           \
  inline Tensor name(const Tensor& input, const Tensor& target, const Options& options = {}) { \
    return at::name(input, target, detail::number(options.reduction()));                       \
  }
HEDDLE_TORCH_LOSS(mse_loss, MSELossFuncOptions)
HEDDLE_TORCH_LOSS(l1_loss, L1LossFuncOptions)
HEDDLE_TORCH_LOSS(soft_margin_loss, SoftMarginLossFuncOptions)
#undef HEDDLE_TORCH_LOSS

class SmoothL1LossFuncOptions {
  HEDDLE_TORCH_REDUCTION(SmoothL1LossFuncOptions)
  HEDDLE_TORCH_OPTION(SmoothL1LossFuncOptions, double, beta, 1.0)
};
inline Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossFuncOptions& o = {}) {
  return at::smooth_l1_loss(input, target, detail::number(o.reduction()), o.beta());
}

class HuberLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(HuberLossFuncOptions)
  HEDDLE_TORCH_OPTION(HuberLossFuncOptions, double, delta, 1.0)
};
inline Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossFuncOptions& o = {}) {
  return at::huber_loss(input, target, detail::number(o.reduction()), o.delta());
}

class BinaryCrossEntropyFuncOptions {
  HEDDLE_TORCH_REDUCTION(BinaryCrossEntropyFuncOptions)
  HEDDLE_TORCH_OPTION(BinaryCrossEntropyFuncOptions, Tensor, weight, Tensor())
};
inline Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                                   const BinaryCrossEntropyFuncOptions& o = {}) {
  return at::binary_cross_entropy(input, target, o.weight(), detail::number(o.reduction()));
}

class BinaryCrossEntropyWithLogitsFuncOptions {
  HEDDLE_TORCH_REDUCTION(BinaryCrossEntropyWithLogitsFuncOptions)
  HEDDLE_TORCH_OPTION(BinaryCrossEntropyWithLogitsFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(BinaryCrossEntropyWithLogitsFuncOptions, Tensor, pos_weight, Tensor())
};
inline Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                               const BinaryCrossEntropyWithLogitsFuncOptions& o = {}) {
  return at::binary_cross_entropy_with_logits(input, target, o.weight(), o.pos_weight(), detail::number(o.reduction()));
}

class NLLLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(NLLLossFuncOptions)
  HEDDLE_TORCH_OPTION(NLLLossFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(NLLLossFuncOptions, int64_t, ignore_index, -100)
};
inline Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& o = {}) {
  return at::nll_loss_nd(input, target, o.weight(), detail::number(o.reduction()), o.ignore_index());
}

class CrossEntropyFuncOptions {
  HEDDLE_TORCH_REDUCTION(CrossEntropyFuncOptions)
  HEDDLE_TORCH_OPTION(CrossEntropyFuncOptions, Tensor, weight, Tensor())
  HEDDLE_TORCH_OPTION(CrossEntropyFuncOptions, int64_t, ignore_index, -100)
  HEDDLE_TORCH_OPTION(CrossEntropyFuncOptions, double, label_smoothing, 0.0)
};
inline Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyFuncOptions& o = {}) {
  return at::cross_entropy_loss(input, target, o.weight(), detail::number(o.reduction()), o.ignore_index(),
                                o.label_smoothing());
}

class CTCLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(CTCLossFuncOptions)
  HEDDLE_TORCH_OPTION(CTCLossFuncOptions, int64_t, blank, 0)
  HEDDLE_TORCH_OPTION(CTCLossFuncOptions, bool, zero_infinity, false)
};
inline Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                       const Tensor& target_lengths, const CTCLossFuncOptions& o = {}) {
  return at::ctc_loss(log_probs, targets, input_lengths, target_lengths, o.blank(), detail::number(o.reduction()),
                      o.zero_infinity());
}

class KLDivFuncOptions {
  using Reduction = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum, enumtype::kBatchMean>;

 public:
  KLDivFuncOptions() = default;
  KLDivFuncOptions(Reduction reduction) : reduction_(reduction) {}
  HEDDLE_TORCH_OPTION(KLDivFuncOptions, Reduction, reduction, enumtype::kMean())
  HEDDLE_TORCH_OPTION(KLDivFuncOptions, bool, log_target, false)
};
inline Tensor kl_div(const Tensor& input, const Tensor& target, const KLDivFuncOptions& o = {}) {
  const size_t kind = o.reduction().index();
  const Tensor sum = at::kl_div(input, target, kind == 3 ? 2 : static_cast<int64_t>(kind), o.log_target());
  return kind == 3 && input.dim() != 0 ? sum / input.size(0) : sum;
}

class CosineEmbeddingLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(CosineEmbeddingLossFuncOptions)
  HEDDLE_TORCH_OPTION(CosineEmbeddingLossFuncOptions, double, margin, 0.0)
};
inline Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                                    const CosineEmbeddingLossFuncOptions& o = {}) {
  return at::cosine_embedding_loss(a, b, target, o.margin(), detail::number(o.reduction()));
}

class MarginRankingLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(MarginRankingLossFuncOptions)
  HEDDLE_TORCH_OPTION(MarginRankingLossFuncOptions, double, margin, 0.0)
};
inline Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                                  const MarginRankingLossFuncOptions& o = {}) {
  return at::margin_ranking_loss(a, b, target, o.margin(), detail::number(o.reduction()));
}

class HingeEmbeddingLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(HingeEmbeddingLossFuncOptions)
  HEDDLE_TORCH_OPTION(HingeEmbeddingLossFuncOptions, double, margin, 1.0)
};
inline Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                                   const HingeEmbeddingLossFuncOptions& o = {}) {
  return at::hinge_embedding_loss(input, target, o.margin(), detail::number(o.reduction()));
}

class TripletMarginLossFuncOptions {
  HEDDLE_TORCH_REDUCTION(TripletMarginLossFuncOptions)
  HEDDLE_TORCH_OPTION(TripletMarginLossFuncOptions, double, margin, 1.0)
  HEDDLE_TORCH_OPTION(TripletMarginLossFuncOptions, double, p, 2.0)
  HEDDLE_TORCH_OPTION(TripletMarginLossFuncOptions, double, eps, 1e-6)
  HEDDLE_TORCH_OPTION(TripletMarginLossFuncOptions, bool, swap, false)
};
inline Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                  const TripletMarginLossFuncOptions& o = {}) {
  return at::triplet_margin_loss(anchor, positive, negative, o.margin(), o.p(), o.eps(), o.swap(),
                                 detail::number(o.reduction()));
}
#undef HEDDLE_TORCH_REDUCTION

HEDDLE_TORCH_END
}  // namespace functional
}  // namespace nn
}  // namespace torch
