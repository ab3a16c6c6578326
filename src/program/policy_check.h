// Looks over all code of a model before any of it runs: which operators it names, and whether a policy allows them. On
// the loading thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/callable.h"
#include "heddle/policy.h"
#include "ir/function.h"

namespace heddle::program {

// The families of jit::OperatorPolicy that an operator of this name belongs to.
std::vector<std::string_view> families_of(std::string_view name);

// Null rules: only the family "file" is denied. The error (kUnsupported) names each operator that is denied and the
// first place that names it.
//
// Every function of the unit and what they call. One that does not compile is passed over: nothing can call it.
Status check_unit(ir::CompilationUnit& unit, const jit::OperatorPolicy* policy);
// The same for one function and what it can reach.
Status check_function(const ir::CompilationUnit& unit, const Ref<Callable>& function,
                      const jit::OperatorPolicy& policy);

}  // namespace heddle::program
