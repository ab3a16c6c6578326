// Connectionist temporal classification: how likely a sequence of labels is, whatever its alignment with the frames.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/clamp.h"
#include "ops/elementwise/select.h"
#include "ops/loss/loss.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

struct Problem {
  Tensor log_probs;  // [time, batch, labels], contiguous
  Tensor targets;    // int64, contiguous: [batch, longest], or all of them one after the other
  std::vector<int64_t> target_begin;
  Dims input_lengths;
  Dims target_lengths;
  int64_t longest = 0;
  int64_t blank = 0;
};

Result<Problem> check(const Tensor& log_probs, const Tensor& targets, const Dims& input_lengths,
                      const Dims& target_lengths, int64_t blank) {
  HEDDLE_REQUIRE(log_probs.dim() == 3, "ctc_loss: log_probs must have the dimensions time, batch, labels, but has ",
                 log_probs.dim());
  HEDDLE_REQUIRE(targets.dtype() == DType::kInt64 || targets.dtype() == DType::kInt32,
                 "ctc_loss: targets must be int32 or int64, but are ", dtype_name(targets.dtype()));
  HEDDLE_REQUIRE(targets.dim() == 1 || targets.dim() == 2, "ctc_loss: targets must have one or two dimensions");
  const int64_t batch = log_probs.size(1);
  const int64_t labels = log_probs.size(2);
  HEDDLE_REQUIRE(blank >= 0 && blank < labels, "blank must be in label range");
  HEDDLE_REQUIRE(static_cast<int64_t>(input_lengths.size()) == batch, "input_lengths must be of size batch_size");
  HEDDLE_REQUIRE(static_cast<int64_t>(target_lengths.size()) == batch, "target_lengths must be of size batch_size");
  Problem p{HEDDLE_TRY(contiguous(log_probs)),
            HEDDLE_TRY(contiguous_as(targets, DType::kInt64)),
            {},
            input_lengths,
            target_lengths,
            0,
            blank};
  int64_t total = 0;
  for (size_t i = 0; i < target_lengths.size(); ++i) {
    HEDDLE_REQUIRE(target_lengths[i] >= 0 && input_lengths[i] >= 0, "ctc_loss: lengths must not be negative");
    HEDDLE_REQUIRE(input_lengths[i] <= log_probs.size(0), "Expected input_lengths to have value at most ",
                   log_probs.size(0), ", but got value ", input_lengths[i]);
    p.target_begin.push_back(targets.dim() == 1 ? total : static_cast<int64_t>(i) * targets.size(1));
    total += target_lengths[i];
    p.longest = std::max(p.longest, target_lengths[i]);
  }
  if (targets.dim() == 1) {
    HEDDLE_REQUIRE(targets.size(0) == total, "Expected tensor to have size ", total, " at dimension 0, but got size ",
                   targets.size(0), " for argument targets");
  } else {
    HEDDLE_REQUIRE(targets.size(0) == batch && targets.size(1) >= p.longest,
                   "Expected targets to have the batch size and at least ", p.longest, " columns, but they have ",
                   to_text(targets.sizes()));
  }
  for (size_t i = 0; i < target_lengths.size(); ++i) {
    const int64_t* labels_of = p.targets.data<int64_t>() + p.target_begin[i];
    for (int64_t k = 0; k < target_lengths[i]; ++k) {
      HEDDLE_REQUIRE_CODE(labels_of[k] >= 0 && labels_of[k] < labels, kIndex, "ctc_loss: target ", labels_of[k],
                          " is no label of ", labels);
    }
  }
  return p;
}

template <class T>
T log_sum(T a, T b, T c) {
  const T most = std::max({a, b, c});
  if (most == -std::numeric_limits<T>::infinity()) return most;
  return std::log(std::exp(a - most) + std::exp(b - most) + std::exp(c - most)) + most;
}

// alpha [time, 2 longest + 1]: logarithms of the likelihood of all that leads to a state; states are the labels with
// blanks around each. Returns minus the likelihood of the whole.
template <class T>
T forward(const Problem& p, int64_t item, T* alpha) {
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  const int64_t batch = p.log_probs.size(1);
  const int64_t labels = p.log_probs.size(2);
  const int64_t width = 2 * p.longest + 1;
  const int64_t length = p.input_lengths[static_cast<size_t>(item)];
  const int64_t count = p.target_lengths[static_cast<size_t>(item)];
  const int64_t states = 2 * count + 1;
  const int64_t* target = p.targets.data<int64_t>() + p.target_begin[static_cast<size_t>(item)];
  const auto label = [&](int64_t s) { return s % 2 ? target[s / 2] : p.blank; };
  const T* probs = p.log_probs.data<T>() + item * labels;
  const auto prob = [&](int64_t t, int64_t s) { return probs[t * batch * labels + label(s)]; };
  if (length == 0) return count == 0 ? T(0) : -kNever;
  std::fill(alpha, alpha + width, kNever);
  alpha[0] = prob(0, 0);
  if (count > 0) alpha[1] = prob(0, 1);
  for (int64_t t = 1; t < length; ++t) {
    const T* before = alpha + (t - 1) * width;
    T* now = alpha + t * width;
    for (int64_t s = 0; s < states; ++s) {
      // From itself, from the state before, and over a blank between two different labels.
      const T one = s > 0 ? before[s - 1] : kNever;
      const T two = s > 1 && label(s) != label(s - 2) ? before[s - 2] : kNever;
      now[s] = log_sum(before[s], one, two) + prob(t, s);
    }
  }
  const T* last = alpha + (length - 1) * width;
  return -log_sum(last[states - 1], count > 0 ? last[states - 2] : kNever, kNever);
}

Result<Pair> likelihoods(const Tensor& log_probs, const Tensor& targets, const Dims& input_lengths,
                         const Dims& target_lengths, int64_t blank, bool) {
  const Problem p = HEDDLE_TRY(check(log_probs, targets, input_lengths, target_lengths, blank));
  const int64_t batch = log_probs.size(1);
  const Tensor losses = HEDDLE_TRY(Tensor::empty(Dims{batch}, log_probs.dtype()));
  const Tensor alpha = HEDDLE_TRY(full(Dims{batch, log_probs.size(0), 2 * p.longest + 1},
                                       -std::numeric_limits<double>::infinity(), log_probs.dtype()));
  HEDDLE_TRY(dispatch<FloatTypes>(log_probs.dtype(), "ctc_loss_cpu", [&]<class T>() {
    const int64_t each = alpha.size(1) * alpha.size(2);
    parallel::parallel_for(0, batch, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) losses.data<T>()[i] = forward<T>(p, i, alpha.data<T>() + i * each);
    });
    return ok_status();
  }));
  return Pair(losses, alpha);
}

Result<Dims> lengths_of(const Tensor& t) {
  HEDDLE_REQUIRE(is_integral(t.dtype()), "ctc_loss: lengths must be integral");
  const Tensor numbers = HEDDLE_TRY(contiguous_as(t, DType::kInt64));
  return Dims(std::span<const int64_t>(numbers.data<int64_t>(), static_cast<size_t>(numbers.numel())));
}

Result<Pair> likelihoods_tensor(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                                const Tensor& target_lengths, int64_t blank, bool zero_infinity) {
  return likelihoods(log_probs, targets, HEDDLE_TRY(lengths_of(input_lengths)), HEDDLE_TRY(lengths_of(target_lengths)),
                     blank, zero_infinity);
}

Result<Tensor> ctc_loss(const Tensor& log_probs, const Tensor& targets, const Dims& input_lengths,
                        const Dims& target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  const bool batched = log_probs.dim() == 3;
  const Tensor probs = batched || log_probs.dim() != 2 ? log_probs : log_probs.unsqueeze(1);
  Tensor losses =
      std::get<0>(HEDDLE_TRY(likelihoods(probs, targets, input_lengths, target_lengths, blank, zero_infinity)));
  if (zero_infinity) {
    const Tensor never = HEDDLE_TRY(eq(losses, std::numeric_limits<double>::infinity()));
    losses = HEDDLE_TRY(masked_fill(losses, never, 0));
  }
  if (reduction == kMeanReduction) {
    Tensor lengths = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(target_lengths.size())}, DType::kInt64));
    for (size_t i = 0; i < target_lengths.size(); ++i) {
      lengths.data<int64_t>()[i] = std::max<int64_t>(target_lengths[i], 1);
    }
    losses = HEDDLE_TRY(div(losses, HEDDLE_TRY(to_dtype(lengths, losses.dtype()))));
  } else if (reduction == kNoReduction && !batched) {
    losses = losses.select(0, 0);
  }
  return reduce_losses(losses, reduction);
}

Result<Tensor> ctc_loss_tensor(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                               const Tensor& target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  return ctc_loss(log_probs, targets, HEDDLE_TRY(lengths_of(input_lengths)), HEDDLE_TRY(lengths_of(target_lengths)),
                  blank, reduction, zero_infinity);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(ctc_loss) {
  using namespace heddle::ops;
  table.add(
      "aten::ctc_loss.IntList(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, "
      "int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor",
      boxed<&ctc_loss>());
  table.add(
      "aten::ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, "
      "int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor",
      boxed<&ctc_loss_tensor>());
  table.add(
      "aten::_ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, "
      "bool zero_infinity=False) -> (Tensor, Tensor)",
      boxed<&likelihoods>());
  table.add(
      "aten::_ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, "
      "int blank=0, bool zero_infinity=False) -> (Tensor, Tensor)",
      boxed<&likelihoods_tensor>());
}
