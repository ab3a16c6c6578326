// Losses over classes: nll_loss in its shapes, cross_entropy_loss.
#include <algorithm>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/select.h"
#include "ops/elementwise/unary.h"
#include "ops/loss/loss.h"
#include "ops/reduce/reduce.h"
#include "ops/softmax/softmax.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

int64_t class_dim(const Tensor& self) { return self.dim() == 1 ? 0 : 1; }

Status check(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight) {
  HEDDLE_REQUIRE(self.dim() > 0, "input tensor should be 1D or more, but got a zero-dimensional one");
  HEDDLE_REQUIRE(target.dtype() == DType::kInt64 || target.dtype() == DType::kUInt8,
                 "expected scalar type Long but found ", dtype_name(target.dtype()));
  Dims expected;
  for (int64_t i = 0; i < self.dim(); ++i) {
    if (i != class_dim(self)) expected.push_back(self.size(i));
  }
  HEDDLE_REQUIRE(target.sizes() == expected, "Expected target size ", to_text(expected), ", got ",
                 to_text(target.sizes()));
  const int64_t classes = self.size(class_dim(self));
  HEDDLE_REQUIRE(!weight || (weight->dim() == 1 && weight->numel() == classes),
                 "weight tensor should be defined either for all ", classes, " classes or no classes but got weight ",
                 "tensor of shape: ", weight ? to_text(weight->sizes()) : std::string());
  return ok_status();
}

struct Losses {
  Tensor each;  // in the shape of the target
  Tensor total_weight;
};

// Minus the input at the target's class, times the class's weight; 0 where the target is ignore_index.
Result<Losses> nll_losses(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                          int64_t ignore_index) {
  HEDDLE_TRY(check(self, target, weight));
  const DType dtype = compute_dtype(self.dtype());
  const Tensor input = HEDDLE_TRY(contiguous_as(self, dtype));
  const Tensor classes = HEDDLE_TRY(contiguous_as(target, DType::kInt64));
  const int64_t count = self.size(class_dim(self));
  const Tensor weights = HEDDLE_TRY(weight ? contiguous_as(*weight, dtype) : full(Dims{count}, Scalar(1), dtype));
  const Tensor each = HEDDLE_TRY(Tensor::empty(target.sizes(), dtype));
  int64_t inner = 1;
  for (int64_t i = 2; i < self.dim(); ++i) inner *= self.size(i);
  double total = 0;
  HEDDLE_TRY(dispatch<FloatTypes>(dtype, "nll_loss_out_frame", [&]<class T>() -> Status {
    const auto* const from = input.data<T>();
    const auto* const weight_of = weights.data<T>();
    const auto* const wanted = classes.data<int64_t>();
    auto* const loss = each.data<T>();
    // Weights are summed in pieces that do not depend on the number of threads.
    constexpr int64_t kPiece = 16384;
    const int64_t pieces = (classes.numel() + kPiece - 1) / kPiece;
    std::vector<double> totals(static_cast<size_t>(pieces));
    HEDDLE_TRY(parallel::try_parallel_for(0, pieces, 1, [&](int64_t first, int64_t last) -> Status {
      for (int64_t piece = first; piece < last; ++piece) {
        double part = 0;
        for (int64_t i = piece * kPiece; i < std::min((piece + 1) * kPiece, classes.numel()); ++i) {
          const int64_t c = wanted[i];
          loss[i] = 0;
          if (c == ignore_index) continue;
          HEDDLE_REQUIRE_CODE(c >= 0 && c < count, kIndex, "Target ", c, " is out of bounds.");
          const int64_t at = inner == 1 ? i * count + c : (i / inner * count + c) * inner + i % inner;
          loss[i] = -from[at] * weight_of[c];
          part += weight_of[c];
        }
        totals[static_cast<size_t>(piece)] = part;
      }
      return ok_status();
    }));
    for (const double part : totals) total += part;
    return ok_status();
  }));
  return Losses{HEDDLE_TRY(to_dtype(each, self.dtype())), HEDDLE_TRY(Tensor::scalar(total, self.dtype()))};
}

Result<Tensor> reduced(const Losses& losses, int64_t reduction) {
  if (reduction != kMeanReduction) return reduce_losses(losses.each, reduction);
  return div(HEDDLE_TRY(sum(losses.each)), losses.total_weight);
}

Result<Tensor> nll_loss(const Tensor& self, const Tensor& target, std::optional<Tensor> weight, int64_t reduction,
                        int64_t ignore_index, const Out& out) {
  const Losses losses = HEDDLE_TRY(nll_losses(self, target, weight, ignore_index));
  return out.deliver(HEDDLE_TRY(reduced(losses, reduction)));
}

Result<std::tuple<Tensor, Tensor>> nll_loss_forward(const Tensor& self, const Tensor& target,
                                                    std::optional<Tensor> weight, int64_t reduction,
                                                    int64_t ignore_index) {
  const Losses losses = HEDDLE_TRY(nll_losses(self, target, weight, ignore_index));
  const Tensor loss = HEDDLE_TRY(reduced(losses, reduction));
  if (reduction != kNoReduction) return std::tuple(loss, losses.total_weight);
  return std::tuple(loss, HEDDLE_TRY(zeros({}, self.dtype())));
}

// The weights of classes, broadcast along the class dimension of the input.
Tensor along_classes(const Tensor& weight, const Tensor& self) {
  Dims sizes(self.sizes().size(), 1);
  Dims strides(self.sizes().size(), 0);
  sizes[static_cast<size_t>(class_dim(self))] = weight.size(0);
  strides[static_cast<size_t>(class_dim(self))] = weight.stride(0);
  return weight.alias(sizes, strides, weight.offset());
}

// Minus the sum over classes of log-probability times target times weight.
Result<Tensor> sum_over_classes(Tensor values, const Tensor& self, const std::optional<Tensor>& weight) {
  if (weight) values = HEDDLE_TRY(mul(values, along_classes(*weight, self)));
  return neg(HEDDLE_TRY(sum(values, Dims{class_dim(self)})));
}

Result<Tensor> with_probabilities(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                                  int64_t reduction, double smoothing) {
  HEDDLE_REQUIRE(is_floating(target.dtype()), "Expected floating point type for target with class probabilities, got ",
                 dtype_name(target.dtype()));
  const auto classes = static_cast<double>(self.size(class_dim(self)));
  const Tensor logs = HEDDLE_TRY(log_softmax(self, class_dim(self)));
  Tensor wanted = target;
  if (smoothing > 0) {
    wanted = HEDDLE_TRY(add(HEDDLE_TRY(mul(target, Scalar(1 - smoothing))), Scalar(smoothing / classes)));
  }
  const Tensor losses = HEDDLE_TRY(sum_over_classes(HEDDLE_TRY(mul(logs, wanted)), self, weight));
  return reduce_losses(losses, reduction);
}

Result<Tensor> smoothed(const Tensor& logs, const Tensor& target, const std::optional<Tensor>& weight,
                        int64_t reduction, int64_t ignore_index, double smoothing) {
  const Losses losses = HEDDLE_TRY(nll_losses(logs, target, weight, ignore_index));
  const Tensor ignored = HEDDLE_TRY(eq(target, Scalar(ignore_index)));
  const Tensor spread = HEDDLE_TRY(masked_fill(HEDDLE_TRY(sum_over_classes(logs, logs, weight)), ignored, Scalar(0)));
  const Tensor uniform = HEDDLE_TRY(reduced({spread, losses.total_weight}, reduction));
  const Tensor hard = HEDDLE_TRY(reduced(losses, reduction));
  const double share = smoothing / static_cast<double>(logs.size(class_dim(logs)));
  return add(HEDDLE_TRY(mul(hard, Scalar(1 - smoothing))), HEDDLE_TRY(mul(uniform, Scalar(share))));
}

Result<Tensor> cross_entropy_loss(const Tensor& self, const Tensor& target, std::optional<Tensor> weight,
                                  int64_t reduction, int64_t ignore_index, double smoothing) {
  HEDDLE_REQUIRE(smoothing >= 0 && smoothing <= 1, "label_smoothing must be between 0.0 and 1.0. Got: ", smoothing);
  HEDDLE_REQUIRE(self.dim() > 0, "input tensor should be 1D or more, but got a zero-dimensional one");
  if (self.sizes() == target.sizes()) return with_probabilities(self, target, weight, reduction, smoothing);
  const Tensor logs = HEDDLE_TRY(log_softmax(self, class_dim(self)));
  if (smoothing > 0) return smoothed(logs, target, weight, reduction, ignore_index, smoothing);
  return nll_loss(logs, target, weight, reduction, ignore_index, {});
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(loss_class) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  add_forms<&nll_loss>(table,
                       "aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int "
                       "ignore_index=-100) -> Tensor",
                       {.out = "nll_loss.out"});
  add_forms<&nll_loss>(table,
                       "aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int "
                       "ignore_index=-100) -> Tensor",
                       {.out = "nll_loss2d.out"});
  add_forms<&nll_loss>(table,
                       "aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int "
                       "ignore_index=-100) -> Tensor");
  table.add(
      "aten::nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index) -> (Tensor "
      "output, Tensor total_weight)",
      boxed<&nll_loss_forward>());
  table.add(
      "aten::nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index) -> "
      "(Tensor output, Tensor total_weight)",
      boxed<&nll_loss_forward>());
  table.add(
      "aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int "
      "ignore_index=-100, float label_smoothing=0.) -> Tensor",
      boxed<&cross_entropy_loss>());
}
