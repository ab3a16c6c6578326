// Random numbers from a generator's Philox stream: element i of a tensor always comes of the same part of the stream,
// so a seed gives the same values on any number of threads. Used by the files of this family.
#pragma once

#include <functional>

#include "core/generator.h"
#include "core/tensor.h"

namespace heddle::ops {

// 64 random bits for element i, of a stream of its own.
class RandomBits {
 public:
  // Reserves the numbers of `count` elements. Without a generator: the process's.
  RandomBits(GeneratorValue* generator, int64_t count);
  uint64_t bits(int64_t i) const;
  // Those of elements [i, i + n), i even.
  void bits(int64_t i, int64_t n, uint64_t* out) const;
  // In [0, 1), a multiple of 2^-53.
  double uniform(int64_t i) const;
  void uniform(int64_t i, int64_t n, double* out) const;

 private:
  GeneratorValue::Ticket ticket_;
};

// Fills a floating or complex tensor; of a complex one, both parts. `bits` of precision of the dtype are kept, so that
// no value is rounded up to `to`.
Status fill_uniform(const Tensor& t, double from, double to, GeneratorValue* generator);
Status fill_normal(const Tensor& t, double mean, double std, GeneratorValue* generator);
// Fills a real tensor with what transform makes of numbers uniform in (0, 1], a row of n at a time, in place.
Status fill_transformed(const Tensor& t, GeneratorValue* generator,
                        const std::function<void(double* values, int64_t n)>& transform);
// Integers in [from, from + range), range 0 standing for 2^64, converted to the tensor's dtype.
Status fill_integers(const Tensor& t, int64_t from, uint64_t range, GeneratorValue* generator);

}  // namespace heddle::ops
