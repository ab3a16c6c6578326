// Sorting lists of objects of a class: their __lt__ is TorchScript, which a kernel cannot call, so the sort is
// TorchScript too.
#pragma once

#include <string>

#include "lang/function_emitter.h"

namespace heddle::lang {

// list.sort() and sorted(list) for a list of objects, or of tuples that hold some. Null when the call is none of these.
// What has no order fails when it is sorted, as in PyTorch.
Result<ir::Value*> emit_object_sort(FunctionEmitter& emitter, const std::string& operator_name,
                                    const CallArguments& arguments, const SourceRange& range);

}  // namespace heddle::lang
