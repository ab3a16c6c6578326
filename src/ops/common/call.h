// An operator of the table called by its name, for operators that are made of others. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"
#include "core/tensor.h"

namespace heddle::ops {

// The first result of the operator, a tensor. name: with its namespace; overload: empty for the one without a name.
// arguments: in the schema's order; those that are left out have their defaults.
Result<Tensor> call_tensor_operator(std::string_view name, std::string_view overload, std::vector<IValue> arguments);

}  // namespace heddle::ops
