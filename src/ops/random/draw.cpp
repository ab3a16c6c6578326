#include "ops/random/draw.h"

#include <cmath>
#include <numbers>

#include "core/philox.h"
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

// The floating tensor whose elements are to be drawn: doubles beside t, two for each complex element.
Result<Tensor> doubles_beside(const Tensor& t) {
  HEDDLE_REQUIRE(is_floating(t.dtype()) || is_complex(t.dtype()), "expected a floating or complex tensor, but got ",
                 python_name(t.dtype()));
  return Tensor::empty(t.sizes(), is_complex(t.dtype()) ? DType::kComplex128 : DType::kFloat64);
}
int64_t doubles_in(const Tensor& t) { return t.numel() * (is_complex(t.dtype()) ? 2 : 1); }

}  // namespace

RandomBits::RandomBits(GeneratorValue* generator, int64_t count)
    : ticket_((generator ? *generator : default_generator()).reserve(static_cast<uint64_t>((count + 1) / 2))) {}

uint64_t RandomBits::bits(int64_t i) const {
  const auto block = philox(ticket_.seed, ticket_.first + static_cast<uint64_t>(i / 2));
  const size_t at = i % 2 ? 2 : 0;
  return uint64_t{block[at]} << 32 | block[at + 1];
}

double RandomBits::uniform(int64_t i) const { return static_cast<double>(bits(i) >> 11) * 0x1p-53; }

std::array<double, 2> RandomBits::normal_pair(int64_t i) const {
  const double radius = std::sqrt(-2 * std::log(1 - uniform(i)));
  const double angle = 2 * std::numbers::pi * uniform(i + 1);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

Status fill_uniform(const Tensor& t, double from, double to, GeneratorValue* generator) {
  const Tensor values = HEDDLE_TRY(doubles_beside(t));
  const int64_t count = doubles_in(t);
  const RandomBits random(generator, count);
  const int shift = 64 - digits(t.dtype());
  const double unit = std::ldexp(1.0, -digits(t.dtype()));
  auto* out = static_cast<double*>(values.raw_data());
  parallel::parallel_for(0, count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      out[i] = from + (to - from) * static_cast<double>(random.bits(i) >> shift) * unit;
  });
  return copy_into(t, values);
}

Status fill_normal(const Tensor& t, double mean, double std, GeneratorValue* generator) {
  const Tensor values = HEDDLE_TRY(doubles_beside(t));
  const int64_t count = doubles_in(t);
  const RandomBits random(generator, count + 1);
  // The variance of a complex number is that of both parts together.
  if (is_complex(t.dtype())) std /= std::numbers::sqrt2;
  auto* out = static_cast<double*>(values.raw_data());
  parallel::parallel_for(0, (count + 1) / 2, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t pair = begin; pair < end; ++pair) {
      const std::array<double, 2> normal = random.normal_pair(2 * pair);
      out[2 * pair] = mean + std * normal[0];
      if (2 * pair + 1 < count) out[2 * pair + 1] = mean + std * normal[1];
    }
  });
  return copy_into(t, values);
}

Status fill_transformed(const Tensor& t, GeneratorValue* generator, const std::function<double(double)>& transform) {
  const Tensor values = HEDDLE_TRY(Tensor::empty(t.sizes(), DType::kFloat64));
  const RandomBits random(generator, t.numel());
  parallel::parallel_for(0, t.numel(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) values.data<double>()[i] = transform(1 - random.uniform(i));
  });
  return copy_into(t, values);
}

Status fill_integers(const Tensor& t, int64_t from, uint64_t range, GeneratorValue* generator) {
  const Tensor values = HEDDLE_TRY(Tensor::empty(t.sizes(), DType::kInt64));
  const RandomBits random(generator, t.numel());
  parallel::parallel_for(0, t.numel(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const uint64_t offset = range ? random.bits(i) % range : random.bits(i);
      values.data<int64_t>()[i] = static_cast<int64_t>(static_cast<uint64_t>(from) + offset);
    }
  });
  return copy_into(t, values);
}

}  // namespace heddle::ops
