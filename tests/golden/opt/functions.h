// Programs given as graphs: classes and functions, the last function of which is what a mode works on.
//   class __torch__.C:
//     x : Tensor
//   function NAME:
//   graph(...): ...
#pragma once

#include <string>

#include "ir/function.h"

namespace heddle::opt {

// The functions have graphs that passed the verifier, and no code.
Result<Ref<ir::CompilationUnit>> read_functions(const std::string& text);

}  // namespace heddle::opt
