#include "archive/pickle_values.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "archive/pickle_reader.h"

namespace heddle::archive {
namespace {

// More elements than this by following every reference are too many, unless they are all really there.
constexpr uint64_t kRepeats = 10'000'000;
// Keys are tuples of a few numbers or strings.
constexpr int kKeyDepth = 8;
constexpr int kKeyParts = 10'000;

bool is_container(const IValue& value) {
  return value.is_list() || value.is_dict() || value.is_tuple() || value.is_object();
}

// The i-th value inside, or null past the last.
const IValue* part(const IValue& container, size_t i) {
  if (container.is_list()) {
    const auto& items = container.as_list().items;
    return i < items.size() ? &items[i] : nullptr;
  }
  if (container.is_tuple()) {
    const auto& items = container.as_tuple().items;
    return i < items.size() ? &items[i] : nullptr;
  }
  if (container.is_dict()) {
    const auto& entries = container.as_dict().entries();
    if (i / 2 >= entries.size()) return nullptr;
    return i % 2 ? &entries[i / 2].value : &entries[i / 2].key;
  }
  if (container.is_object()) {
    const auto& slots = container.as_object().slots;
    return i < slots.size() ? &slots[i] : nullptr;
  }
  return nullptr;
}

void empty(const IValue& container) {
  if (container.is_list()) {
    container.as_list().items.clear();
  } else if (container.is_tuple()) {
    container.as_tuple().items.clear();
  } else if (container.is_dict()) {
    container.as_dict().clear();
  } else if (container.is_object()) {
    for (IValue& slot : container.as_object().slots) slot = IValue();
  } else if (container.is_capsule()) {
    if (auto* raw = dynamic_cast<RawTuple*>(&container.as_capsule())) raw->items.clear();
  }
}

bool may_be_key(const IValue& value, int depth, int& parts) {
  if (++parts > kKeyParts) return false;
  // NaN equals no key, itself included, but hashes like every other NaN: a million of them would take hours.
  if (value.is_double()) return !std::isnan(value.as_double());
  if (value.is_complex()) return !std::isnan(value.as_complex().real()) && !std::isnan(value.as_complex().imag());
  if (!value.is_tuple()) {
    return value.is_none() || value.is_number() || value.is_string() || value.is_device() || value.is_tensor() ||
           value.is_enum();
  }
  if (depth == 0) return false;
  for (const IValue& item : value.as_tuple().items) {
    if (!may_be_key(item, depth - 1, parts)) return false;
  }
  return true;
}

// The least type of all of them; Any where there is none or nothing to go by.
class CommonType {
 public:
  void add(const IValue& value) {
    if (type_ && value.tag() == last_ && !is_container(value)) return;
    last_ = value.tag();
    const TypePtr type = value.type();
    type_ = type_ ? unify(type_, type) : type;
    if (!type_) type_ = types::any();
  }
  TypePtr get() const { return type_ ? type_ : types::any(); }

 private:
  TypePtr type_;
  IValue::Tag last_ = IValue::Tag::kNone;
};

void infer_type(const IValue& container) {
  if (container.is_list() && container.as_list().element_type->is(TypeKind::kAny)) {
    CommonType element;
    for (const IValue& item : container.as_list().items) element.add(item);
    container.as_list().element_type = element.get();
  } else if (container.is_dict() && container.as_dict().key_type->is(TypeKind::kAny)) {
    CommonType key;
    CommonType value;
    for (const DictValue::Entry& entry : container.as_dict().entries()) {
      key.add(entry.key);
      value.add(entry.value);
    }
    container.as_dict().key_type = key.get();
    container.as_dict().value_type = value.get();
  }
}

struct Walked {
  bool done = false;
  size_t depth = 1;       // of containers, itself included
  uint64_t elements = 1;  // by following every reference
};

// Depth first with a stack of its own, each container once.
class Walk {
 public:
  Walk(bool infer_types, uint64_t depth) : infer_types_(infer_types), depth_(std::min<uint64_t>(depth, kPickleDepth)) {}

  Status from(const IValue& root) {
    if (!is_container(root) || !enter(root)) return ok_status();
    while (!open_.empty()) {
      const IValue* next = part(*open_.back().value, open_.back().at++);
      if (!next) {
        leave();
      } else if (is_container(*next) && !enter(*next)) {
        const Walked& seen = walked_.at(next->box());
        if (!seen.done)
          return error(ErrorCode::kBadArchive, "a value contains itself, which no value in an archive does");
        add(seen);
      }
      if (open_.size() > depth_ || deepest_ > depth_) {
        return error(ErrorCode::kLimit, "values nest deeper than ", depth_, " levels (pickle_depth)");
      }
    }
    if (most_elements_ > kRepeats && most_elements_ - kRepeats > parts_) {
      return error(ErrorCode::kLimit, "values repeat each other to more than ", kRepeats, " elements");
    }
    return ok_status();
  }

 private:
  struct Open {
    const IValue* value;
    Walked* walked;  // nodes of an unordered_map stay where they are
    size_t at = 0;
  };

  // False when the container was met before.
  bool enter(const IValue& value) {
    const auto [found, added] = walked_.try_emplace(value.box());
    if (added) open_.push_back({&value, &found->second});
    return added;
  }
  void leave() {
    const Open closed = open_.back();
    open_.pop_back();
    closed.walked->done = true;
    closed.walked->elements += closed.at;
    parts_ += closed.at;
    deepest_ = std::max(deepest_, closed.walked->depth);
    most_elements_ = std::max(most_elements_, closed.walked->elements);
    // The type of a tuple is as long as the tuple; what is refused below must not be spelled out first.
    if (infer_types_ && closed.walked->elements <= kRepeats) infer_type(*closed.value);
    if (!open_.empty()) add(*closed.walked);
  }
  void add(const Walked& child) {
    Walked& parent = *open_.back().walked;
    parent.depth = std::max(parent.depth, child.depth + 1);
    if (__builtin_add_overflow(parent.elements, child.elements, &parent.elements)) parent.elements = UINT64_MAX / 2;
  }

  const bool infer_types_;
  const uint64_t depth_;
  std::unordered_map<const RefCounted*, Walked> walked_;
  std::vector<Open> open_;
  size_t deepest_ = 0;
  uint64_t parts_ = 0;
  uint64_t most_elements_ = 0;
};

}  // namespace

const PickledGlobal* as_global(const IValue& value) {
  return value.is_capsule() ? dynamic_cast<const PickledGlobal*>(&value.as_capsule()) : nullptr;
}

const RawTuple* as_raw_tuple(const IValue& value) {
  return value.is_capsule() ? dynamic_cast<const RawTuple*>(&value.as_capsule()) : nullptr;
}

bool is_internal(const IValue& value) {
  return value.is_capsule() && dynamic_cast<const PickleInternal*>(&value.as_capsule());
}

std::string brief_type(const IValue& value) {
  return value.is_tuple() ? concat("a tuple of ", value.as_tuple().items.size()) : value.type_text();
}

bool may_be_key(const IValue& value) {
  int parts = 0;
  return may_be_key(value, kKeyDepth, parts);
}

Status ValueKeeper::check(bool infer_types, uint64_t depth) const {
  Walk walk(infer_types, depth);
  for (const IValue& value : kept_) HEDDLE_TRY(walk.from(value));
  return ok_status();
}

void ValueKeeper::release() {
  for (const IValue& value : kept_) {
    if (is_internal(value)) empty(value);
  }
  kept_.clear();
}

ValueKeeper::~ValueKeeper() {
  for (const IValue& value : kept_) empty(value);
}

}  // namespace heddle::archive
