// The library's schemas as libtorch's.
#pragma once

#include "heddle_torch/schema.h"
#include "schema/function_schema.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
c10::FunctionSchema schema_of(const heddle::schema::FunctionSchema& schema);
HEDDLE_TORCH_END
}  // namespace heddle_torch
