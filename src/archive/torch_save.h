// Files of torch.save: tensors, and Python's plain values around them. Reading never runs code; writing gives files
// that torch.load reads, with its default weights_only too. Any thread, one file each.
#pragma once

#include <ostream>
#include <string>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle::archive {

// Reads the zip form (PyTorch 1.6 and later) and the form before it. Tensors of the zip form look into the mapped file.
// See pickle_reader.h for how Python's values come out; errors are those of Archive::open and read_pickle.
Result<IValue> read_torch_save(const std::string& path);
// The same from bytes in memory, which are used in place; `name` stands for the file in messages.
Result<IValue> read_torch_save(Ref<Storage> bytes, const std::string& name);

// Writes a file of the zip form, as write_file does it; see pickle_writer.h for the values it takes.
Status write_torch_save(const IValue& value, const std::string& path);
Status write_torch_save(const IValue& value, std::ostream& out);

}  // namespace heddle::archive
