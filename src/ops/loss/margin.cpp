// Losses that ask for a margin: between pairs of embeddings, between classes.
#include <algorithm>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/clamp.h"
#include "ops/elementwise/select.h"
#include "ops/elementwise/unary.h"
#include "ops/loss/loss.h"
#include "ops/reduce/reduce.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using OptionalTensor = std::optional<Tensor>;

// max(0, x).
Result<Tensor> hinge(const Tensor& x) { return clamp(x, 0, std::nullopt); }

Result<Tensor> where_target_is(const Tensor& target, int64_t value, const Tensor& losses) {
  return where(HEDDLE_TRY(eq(target, Scalar(value))), losses, HEDDLE_TRY(Tensor::scalar(0, losses.dtype())));
}

Result<Tensor> cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                                     int64_t reduction) {
  HEDDLE_REQUIRE(target.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
  HEDDLE_REQUIRE(a.dim() == b.dim() && a.dim() == target.dim() + 1, "cosine_embedding_loss: inputs of ",
                 target.dim() + 1, " dimensions expected, but got ", a.dim(), " and ", b.dim());
  constexpr double kEpsilon = 1e-12;
  const Dims dim = {target.dim()};
  const Tensor product = HEDDLE_TRY(sum(HEDDLE_TRY(mul(a, b)), dim));
  const Tensor square_a = HEDDLE_TRY(add(HEDDLE_TRY(sum(HEDDLE_TRY(mul(a, a)), dim)), kEpsilon));
  const Tensor square_b = HEDDLE_TRY(add(HEDDLE_TRY(sum(HEDDLE_TRY(mul(b, b)), dim)), kEpsilon));
  const Tensor cosine = HEDDLE_TRY(div(product, HEDDLE_TRY(sqrt(HEDDLE_TRY(mul(square_a, square_b))))));
  const Tensor alike = HEDDLE_TRY(where_target_is(target, 1, HEDDLE_TRY(rsub(cosine, 1.0))));
  const Tensor unlike = HEDDLE_TRY(where_target_is(target, -1, HEDDLE_TRY(hinge(HEDDLE_TRY(sub(cosine, margin))))));
  return reduce_losses(HEDDLE_TRY(add(alike, unlike)), reduction);
}

Result<Tensor> hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin, int64_t reduction) {
  const Tensor nothing = HEDDLE_TRY(Tensor::scalar(0, self.dtype()));
  const Tensor apart = HEDDLE_TRY(hinge(HEDDLE_TRY(rsub(self, margin))));
  const Tensor unlike = HEDDLE_TRY(where(HEDDLE_TRY(ne(target, 1)), apart, nothing));
  const Tensor alike = HEDDLE_TRY(where(HEDDLE_TRY(ne(target, -1)), self, nothing));
  return reduce_losses(HEDDLE_TRY(add(unlike, alike)), reduction);
}

Result<Tensor> margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                                   int64_t reduction) {
  const Tensor wrong = HEDDLE_TRY(mul(HEDDLE_TRY(neg(target)), HEDDLE_TRY(sub(a, b))));
  return reduce_losses(HEDDLE_TRY(hinge(HEDDLE_TRY(add(wrong, margin)))), reduction);
}

// |x - y + eps| in the p-norm of the last dimension.
Result<Tensor> distance(const Tensor& x, const Tensor& y, double p, double eps) {
  return vector_norm(HEDDLE_TRY(add(HEDDLE_TRY(sub(x, y)), eps)), p, Dims{-1});
}

Result<Tensor> triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                                   double p, double eps, bool swap, int64_t reduction) {
  HEDDLE_REQUIRE(anchor.dim() == positive.dim() && anchor.dim() == negative.dim(),
                 "All inputs should have same dimension but got ", anchor.dim(), "D, ", positive.dim(), "D and ",
                 negative.dim(), "D inputs.");
  const Tensor near = HEDDLE_TRY(distance(anchor, positive, p, eps));
  Tensor far = HEDDLE_TRY(distance(anchor, negative, p, eps));
  if (swap) far = HEDDLE_TRY(minimum(far, HEDDLE_TRY(distance(positive, negative, p, eps))));
  return reduce_losses(HEDDLE_TRY(hinge(HEDDLE_TRY(add(HEDDLE_TRY(sub(near, far)), margin)))), reduction);
}

Result<Tensor> poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                                int64_t reduction) {
  constexpr double kPi = 3.14159265358979323846;
  Tensor loss;
  if (log_input) {
    loss = HEDDLE_TRY(sub(HEDDLE_TRY(exp(input)), HEDDLE_TRY(mul(target, input))));
  } else {
    const Tensor logarithm = HEDDLE_TRY(log(HEDDLE_TRY(add(input, eps))));
    loss = HEDDLE_TRY(sub(input, HEDDLE_TRY(mul(target, logarithm))));
  }
  if (full) {
    // Stirling's approximation of log(target!).
    const Tensor first = HEDDLE_TRY(sub(HEDDLE_TRY(mul(target, HEDDLE_TRY(log(target)))), target));
    const Tensor second = HEDDLE_TRY(mul(HEDDLE_TRY(log(HEDDLE_TRY(mul(target, 2 * kPi)))), 0.5));
    const Tensor stirling = HEDDLE_TRY(add(first, second));
    const Tensor small = HEDDLE_TRY(le(target, 1));
    loss = HEDDLE_TRY(add(loss, HEDDLE_TRY(masked_fill(stirling, small, 0))));
  }
  return reduce_losses(loss, reduction);
}

struct Classes {
  Tensor input;   // [rows, classes]
  Tensor target;  // [rows] or [rows, classes]
  bool single;    // the input had no batch
};

// One row of numbers and its target, or a batch of them.
Result<Classes> classes_of(const char* name, const Tensor& self, const Tensor& target, bool many) {
  if (self.dim() == 0) {
    return classes_of(name, self.unsqueeze(0), many && target.dim() == 0 ? target.unsqueeze(0) : target, many);
  }
  HEDDLE_REQUIRE(
      (self.dim() == 1 && self.numel() > 0) || (self.dim() == 2 && self.size(1) > 0), name,
      ": Expected non-empty vector or matrix with optional 0-dim batch size, but got: ", to_text(self.sizes()));
  const bool single = self.dim() == 1;
  const Dims rows = single ? Dims() : Dims{self.size(0)};
  Dims wanted = rows;
  if (many) wanted.push_back(self.size(self.dim() - 1));
  const bool fits = target.sizes() == wanted || (!many && single && target.numel() == 1 && target.dim() <= 1);
  HEDDLE_REQUIRE(fits, name, ": inconsistent target size ", to_text(target.sizes()),
                 " for input of size: ", to_text(self.sizes()));
  HEDDLE_REQUIRE(target.dtype() == DType::kInt64, name, ": expected scalar type Long for target but found ",
                 dtype_name(target.dtype()));
  const Tensor input = HEDDLE_TRY(contiguous(single ? self.unsqueeze(0) : self));
  return Classes{input, HEDDLE_TRY(contiguous(target)), single};
}

Result<Tensor> reduced(const Tensor& losses, bool single, int64_t reduction, const Out& out) {
  return reduce_losses(single ? losses.select(0, 0) : losses, reduction, out);
}

Result<Tensor> multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p0, const Scalar& margin,
                                 const OptionalTensor& weight0, int64_t reduction, const Out& out) {
  const int64_t p = p0.to_int();
  HEDDLE_REQUIRE(p == 1 || p == 2, "multi_margin_loss: only p == 1 and p == 2 supported");
  const Classes c = HEDDLE_TRY(classes_of("multi_margin_loss", self, target, false));
  const int64_t classes = c.input.size(1);
  OptionalTensor weight;
  if (weight0) {
    HEDDLE_REQUIRE(weight0->numel() == classes && weight0->dtype() == self.dtype(),
                   "multi_margin_loss: inconsistent weight size ", to_text(weight0->sizes()));
    weight = HEDDLE_TRY(contiguous(*weight0));
  }
  const Tensor losses = HEDDLE_TRY(Tensor::empty(Dims{c.input.size(0)}, self.dtype()));
  HEDDLE_TRY(dispatch<FloatTypes>(self.dtype(), "multi_margin_loss", [&]<class T>() -> Status {
    const T least = static_cast<T>(margin.to_double());
    const int64_t grain = std::max<int64_t>(16384 / std::max<int64_t>(classes, 1), 1);
    return parallel::try_parallel_for(0, losses.numel(), grain, [&](int64_t begin, int64_t end) -> Status {
      for (int64_t i = begin; i < end; ++i) {
        const T* x = c.input.data<T>() + i * classes;
        const int64_t wanted = c.target.data<int64_t>()[i];
        HEDDLE_REQUIRE_CODE(wanted >= 0 && wanted < classes, kIndex, "multi_margin_loss: target ", wanted,
                            " is out of bounds for ", classes, " classes");
        T sum = 0;
        for (int64_t k = 0; k < classes; ++k) {
          const T z = least - x[wanted] + x[k];
          if (k == wanted || z <= 0) continue;
          const T cost = p == 1 ? z : z * z;
          sum += weight ? cost * weight->data<T>()[wanted] : cost;
        }
        losses.data<T>()[i] = sum / static_cast<T>(classes);
      }
      return ok_status();
    });
  }));
  return reduced(losses, target.dim() == 0, reduction, out);
}

// Targets are classes up to the first -1.
template <class T>
Status multilabel_row(const T* x, const int64_t* target, int64_t classes, T& loss, T* is_target) {
  int64_t count = 0;
  std::fill(is_target, is_target + classes, T(0));
  for (; count < classes && target[count] >= 0; ++count) {
    HEDDLE_REQUIRE_CODE(target[count] < classes, kIndex, "multilabel_margin_loss: target ", target[count],
                        " is out of range for ", classes, " classes");
    is_target[target[count]] = T(1);
  }
  for (int64_t k = count; k < classes; ++k) {
    HEDDLE_REQUIRE_CODE(target[k] >= -1 && target[k] < classes, kIndex, "multilabel_margin_loss: target ", target[k],
                        " is out of range");
  }
  T sum = 0;
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t k = 0; k < classes; ++k) {
      if (is_target[k] == T(0)) sum += std::max(T(0), T(1) - x[target[t]] + x[k]);
    }
  }
  loss = sum / static_cast<T>(classes);
  return ok_status();
}

Result<std::tuple<Tensor, Tensor>> multilabel_forward(const Tensor& self, const Tensor& target, int64_t reduction) {
  const Classes c = HEDDLE_TRY(classes_of("multilabel_margin_loss", self, target, true));
  const int64_t classes = c.input.size(1);
  const Tensor losses = HEDDLE_TRY(Tensor::empty(Dims{c.input.size(0)}, self.dtype()));
  const Tensor is_target = HEDDLE_TRY(Tensor::empty(target.sizes(), self.dtype()));
  HEDDLE_TRY(dispatch<FloatTypes>(self.dtype(), "multilabel_margin_loss_forward_out_frame", [&]<class T>() -> Status {
    for (int64_t i = 0; i < losses.numel(); ++i) {
      HEDDLE_TRY(multilabel_row(c.input.data<T>() + i * classes, c.target.data<int64_t>() + i * classes, classes,
                                losses.data<T>()[i], is_target.data<T>() + i * classes));
    }
    return ok_status();
  }));
  return std::tuple(HEDDLE_TRY(reduced(losses, c.single, reduction, {})), is_target);
}

Result<Tensor> multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction, const Out& out) {
  return out.deliver(std::get<0>(HEDDLE_TRY(multilabel_forward(self, target, reduction))));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(loss_margin) {
  using namespace heddle::ops;
  table.add(
      "aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., "
      "int reduction=1) -> Tensor",
      boxed<&cosine_embedding_loss>());
  table.add("aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) -> Tensor",
            boxed<&hinge_embedding_loss>());
  table.add(
      "aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., "
      "int reduction=1) -> Tensor",
      boxed<&margin_ranking_loss>());
  table.add(
      "aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1., float p=2., "
      "float eps=9.9999999999999995e-07, bool swap=False, int reduction=1) -> Tensor",
      boxed<&triplet_margin_loss>());
  table.add(
      "aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) "
      "-> Tensor",
      boxed<&poisson_nll_loss>());
  add_forms<&multi_margin_loss>(
      table,
      "aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, "
      "int reduction=1) -> Tensor",
      {.out = "multi_margin_loss.out"});
  add_forms<&multilabel_margin_loss>(
      table, "aten::multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
      {.out = "multilabel_margin_loss.out"});
  table.add(
      "aten::multilabel_margin_loss_forward(Tensor self, Tensor target, int reduction) -> "
      "(Tensor output, Tensor is_target)",
      boxed<&multilabel_forward>());
}
