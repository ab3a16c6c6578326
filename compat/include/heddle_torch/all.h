// What torch/script.h and torch/torch.h bring, with the standard headers that programs get through libtorch's.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <cassert>
#include <chrono>
#include <cinttypes>
#include <climits>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <fstream>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <shared_mutex>
#include <sstream>
#include <stack>
#include <string>
#include <thread>
#include <tuple>
#include <typeindex>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include <unistd.h>

#include "heddle_torch/autograd.h"
#include "heddle_torch/creation.h"
#include "heddle_torch/cuda.h"
#include "heddle_torch/custom_class.h"
#include "heddle_torch/dispatch.h"
#include "heddle_torch/functional.h"
#include "heddle_torch/generated/namespaces.inc"
#include "heddle_torch/guards.h"
#include "heddle_torch/indexing.h"
#include "heddle_torch/irange.h"
#include "heddle_torch/jit.h"
#include "heddle_torch/library.h"
#include "heddle_torch/logging.h"
#include "heddle_torch/parallel.h"
#include "heddle_torch/serialize.h"
#include "heddle_torch/tensor_utils.h"
#include "heddle_torch/version.h"

namespace torch {
HEDDLE_TORCH_BEGIN
constexpr at::ScalarType kU8 = at::kByte;
constexpr at::ScalarType kUInt8 = at::kByte;
constexpr at::ScalarType kI8 = at::kChar;
constexpr at::ScalarType kInt8 = at::kChar;
constexpr at::ScalarType kI16 = at::kShort;
constexpr at::ScalarType kInt16 = at::kShort;
constexpr at::ScalarType kI32 = at::kInt;
constexpr at::ScalarType kInt32 = at::kInt;
constexpr at::ScalarType kI64 = at::kLong;
constexpr at::ScalarType kInt64 = at::kLong;
constexpr at::ScalarType kF16 = at::kHalf;
constexpr at::ScalarType kFloat16 = at::kHalf;
constexpr at::ScalarType kF32 = at::kFloat;
constexpr at::ScalarType kFloat32 = at::kFloat;
constexpr at::ScalarType kF64 = at::kDouble;
constexpr at::ScalarType kFloat64 = at::kDouble;
constexpr at::ScalarType kComplex64 = at::kComplexFloat;
constexpr at::ScalarType kComplex128 = at::kComplexDouble;
HEDDLE_TORCH_END
using c10::nullopt;
using c10::optional;
using c10::str;
}  // namespace torch
