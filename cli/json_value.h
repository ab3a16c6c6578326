// Values of TorchScript as JSON, both ways. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle::cli {

using Json = nlohmann::ordered_json;

// Numbers become int or float, strings str, null None, lists List (their elements' common type; Any where there is
// none; ints among floats become floats), objects Dict[str, ...]. Fails for text that is no JSON, nested deeper than
// 100, or holding an integer beyond 64 bits.
Result<IValue> parse_json_value(std::string_view text);

// The other way. Tensors and tuples become lists; objects and dicts become objects (keys as str() shows them);
// NaN and infinities, which JSON lacks, the strings "NaN", "Infinity", "-Infinity"; complex numbers [real, imaginary];
// devices, enums and what has no content of its own the text that str() shows.
Json to_json(const IValue& value);
Json to_json(const Tensor& tensor);

}  // namespace heddle::cli
