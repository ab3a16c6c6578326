// Comparing what a model returned with what was expected: `heddle run --expect`. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/json_value.h"
#include "core/ivalue.h"

namespace heddle::cli {

struct Tolerance {
  double rtol = 1e-4;
  double atol = 1e-5;
};

struct Comparison {
  // One line a differing part, naming it as Python would reach it: "output[1]['boxes']: ...".
  std::vector<std::string> differences;
  int64_t compared = 0;  // numbers looked at
  double largest = 0;    // absolute difference, over all of them
  bool equal() const { return differences.empty(); }
};

// Tensors agree when shape and dtype are the same and every element satisfies |actual - expected| <= atol + rtol *
// |expected|; NaN agrees with NaN, infinities with themselves, integers and booleans only when equal. Containers agree
// in kind, size, keys and parts; a tuple agrees with a list, as files do not always know the difference.
Comparison compare(const IValue& actual, const IValue& expected, const Tolerance& tolerance);

// The same against JSON as to_json writes it, where a tensor is the nest of its numbers.
Comparison compare(const IValue& actual, const Json& expected, const Tolerance& tolerance);

}  // namespace heddle::cli
