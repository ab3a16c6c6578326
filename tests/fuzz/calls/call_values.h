// The arguments of a call that is written as text: values of the types that the operator's schema promises to its
// kernel. One thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "call_text.h"
#include "schema/operator_table.h"

namespace heddle::fuzz {

// By its full name, "aten::add.Tensor"; null where there is none.
const schema::Operator* find_operator(std::string_view name);
// Complete, or the reason why the text is no call that a compiled program could make.
Result<std::vector<IValue>> make_arguments(const schema::Operator& op, const CallText& call);

}  // namespace heddle::fuzz
