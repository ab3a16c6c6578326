// What a pickle's calls make: tensors, typed lists, devices. The other half of the pickle reader, on its thread.
#pragma once

#include <span>

#include "archive/pickle_reader.h"
#include "archive/pickle_values.h"

namespace heddle::archive {

// The value of calling `global` (any kind but kClass) with these arguments. Errors do not name the file; the caller
// does.
Result<IValue> build_call(const PickledGlobal& global, std::span<const IValue> arguments, const PickleInput& input);

// The storage behind a persistent id: ('storage', type, key, device, count).
Result<IValue> build_storage(std::span<const IValue> id, const PickleInput& input);

}  // namespace heddle::archive
