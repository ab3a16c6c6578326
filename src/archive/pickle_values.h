// Bookkeeping of the values a pickle reader makes: names that are no values yet, and a keeper that can take a
// half-built, possibly cyclic or very deep structure apart without recursion. Used by the pickle reader alone, on its
// thread.
#pragma once

#include <string>
#include <vector>

#include "archive/pickle_globals.h"
#include "core/boxes.h"

namespace heddle::archive {

// What lives on the stack and in the memo but must never reach a result.
class PickleInternal : public CapsuleValue {
 public:
  using CapsuleValue::CapsuleValue;
};

// A name the pickle mentioned; class_name is "module.name".
class PickledGlobal final : public PickleInternal {
 public:
  PickledGlobal(std::string name, GlobalKind k, int64_t n) : PickleInternal(std::move(name)), kind(k), number(n) {}
  const GlobalKind kind;
  const int64_t number;
};

// A tuple with a name in it: a persistent id, or the arguments of a call.
class RawTuple final : public PickleInternal {
 public:
  explicit RawTuple(std::vector<IValue> values) : PickleInternal("tuple"), items(std::move(values)) {}
  std::vector<IValue> items;
};

// Null when the value is something else.
const PickledGlobal* as_global(const IValue& value);
const RawTuple* as_raw_tuple(const IValue& value);
bool is_internal(const IValue& value);

// The type in few words: that of a tuple spelled out can be longer than memory.
std::string brief_type(const IValue& value);

// Whether the value may be a key of a dict: hashable in Python, and small enough to hash again and again.
bool may_be_key(const IValue& value);

// Holds every list, dict, tuple and object of one reading. Unless released, its end empties them all first, so that no
// destructor recurses and no ring stays behind.
class ValueKeeper {
 public:
  ValueKeeper() = default;
  ValueKeeper(const ValueKeeper&) = delete;
  ValueKeeper& operator=(const ValueKeeper&) = delete;
  ~ValueKeeper();

  void keep(const IValue& value) { kept_.push_back(value); }
  // Fails where a value contains itself, nests deeper than `depth` or kPickleDepth, or repeats its parts so often that
  // walking over it would take for ever. With `infer_types`, lists and dicts without element types get those their
  // values have.
  Status check(bool infer_types, uint64_t depth) const;
  // Lets the values live on without the keeper; only after check().
  void release();

 private:
  std::vector<IValue> kept_;
};

}  // namespace heddle::archive
