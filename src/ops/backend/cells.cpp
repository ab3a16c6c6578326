#include "ops/backend/cells.h"

#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/cells.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
#include "ops/backend/simd_math.inc"

void LstmCell(const float* gates, float* cell, float* hidden, int64_t n) {
  each_vector(n, [=](const auto& at) HWY_ATTR {
    const V in = sigmoid_of(at.load(gates));
    const V forget = sigmoid_of(at.load(gates + n));
    const V fresh = tanh_of(at.load(gates + 2 * n));
    const V out = sigmoid_of(at.load(gates + 3 * n));
    const V c = hn::MulAdd(forget, at.load(cell), hn::Mul(in, fresh));
    at.store(c, cell);
    at.store(hn::Mul(out, tanh_of(c)), hidden);
  });
}

void GruCell(const float* input, const float* recurrent, float* hidden, int64_t n) {
  each_vector(n, [=](const auto& at) HWY_ATTR {
    const V reset = sigmoid_of(hn::Add(at.load(input), at.load(recurrent)));
    const V update = sigmoid_of(hn::Add(at.load(input + n), at.load(recurrent + n)));
    const V fresh = tanh_of(hn::MulAdd(reset, at.load(recurrent + 2 * n), at.load(input + 2 * n)));
    at.store(hn::MulAdd(update, hn::Sub(at.load(hidden), fresh), fresh), hidden);
  });
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(LstmCell);
HWY_EXPORT(GruCell);

void lstm_cell(const float* gates, float* cell, float* hidden, int64_t n) {
  HWY_DYNAMIC_DISPATCH(LstmCell)(gates, cell, hidden, n);
}
void gru_cell(const float* input, const float* recurrent, float* hidden, int64_t n) {
  HWY_DYNAMIC_DISPATCH(GruCell)(input, recurrent, hidden, n);
}

}  // namespace heddle::ops::backend
#endif
