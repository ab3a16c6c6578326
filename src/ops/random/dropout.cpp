// Dropout and its kin. At inference they hand their input through; a model left in training mode gets the real thing,
// from the process's generator.
#include <algorithm>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/elementwise/binary.h"
#include "ops/random/draw.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Status check_probability(double p) {
  HEDDLE_REQUIRE(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got ", p);
  return ok_status();
}

// A dense tensor of zeros and ones, each one with the probability given.
Result<Tensor> coin_flips(std::span<const int64_t> sizes, DType dtype, double probability_of_one) {
  const Tensor flips = HEDDLE_TRY(Tensor::empty(sizes, dtype));
  const RandomBits random(nullptr, flips.numel());
  HEDDLE_TRY(dispatch<AllTypes>(dtype, "dropout", [&]<class T>() -> Status {
    constexpr int64_t kChunk = 256;
    T* out = flips.data<T>();
    parallel::parallel_for(0, (flips.numel() + kChunk - 1) / kChunk, 32, [&](int64_t begin, int64_t end) {
      double uniform[kChunk];
      for (int64_t at = begin * kChunk; at < std::min(end * kChunk, flips.numel()); at += kChunk) {
        const int64_t n = std::min(kChunk, flips.numel() - at);
        random.uniform(at, n, uniform);
        for (int64_t i = 0; i < n; ++i) out[at + i] = static_cast<T>(uniform[i] < probability_of_one ? 1.0f : 0.0f);
      }
    });
    return ok_status();
  }));
  return flips;
}

// One flip a feature map: the sizes after the first two dimensions are one.
Dims feature_sizes(const Tensor& input) {
  Dims sizes = input.sizes();
  for (size_t i = 2; i < sizes.size(); ++i) sizes[i] = 1;
  return sizes;
}

Result<Tensor> scaled_mask(std::span<const int64_t> sizes, DType dtype, double p) {
  const Tensor mask = HEDDLE_TRY(coin_flips(sizes, dtype, 1 - p));
  return p == 1 ? mask : mul(mask, Scalar(1 / (1 - p)));
}

Result<Tensor> dropped(const Tensor& input, double p, bool train, bool by_feature) {
  HEDDLE_TRY(check_probability(p));
  if (!train || p == 0 || input.numel() == 0) return input;
  HEDDLE_REQUIRE(!by_feature || input.dim() >= 2, "Feature dropout requires at least 2 dimensions in the input");
  const Dims sizes = by_feature ? feature_sizes(input) : input.sizes();
  return mul(input, HEDDLE_TRY(scaled_mask(sizes, input.dtype(), p)));
}

// Keeps mean and variance of what went through a SELU (Klambauer et al., "Self-normalizing neural networks").
Result<Tensor> alpha_dropped(const Tensor& input, double p, bool train, bool by_feature) {
  HEDDLE_TRY(check_probability(p));
  if (!train || p == 0 || input.numel() == 0) return input;
  HEDDLE_REQUIRE(!by_feature || input.dim() >= 2, "Feature dropout requires at least 2 dimensions in the input");
  constexpr double kAlpha = 1.7580993408473766;
  const double scale = p == 1 ? 0 : 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  const Dims sizes = by_feature ? feature_sizes(input) : input.sizes();
  const Tensor mask = HEDDLE_TRY(coin_flips(sizes, input.dtype(), 1 - p));
  // scale * (x where kept, -alpha where dropped) + shift, as input * mask * scale + shift of each kind.
  const Tensor kept = HEDDLE_TRY(mul(HEDDLE_TRY(mul(input, mask)), Scalar(scale)));
  const Tensor shift = HEDDLE_TRY(sub(HEDDLE_TRY(mul(mask, Scalar(kAlpha * scale))), Scalar(kAlpha * scale * (1 - p))));
  return add(kept, shift);
}

Result<Tensor> dropout(const Tensor& input, double p, bool train) { return dropped(input, p, train, false); }
Result<Tensor> feature_dropout(const Tensor& input, double p, bool train) { return dropped(input, p, train, true); }
Result<Tensor> alpha_dropout(const Tensor& input, double p, bool train) {
  return alpha_dropped(input, p, train, false);
}
Result<Tensor> feature_alpha_dropout(const Tensor& input, double p, bool train) {
  return alpha_dropped(input, p, train, true);
}

template <auto functional>
Result<Tensor> in_place(const Tensor& self, double p, bool train) {
  const Tensor result = HEDDLE_TRY(functional(self, p, train));
  if (!result.is_same(self)) HEDDLE_TRY(copy_into(self, result));
  return self;
}

Result<std::tuple<Tensor, Tensor>> native_dropout(const Tensor& input, double p, std::optional<bool> train) {
  HEDDLE_TRY(check_probability(p));
  if (!train.value_or(true))
    return std::tuple(HEDDLE_TRY(clone(input)), HEDDLE_TRY(full(input.sizes(), Scalar(true), DType::kBool)));
  const Tensor mask = HEDDLE_TRY(coin_flips(input.sizes(), input.dtype(), 1 - p));
  const Scalar scale(p == 1 ? 0.0 : 1 / (1 - p));
  return std::tuple(HEDDLE_TRY(mul(HEDDLE_TRY(mul(input, mask)), scale)), HEDDLE_TRY(to_dtype(mask, DType::kBool)));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(dropout) {
  using namespace heddle::ops;
  // Outside training the result is the input itself, which PyTorch's schemas keep to themselves; the marks tell the
  // alias analysis.
  constexpr uint32_t kRandom = heddle::schema::kRandom;
  table.add("aten::dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", boxed<&dropout>(), kRandom);
  table.add("aten::dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)", boxed<&in_place<&dropout>>(),
            kRandom);
  table.add("aten::feature_dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", boxed<&feature_dropout>(),
            kRandom);
  table.add("aten::feature_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)",
            boxed<&in_place<&feature_dropout>>(), kRandom);
  table.add("aten::alpha_dropout(Tensor(a) input, float p, bool train) -> Tensor(a)", boxed<&alpha_dropout>(), kRandom);
  table.add("aten::alpha_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)",
            boxed<&in_place<&alpha_dropout>>(), kRandom);
  table.add("aten::feature_alpha_dropout(Tensor(a) input, float p, bool train) -> Tensor(a)",
            boxed<&feature_alpha_dropout>(), kRandom);
  table.add("aten::feature_alpha_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)",
            boxed<&in_place<&feature_alpha_dropout>>(), kRandom);
  table.add("aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)", boxed<&native_dropout>(),
            kRandom);
  table.derive(
      "aten::native_dropout.out(Tensor input, float p, bool? train, *, Tensor(a!) out0, Tensor(b!) out1) -> "
      "(Tensor(a!), Tensor(b!))");
}
