// Which operators of the table have an instruction of their own, because calling them would cost more than what they
// do.
#pragma once

#include <optional>

#include "code/code.h"
#include "schema/operator_table.h"

namespace heddle::lower {

// The instruction for an operator whose operands are (result, arguments...); nothing for all others.
std::optional<code::Op> scalar_instruction(const schema::Operator& op);

}  // namespace heddle::lower
