// Losses that compare element with element: squared, absolute, smooth, cross entropy of probabilities and of logits.
#include <algorithm>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/iterator.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/stages.h"
#include "ops/elementwise/unary.h"
#include "ops/loss/loss.h"
#include "ops/reduce/reduce.h"

namespace heddle::ops {
namespace {

// f(self, target) for each pair, reduced.
template <class F>
Result<Tensor> compare(std::string_view name, const Tensor& self, const Tensor& target, int64_t reduction,
                       const Out& out, const F& f) {
  Iterator it;
  it.output(Out()).input(self).input(target);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(it.map_binary<FloatTypes>(name, f));
  return reduce_losses(it.result(), reduction, out);
}

Result<Tensor> mse_loss(const Tensor& self, const Tensor& target, int64_t reduction, const Out& out) {
  return compare("mse_cpu", self, target, reduction, out, []<class T>(T a, T b) { return (a - b) * (a - b); });
}

Result<Tensor> l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, const Out& out) {
  if (is_complex(self.dtype()) || is_complex(target.dtype())) {
    return reduce_losses(HEDDLE_TRY(abs(HEDDLE_TRY(sub(self, target)))), reduction, out);
  }
  return compare("l1_loss", self, target, reduction, out, []<class T>(T a, T b) { return std::abs(a - b); });
}

Result<Tensor> smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta,
                              const Out& out) {
  HEDDLE_REQUIRE(beta >= 0, "smooth_l1_loss does not support negative values for beta.");
  if (beta == 0) return l1_loss(self, target, reduction, out);
  return compare("smooth_l1_cpu", self, target, reduction, out, [beta]<class T>(T a, T b) {
    const T z = std::abs(a - b);
    const auto limit = static_cast<T>(beta);
    return z < limit ? T(0.5) * z * z / limit : z - T(0.5) * limit;
  });
}

Result<Tensor> huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta, const Out& out) {
  HEDDLE_REQUIRE(delta > 0, "huber_loss does not support non-positive values for delta.");
  return compare("huber_cpu", self, target, reduction, out, [delta]<class T>(T a, T b) {
    const T z = std::abs(a - b);
    const auto limit = static_cast<T>(delta);
    return z < limit ? T(0.5) * z * z : limit * (z - T(0.5) * limit);
  });
}

// F::run on rows of pairs, reduced.
template <class F>
Result<Tensor> compare_rows(std::string_view name, const Tensor& self, const Tensor& target, int64_t reduction,
                            const Out& out) {
  const BinaryOperator op = staged<F>({name, Promote::kCommon, {}});
  return reduce_losses(HEDDLE_TRY(run_binary(op, self, target, {})), reduction, out);
}

struct SoftMargin {
  template <class T>
  static void run(const T* a, const T* b, T* out, int64_t n) {
    for (int64_t i = 0; i < n; ++i) out[i] = -b[i] * a[i];
    Stage<T>::exp(out, n);
    Stage<T>::log1p(out, n);
  }
};
Result<Tensor> soft_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction, const Out& out) {
  return compare_rows<SoftMargin>("soft_margin_loss", self, target, reduction, out);
}

Result<Tensor> kl_div(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target, const Out& out) {
  return compare("kl_div", self, target, reduction, out, [log_target]<class T>(T a, T b) {
    if (log_target) return std::exp(b) * (b - a);
    const T own = b == 0 ? T(0) : b * std::log(b);
    return own - b * a;
  });
}

Result<Tensor> weighted(const Tensor& losses, const std::optional<Tensor>& weight, int64_t reduction, const Out& out) {
  const Tensor scaled = HEDDLE_TRY(weight ? mul(losses, *weight) : Result<Tensor>(losses));
  return reduce_losses(scaled, reduction, out);
}

struct CrossEntropy {
  template <class T>
  static void run(const T* x, const T* target, T* out, int64_t n) {
    alignas(64) T log_of_rest[kStageElements];
    for (int64_t i = 0; i < n; ++i) log_of_rest[i] = -x[i];
    Stage<T>::log1p(log_of_rest, n);
    std::copy_n(x, n, out);
    Stage<T>::log(out, n);
    // Logarithms are cut off, so that a certain mistake costs a finite price.
    for (int64_t i = 0; i < n; ++i) {
      out[i] = (target[i] - T(1)) * std::max(log_of_rest[i], T(-100)) - target[i] * std::max(out[i], T(-100));
    }
  }
};
Result<Tensor> binary_cross_entropy(const Tensor& self, const Tensor& target, std::optional<Tensor> weight,
                                    int64_t reduction, const Out& out) {
  if (self.numel()) {
    const double low = HEDDLE_TRY(item(HEDDLE_TRY(amin(self)))).to_double();
    const double high = HEDDLE_TRY(item(HEDDLE_TRY(amax(self)))).to_double();
    HEDDLE_REQUIRE(low >= 0 && high <= 1, "all elements of input should be between 0 and 1");
  }
  const Tensor losses = HEDDLE_TRY(compare_rows<CrossEntropy>("binary_cross_entropy", self, target, kNoReduction, {}));
  return weighted(losses, weight, reduction, out);
}

struct LogitCrossEntropy {
  template <class T>
  static void run(const T* x, const T* target, T* out, int64_t n) {
    for (int64_t i = 0; i < n; ++i) out[i] = -std::abs(x[i]);
    Stage<T>::exp(out, n);
    Stage<T>::log1p(out, n);
    for (int64_t i = 0; i < n; ++i) out[i] = (T(1) - target[i]) * x[i] + (std::max(-x[i], T(0)) + out[i]);
  }
};

// log(1 + exp(-x)) without overflow.
template <class T>
T log_one_plus_exp_of_negative(T x) {
  return std::max(-x, T(0)) + std::log1p(std::exp(-std::abs(x)));
}

Result<Tensor> binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target, std::optional<Tensor> weight,
                                                std::optional<Tensor> pos_weight, int64_t reduction, const Out& out) {
  if (!pos_weight) {
    const Tensor losses =
        HEDDLE_TRY(compare_rows<LogitCrossEntropy>("binary_cross_entropy_with_logits", self, target, kNoReduction, {}));
    return weighted(losses, weight, reduction, out);
  }
  Iterator it;
  it.output(Out()).input(self).input(target).input(*pos_weight);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(it.map_ternary<FloatTypes>("binary_cross_entropy_with_logits", []<class T>(T x, T t, T positive) {
    const T log_weight = (positive - T(1)) * t + T(1);
    return (T(1) - t) * x + log_weight * log_one_plus_exp_of_negative(x);
  }));
  return weighted(it.result(), weight, reduction, out);
}

}  // namespace

Result<Tensor> reduce_losses(const Tensor& losses, int64_t reduction, const Out& out) {
  if (reduction == kNoReduction) return out.deliver(losses);
  if (reduction == kMeanReduction) return out.deliver(HEDDLE_TRY(mean(losses)));
  HEDDLE_REQUIRE(reduction == kSumReduction, "reduction must be 0 (none), 1 (mean) or 2 (sum), but got ", reduction);
  return out.deliver(HEDDLE_TRY(sum(losses)));
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(loss_pointwise) {
  using namespace heddle::ops;
  add_forms<&mse_loss>(table, "aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
                       {.out = "mse_loss.out"});
  add_forms<&l1_loss>(table, "aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor");
  add_forms<&smooth_l1_loss>(
      table, "aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor",
      {.out = "smooth_l1_loss.out"});
  add_forms<&huber_loss>(table,
                         "aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor",
                         {.out = "huber_loss.out"});
  add_forms<&soft_margin_loss>(table, "aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
                               {.out = "soft_margin_loss.out"});
  add_forms<&kl_div>(table,
                     "aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor");
  add_forms<&binary_cross_entropy>(
      table, "aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor",
      {.out = "binary_cross_entropy.out"});
  add_forms<&binary_cross_entropy_with_logits>(
      table,
      "aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? "
      "pos_weight=None, int reduction=1) -> Tensor",
      {.out = "binary_cross_entropy_with_logits.out"});
}
