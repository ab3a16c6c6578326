// A loaded module back into an archive, for PyTorch and for Heddle.
#pragma once

#include <ostream>
#include <string>

#include "base/result.h"
#include "heddle/jit.h"

namespace heddle::program {

// The code and its constants as they were read, the present values of the attributes, `extra` as files under extra/.
// `root` names the folder in the zip. kUnsupported for a module that no archive was read for, and for values that
// archives do not hold, naming them. The module must not change meanwhile.
Status save_module(const IValue& module, const std::string& root, const jit::ExtraFiles& extra, std::ostream& out);

}  // namespace heddle::program
