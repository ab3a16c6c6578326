// The form of torch.save before PyTorch 1.6: five pickles, then the bytes of the storages. Called by torch_save.cpp.
#pragma once

#include <string>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle::archive {

// `bytes` begin with the form's magic number (is_legacy_torch_save). Storages are copied. Fails with kBadArchive.
Result<IValue> read_legacy_torch_save(const Storage& bytes, const std::string& name);

}  // namespace heddle::archive
