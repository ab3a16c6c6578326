// Reads Python pickles (protocols 2 to 5, as PyTorch writes them) into IValues. It only builds data: nothing is
// imported or called; the names a pickle may use are a closed list, and what the list leaves open (classes, bytes of
// storages) is asked of two interfaces. One call reads one pickle on one thread; the result shares nothing with the
// input.
//
// How Python's values come out: bytes as str; torch.Size as List[int]; torch.dtype, torch.layout, torch.memory_format
// and torch.qscheme as the int that TorchScript uses; OrderedDict as dict; integers beyond 64 bits are an error.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/load_limits.h"
#include "base/result.h"
#include "core/dtype.h"
#include "core/ivalue.h"
#include "core/storage.h"

namespace heddle::archive {

// Makes what a pickle names but does not define: the classes of an archive's code. `program` implements it.
//
// The state of objects is handed over inside out, as PyTorch does it: attributes are complete before the object they
// belong to. A damaged file may break that, and read_pickle then fails at the end; so a binder that runs a model's
// __setstate__ should note the states down and run them after read_pickle has succeeded, in the order in which they
// came.
class ObjectBinder {
 public:
  virtual ~ObjectBinder() = default;
  // A new instance of class or module `qualified_name` ("__torch__.M"), or a CapsuleValue for a custom class. It is
  // remembered under its identity before its state is known; read_pickle makes sure that exactly one set_state follows.
  virtual Result<IValue> new_object(const std::string& qualified_name) = 0;
  // `state` is a dict of attribute names to values, or whatever the class's __getstate__ returned. Nothing about it is
  // checked: names may be missing and values of any type (see archive/type_tags.h).
  virtual Status set_state(const IValue& object, IValue state) = 0;
  // The member of enum class `qualified_name` with this value.
  virtual Result<IValue> make_enum(const std::string& qualified_name, IValue value) = 0;
  // `value` as the type that `type` spells ("List[str]"): gives lists and dicts their element types
  // (archive/type_tags.h).
  virtual Result<IValue> restore_type(IValue value, const std::string& type) = 0;
};

// Finds the bytes of a storage by the key the pickle gives it.
class StorageSource {
 public:
  struct Request {
    std::string key;
    DType dtype;
    int64_t count;  // elements of dtype; bytes of uint8 where the storage is untyped
  };
  virtual ~StorageSource() = default;
  // A storage of at least the requested size. The same key gives the same storage, so that tensors share it.
  virtual Result<Ref<Storage>> storage(const Request& request) = 0;
};

struct PickleInput {
  std::span<const unsigned char> bytes;
  // How messages begin: "cannot read 'm.pt': record 'data.pkl'".
  std::string where;
  // Without a binder, class names are errors, and lists and dicts get the element types their values have.
  ObjectBinder* binder = nullptr;
  // Without a source, tensors and storages are errors.
  StorageSource* storages = nullptr;
  LoadLimits limits = {};
};

// A list or dict nested deeper is refused whatever the limits say, so that code may walk a value recursively.
constexpr size_t kPickleDepth = 1000;

// Fails with kBadArchive where the pickle is damaged, refers to itself, or nests or repeats itself beyond measure; with
// kLimit where it is longer or deeper than the limits allow; with kUnsupported where it names a global outside of the
// list, which the message tells. `consumed` gets the bytes up to and with STOP.
Result<IValue> read_pickle(const PickleInput& input, size_t* consumed = nullptr);

}  // namespace heddle::archive
