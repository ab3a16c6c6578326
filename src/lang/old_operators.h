// What operators meant in archives of older versions: div truncated integers before version 4, full gave floats of
// integers before 5, linspace and logspace did without `steps` before 8 and 9, gelu without `approximate` before 10.
// The schemas of then are matched instead of today's, and the call becomes one of a function written in TorchScript, as
// PyTorch's upgraders are.
#pragma once

#include <vector>

#include "lang/function_emitter.h"

namespace heddle::lang {

// Those overloads of the operator that meant something else to the emitter's archive; none for most.
Result<std::vector<OldOverload>> old_overloads(FunctionEmitter& emitter, std::string_view name,
                                               const SourceRange& range);

}  // namespace heddle::lang
