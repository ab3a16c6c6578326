// Made-up tensors as input: "float32[1,3,224,224]", "int64[1,128]<30000", "zeros:float32[2,3]", "ones:bool[4]".
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

#include "base/result.h"
#include "core/tensor.h"

namespace heddle::cli {

struct TensorRecipe {
  enum class Fill { kRandom, kZeros, kOnes };
  Fill fill = Fill::kRandom;
  DType dtype = DType::kFloat32;
  Dims sizes;
  int64_t bound = 0;  // random integers are in 0..bound-1
};

// Nothing when the text does not have the form DTYPE[SIZES] at all; an error when it has it and makes no sense.
// Random integers need their bound ("<N"), but for bool, whose bound is 2.
Result<std::optional<TensorRecipe>> parse_recipe(std::string_view text);

// Normal numbers (mean 0, deviation 1; both parts of complex ones at half the variance), uniform integers, or the
// constant. The same engine state gives the same tensor on every machine.
Result<Tensor> make_tensor(const TensorRecipe& recipe, std::mt19937_64& engine);

}  // namespace heddle::cli
