// Writes IValues as pickles of protocol 2, which Python's torch.load reads, its weights_only mode included. One call,
// one thread; the values must not change meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"
#include "core/storage.h"

namespace heddle::archive {

struct WrittenPickle {
  std::string bytes;
  // Storage i has the key "i" in the pickle. Only the part of a storage that tensors of the value reach is here.
  std::vector<Ref<Storage>> storages;
};

// Tensors (views of one storage share it again when read), None, bool, int, float, complex, str, device, and lists,
// tuples and dicts of these. A str that is no UTF-8 is written as bytes. Fails with kUnsupported for other values,
// naming the type; with kLimit for values nested deeper than kPickleDepth, rings among them.
Result<WrittenPickle> write_pickle(const IValue& value);

// The state that stands for an object of a class or custom class; none: its attributes by name.
using StateOf = std::function<Result<std::optional<IValue>>(const IValue& object)>;
// A module as torch.jit.save writes it: also objects and enums, and lists and dicts with their types.
Result<WrittenPickle> write_module_pickle(const IValue& module, const StateOf& state_of);

}  // namespace heddle::archive
