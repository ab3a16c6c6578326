#include "ops/backend/cells.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/cells.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// Vectors of a row, the last of which may be short.
struct Lanes {
  int64_t n;
  int64_t step = static_cast<int64_t>(hn::Lanes(D()));

  HWY_INLINE V load(const float* x, int64_t i) const {
    const D d;
    if (i + step <= n) return hn::LoadU(d, x + i);
    HWY_ALIGN float buffer[hn::MaxLanes(D())] = {};
    std::memcpy(buffer, x + i, static_cast<size_t>(n - i) * sizeof(float));
    return hn::Load(d, buffer);
  }
  HWY_INLINE void store(V v, float* y, int64_t i) const {
    const D d;
    if (i + step <= n) {
      hn::StoreU(v, d, y + i);
      return;
    }
    HWY_ALIGN float buffer[hn::MaxLanes(D())];
    hn::Store(v, d, buffer);
    std::memcpy(y + i, buffer, static_cast<size_t>(n - i) * sizeof(float));
  }
};

// Highway's functions turn NaN into numbers.
HWY_INLINE V keep_nan(V x, V result) { return hn::IfThenElse(hn::IsNaN(x), x, result); }

HWY_INLINE V sigmoid(V x) {
  const D d;
  const V one = hn::Set(d, 1.0f);
  return keep_nan(x, hn::Div(one, hn::Add(one, hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, 88.0f))))));
}

HWY_INLINE V tanh_of(V x) {
  const D d;
  return keep_nan(x, hn::Tanh(d, x));
}

void LstmCell(const float* gates, float* cell, float* hidden, int64_t n) {
  const Lanes lanes{n};
  for (int64_t i = 0; i < n; i += lanes.step) {
    const V in = sigmoid(lanes.load(gates, i));
    const V forget = sigmoid(lanes.load(gates + n, i));
    const V fresh = tanh_of(lanes.load(gates + 2 * n, i));
    const V out = sigmoid(lanes.load(gates + 3 * n, i));
    const V c = hn::MulAdd(forget, lanes.load(cell, i), hn::Mul(in, fresh));
    lanes.store(c, cell, i);
    lanes.store(hn::Mul(out, tanh_of(c)), hidden, i);
  }
}

void GruCell(const float* input, const float* recurrent, float* hidden, int64_t n) {
  const Lanes lanes{n};
  for (int64_t i = 0; i < n; i += lanes.step) {
    const V reset = sigmoid(hn::Add(lanes.load(input, i), lanes.load(recurrent, i)));
    const V update = sigmoid(hn::Add(lanes.load(input + n, i), lanes.load(recurrent + n, i)));
    const V fresh = tanh_of(hn::MulAdd(reset, lanes.load(recurrent + 2 * n, i), lanes.load(input + 2 * n, i)));
    lanes.store(hn::MulAdd(update, hn::Sub(lanes.load(hidden, i), fresh), fresh), hidden, i);
  }
}

void TanhRow(const float* x, float* y, int64_t n) {
  const Lanes lanes{n};
  for (int64_t i = 0; i < n; i += lanes.step) lanes.store(tanh_of(lanes.load(x, i)), y, i);
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(LstmCell);
HWY_EXPORT(GruCell);
HWY_EXPORT(TanhRow);

void lstm_cell(const float* gates, float* cell, float* hidden, int64_t n) {
  HWY_DYNAMIC_DISPATCH(LstmCell)(gates, cell, hidden, n);
}
void gru_cell(const float* input, const float* recurrent, float* hidden, int64_t n) {
  HWY_DYNAMIC_DISPATCH(GruCell)(input, recurrent, hidden, n);
}
void tanh_row(const float* x, float* y, int64_t n) { HWY_DYNAMIC_DISPATCH(TanhRow)(x, y, n); }

}  // namespace heddle::ops::backend
#endif
