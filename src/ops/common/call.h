// An operator of the table called by its name, for operators that are made of others. Any thread.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "core/ivalue.h"
#include "core/tensor.h"

namespace heddle::ops {

// The first result of the operator, a tensor. name: with its namespace; overload: empty for the one without a name.
// arguments: all of the schema's, in its order.
Result<Tensor> call_tensor_operator(std::string_view name, std::string_view overload,
                                    std::span<const IValue> arguments);

}  // namespace heddle::ops
