#include "ops/backend/random_bits.h"

#include "core/philox.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/random_bits.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<uint64_t>;
using V = hn::Vec<D>;

// Vectors of one word of each block, in the lower halves of lanes; what the upper halves hold does not matter.
struct Words {
  V w0, w1, w2, w3;
};

HWY_INLINE V product(V word, V factor) {
  const hn::Repartition<uint32_t, D> halves;
  return hn::MulEven(hn::BitCast(halves, word), hn::BitCast(halves, factor));
}

HWY_INLINE Words round_of(const Words& w, V key0, V key1) {
  const D d;
  const V a = product(w.w0, hn::Set(d, kPhiloxFactors[0]));
  const V b = product(w.w2, hn::Set(d, kPhiloxFactors[1]));
  return {hn::Xor(hn::Xor(hn::ShiftRight<32>(b), w.w1), key0), b, hn::Xor(hn::Xor(hn::ShiftRight<32>(a), w.w3), key1),
          a};
}

HWY_INLINE V joined(V upper, V lower) {
  return hn::Or(hn::ShiftLeft<32>(upper), hn::And(lower, hn::Set(D(), 0xFFFFFFFFu)));
}

// The number of blocks it made: the last few are left.
int64_t make_vectors(uint64_t seed, uint64_t first, int64_t blocks, uint64_t* out) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t done = 0;
  for (; done + 2 * lanes <= blocks; done += 2 * lanes) {
    // Two vectors at a time, as a round waits for its products.
    Words w[2];
    for (int64_t k = 0; k < 2; ++k) {
      const V counter = hn::Iota(d, first + static_cast<uint64_t>(done + k * lanes));
      w[k] = {counter, hn::ShiftRight<32>(counter), hn::Zero(d), hn::Zero(d)};
    }
    auto key0 = static_cast<uint32_t>(seed);
    auto key1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < kPhiloxRounds; ++round) {
      for (Words& words : w) words = round_of(words, hn::Set(d, key0), hn::Set(d, key1));
      key0 += kPhiloxKeySteps[0];
      key1 += kPhiloxKeySteps[1];
    }
    for (int64_t k = 0; k < 2; ++k) {
      hn::StoreInterleaved2(joined(w[k].w0, w[k].w1), joined(w[k].w2, w[k].w3), d, out + 2 * (done + k * lanes));
    }
  }
  return done;
}

#else

int64_t make_vectors(uint64_t, uint64_t, int64_t, uint64_t*) { return 0; }

#endif

void RandomBitsRow(uint64_t seed, uint64_t first, int64_t blocks, uint64_t* out) {
  for (int64_t done = make_vectors(seed, first, blocks, out); done < blocks; ++done) {
    const auto block = philox(seed, first + static_cast<uint64_t>(done));
    out[2 * done] = uint64_t{block[0]} << 32 | block[1];
    out[2 * done + 1] = uint64_t{block[2]} << 32 | block[3];
  }
}

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(RandomBitsRow);

void random_bits_row(uint64_t seed, uint64_t first, int64_t blocks, uint64_t* out) {
  HWY_DYNAMIC_DISPATCH(RandomBitsRow)(seed, first, blocks, out);
}

}  // namespace heddle::ops::backend
#endif
