// Whether values are what their storages hold. Any thread.
#pragma once

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle::fuzz {

// Every tensor inside lies in its storage; otherwise what does not.
Status check_inside(const IValue& value);

}  // namespace heddle::fuzz
