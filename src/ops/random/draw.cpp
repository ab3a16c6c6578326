#include "ops/random/draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/philox.h"
#include "ops/backend/random_bits.h"
#include "ops/backend/unary64.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 4096;

// Digits of a uniform number that the dtype holds exactly below one.
int digits(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return 11;
    case DType::kBFloat16:
      return 8;
    case DType::kFloat32:
    case DType::kComplex64:
      return 24;
    default:
      return 53;
  }
}

// In [0, 1), a multiple of 2^-digits.
double unit_interval(uint64_t bits, int digits) {
  return static_cast<double>(static_cast<int64_t>(bits >> (64 - digits))) * std::ldexp(1.0, -digits);
}

// Numbers drawn at a time: a few of the generator's blocks side by side.
constexpr int64_t kChunk = 256;

// Hands the elements of t to draw(begin, n, values), at most kChunk at a time, begin being a multiple of that, and
// writes the doubles it gives. Complex elements are two numbers each.
template <class Draw>
Status fill_by_chunks(const Tensor& t, const Draw& draw) {
  const bool is_pair = is_complex(t.dtype());
  const int64_t count = t.numel() * (is_pair ? 2 : 1);
  const bool direct = t.is_contiguous() && (t.dtype() == DType::kFloat32 || t.dtype() == DType::kFloat64);
  const Tensor to = direct ? t : HEDDLE_TRY(Tensor::empty(t.sizes(), is_pair ? DType::kComplex128 : DType::kFloat64));
  const bool narrow = to.dtype() == DType::kFloat32;
  const int64_t chunks = (count + kChunk - 1) / kChunk;
  parallel::parallel_for(0, chunks, kGrain / kChunk, [&](int64_t begin, int64_t end) {
    alignas(64) double values[kChunk];
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t at = chunk * kChunk;
      const int64_t n = std::min(kChunk, count - at);
      draw(at, n, values);
      if (narrow) {
        std::transform(values, values + n, static_cast<float*>(to.raw_data()) + at,
                       [](double v) { return static_cast<float>(v); });
      } else {
        std::copy_n(values, n, static_cast<double*>(to.raw_data()) + at);
      }
    }
  });
  return direct ? ok_status() : copy_into(t, to);
}

Status check_floating(const Tensor& t) {
  HEDDLE_REQUIRE(is_floating(t.dtype()) || is_complex(t.dtype()), "expected a floating or complex tensor, but got ",
                 python_name(t.dtype()));
  return ok_status();
}

}  // namespace

RandomBits::RandomBits(GeneratorValue* generator, int64_t count)
    : ticket_((generator ? *generator : default_generator()).reserve(static_cast<uint64_t>((count + 1) / 2))) {}

uint64_t RandomBits::bits(int64_t i) const {
  const auto block = philox(ticket_.seed, ticket_.first + static_cast<uint64_t>(i / 2));
  const size_t at = i % 2 ? 2 : 0;
  return uint64_t{block[at]} << 32 | block[at + 1];
}

void RandomBits::bits(int64_t i, int64_t n, uint64_t* out) const {
  backend::random_bits_row(ticket_.seed, ticket_.first + static_cast<uint64_t>(i / 2), n / 2, out);
  if (n % 2) out[n - 1] = bits(i + n - 1);
}

double RandomBits::uniform(int64_t i) const { return static_cast<double>(bits(i) >> 11) * 0x1p-53; }

void RandomBits::uniform(int64_t i, int64_t n, double* out) const {
  uint64_t words[kChunk];
  for (int64_t done = 0; done < n; done += kChunk) {
    const int64_t count = std::min(kChunk, n - done);
    bits(i + done, count, words);
    for (int64_t k = 0; k < count; ++k) out[done + k] = unit_interval(words[k], 53);
  }
}

Status fill_uniform(const Tensor& t, double from, double to, GeneratorValue* generator) {
  HEDDLE_TRY(check_floating(t));
  const RandomBits random(generator, t.numel() * (is_complex(t.dtype()) ? 2 : 1));
  const int kept = digits(t.dtype());
  return fill_by_chunks(t, [&](int64_t begin, int64_t n, double* values) {
    uint64_t words[kChunk];
    random.bits(begin, n, words);
    for (int64_t i = 0; i < n; ++i) values[i] = from + (to - from) * unit_interval(words[i], kept);
  });
}

Status fill_normal(const Tensor& t, double mean, double std, GeneratorValue* generator) {
  HEDDLE_TRY(check_floating(t));
  const RandomBits random(generator, t.numel() * (is_complex(t.dtype()) ? 2 : 1) + 1);
  // The variance of a complex number is that of both parts together.
  if (is_complex(t.dtype())) std /= std::numbers::sqrt2;
  // Pairs of a radius and an angle (Box and Muller).
  return fill_by_chunks(t, [&](int64_t begin, int64_t n, double* values) {
    constexpr int64_t kPairs = kChunk / 2;
    alignas(64) double uniform[kChunk];
    alignas(64) double radius[kPairs];
    alignas(64) double angle[kPairs];
    alignas(64) double sine[kPairs];
    const int64_t pairs = (n + 1) / 2;
    random.uniform(begin, 2 * pairs, uniform);
    for (int64_t i = 0; i < pairs; ++i) {
      radius[i] = 1 - uniform[2 * i];
      angle[i] = 2 * std::numbers::pi * uniform[2 * i + 1];
    }
    backend::log_row64(radius, radius, pairs);
    for (int64_t i = 0; i < pairs; ++i) radius[i] *= -2;
    backend::sqrt_row64(radius, radius, pairs);
    backend::sin_row64(angle, sine, pairs);
    backend::cos_row64(angle, angle, pairs);
    for (int64_t i = 0; i < n; ++i) values[i] = mean + std * radius[i / 2] * (i % 2 ? sine : angle)[i / 2];
  });
}

Status fill_transformed(const Tensor& t, GeneratorValue* generator,
                        const std::function<void(double* values, int64_t n)>& transform) {
  const RandomBits random(generator, t.numel());
  return fill_by_chunks(t, [&](int64_t begin, int64_t n, double* values) {
    random.uniform(begin, n, values);
    for (int64_t i = 0; i < n; ++i) values[i] = 1 - values[i];
    transform(values, n);
  });
}

Status fill_integers(const Tensor& t, int64_t from, uint64_t range, GeneratorValue* generator) {
  const Tensor values = HEDDLE_TRY(Tensor::empty(t.sizes(), DType::kInt64));
  const RandomBits random(generator, t.numel());
  parallel::parallel_for(0, t.numel(), kGrain, [&](int64_t begin, int64_t end) {
    // A chunk begins at an even element, as grains are multiples of it.
    auto* const out = static_cast<uint64_t*>(values.raw_data());
    random.bits(begin, end - begin, out + begin);
    for (int64_t i = begin; i < end; ++i) {
      // The upper half of the product is below the range.
      const uint64_t offset =
          range ? static_cast<uint64_t>((static_cast<unsigned __int128>(out[i]) * range) >> 64) : out[i];
      out[i] = static_cast<uint64_t>(from) + offset;
    }
  });
  return copy_into(t, values);
}

}  // namespace heddle::ops
