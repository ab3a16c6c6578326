#include "core/boxes.h"

#include <algorithm>
#include <functional>
#include <new>

#include "core/nested_release.h"

namespace heddle {
namespace {

size_t mix(size_t seed, size_t value) { return seed ^ (value + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2)); }

// Equal numbers hash alike whatever their kind, as in Python: 1, 1.0 and True are one key.
size_t hash_real(double value) {
  constexpr double kExactly = 9007199254740992.0;  // 2^53
  const bool integral =
      value >= -kExactly && value <= kExactly && value == static_cast<double>(static_cast<int64_t>(value));
  return integral ? std::hash<int64_t>()(static_cast<int64_t>(value)) : std::hash<double>()(value);
}

size_t hash_of(const IValue& key) {
  switch (key.tag()) {
    case IValue::Tag::kBool:
    case IValue::Tag::kInt:
      return std::hash<int64_t>()(key.as_int());
    case IValue::Tag::kDouble:
      return hash_real(key.as_double());
    case IValue::Tag::kComplex: {
      const std::complex<double> value = key.as_complex();
      return value.imag() == 0 ? hash_real(value.real()) : mix(hash_real(value.real()), hash_real(value.imag()));
    }
    case IValue::Tag::kString:
      return std::hash<std::string>()(key.as_string());
    case IValue::Tag::kDevice:
      return mix(static_cast<size_t>(key.as_device().type), static_cast<size_t>(key.as_device().index));
    case IValue::Tag::kEnum:
      return mix(std::hash<const void*>()(key.as_enum().enum_type.get()), key.as_enum().member_index);
    case IValue::Tag::kTuple: {
      size_t seed = 0;
      for (const IValue& item : key.as_tuple().items) seed = mix(seed, hash_of(item));
      return seed;
    }
    default:
      return std::hash<const void*>()(key.box());
  }
}

bool keys_equal(const IValue& a, const IValue& b) {
  if (a.is_same(b)) return true;
  if (a.is_tensor() || b.is_tensor()) return false;
  const Result<bool> equal = values_equal(a, b);
  return equal.ok() && equal.value();
}

}  // namespace

DictValue::~DictValue() {
  if (NestedRelease::is_deep()) {
    try {
      std::vector<IValue> values;
      values.reserve(entries_.size());
      // Keys nest no deeper than their type does.
      for (Entry& entry : entries_) values.push_back(std::move(entry.value));
      release_values(values);
    } catch (const std::bad_alloc&) {
      // Deeper, then.
    }
  }
  const NestedRelease nested;
  entries_.clear();
}

IValue* DictValue::find(const IValue& key) {
  const auto [begin, end] = index_.equal_range(hash_of(key));
  for (auto at = begin; at != end; ++at) {
    if (keys_equal(entries_[at->second].key, key)) return &entries_[at->second].value;
  }
  return nullptr;
}

void DictValue::set(IValue key, IValue value) {
  if (IValue* old = find(key)) {
    *old = std::move(value);
    return;
  }
  index_.emplace(hash_of(key), entries_.size());
  entries_.push_back({std::move(key), std::move(value)});
}

bool DictValue::erase(const IValue& key) {
  const auto [begin, end] = index_.equal_range(hash_of(key));
  const auto found =
      std::find_if(begin, end, [&](const auto& place) { return keys_equal(entries_[place.second].key, key); });
  if (found == end) return false;
  const size_t position = found->second;
  index_.erase(found);
  // Moved out first: dropping the entry may run destructors that look at this dict.
  const Entry removed = std::move(entries_[position]);
  entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(position));
  for (auto& [hash, place] : index_) place -= place > position;
  return true;
}

void DictValue::clear() {
  index_.clear();
  entries_.clear();
}

const IValue* ObjectValue::find(std::string_view attribute) const {
  const std::optional<size_t> slot = class_type->find_attribute(attribute);
  return slot ? &slots[*slot] : nullptr;
}

IValue make_list(TypePtr element, std::vector<IValue> values) {
  return make_ref<ListValue>(std::move(element), std::move(values));
}

IValue make_int_list(std::span<const int64_t> values) {
  return make_list(types::integer(), std::vector<IValue>(values.begin(), values.end()));
}

IValue make_tensor_list(std::vector<Tensor> values) {
  std::vector<IValue> items;
  items.reserve(values.size());
  for (Tensor& tensor : values) items.emplace_back(std::move(tensor));
  return make_list(types::tensor(), std::move(items));
}

IValue make_tuple(std::vector<IValue> values) { return make_ref<TupleValue>(std::move(values)); }

}  // namespace heddle
