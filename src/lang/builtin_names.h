// The names every source knows: `torch` and what is in it, `ops`, `math`, Python's builtin functions, inf and nan,
// exceptions, types.
#pragma once

#include <string>

#include "lang/sugared.h"

namespace heddle::lang {

// Null when the language has no such name. The objects hold no state and live as long as the process.
Ref<SugaredValue> builtin_name(const std::string& name);

}  // namespace heddle::lang
