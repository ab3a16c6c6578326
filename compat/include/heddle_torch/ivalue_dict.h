// c10::Dict<K, V>: a handle; copies name the same dict, which keeps the order of insertion.
#pragma once

#include "heddle_torch/ivalue.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
Handle dict_new(const c10::TypePtr& key, const c10::TypePtr& value);
size_t dict_size(void* dict) noexcept;
// Place of the key; dict_size() where there is none.
size_t dict_find(void* dict, const c10::IValue& key);
const c10::IValue& dict_key(void* dict, size_t i);
const c10::IValue& dict_value(void* dict, size_t i);
// Throws c10::Error (out of range) for a key that is not there.
const c10::IValue& dict_at(void* dict, const c10::IValue& key);
// Whether the key is new.
bool dict_set(void* dict, c10::IValue key, c10::IValue value, bool overwrite);
bool dict_erase(void* dict, const c10::IValue& key);
void dict_clear(void* dict);
c10::TypePtr dict_type(void* dict, bool of_value);
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN

namespace impl {
template <class K, class V>
class DictEntryRef {
 public:
  DictEntryRef(heddle_torch::Handle dict, size_t i) : dict_(std::move(dict)), i_(i) {}
  decltype(auto) key() const {
    if constexpr (std::is_same<K, IValue>::value) {
      return (heddle_torch::dict_key(dict_.get(), i_));
    } else {
      return heddle_torch::Convert<K>::from(heddle_torch::dict_key(dict_.get(), i_));
    }
  }
  decltype(auto) value() const {
    if constexpr (std::is_same<V, IValue>::value) {
      return (heddle_torch::dict_value(dict_.get(), i_));
    } else {
      return heddle_torch::Convert<V>::from(heddle_torch::dict_value(dict_.get(), i_));
    }
  }
  void setValue(V value) const {
    heddle_torch::dict_set(dict_.get(), heddle_torch::dict_key(dict_.get(), i_),
                           heddle_torch::Convert<V>::box(std::move(value)), true);
  }

 private:
  heddle_torch::Handle dict_;
  size_t i_;
};

template <class K, class V>
class DictIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = DictEntryRef<K, V>;
  using difference_type = std::ptrdiff_t;
  using pointer = const value_type*;
  using reference = const value_type&;
  DictIterator(heddle_torch::Handle dict, size_t i) : dict_(dict), i_(i), entry_(std::move(dict), i) {}
  const value_type& operator*() const { return entry_; }
  const value_type* operator->() const { return &entry_; }
  DictIterator& operator++() { return *this = DictIterator(dict_, i_ + 1); }
  DictIterator operator++(int) {
    DictIterator old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const DictIterator& a, const DictIterator& b) { return a.i_ == b.i_; }
  friend bool operator!=(const DictIterator& a, const DictIterator& b) { return a.i_ != b.i_; }

 private:
  heddle_torch::Handle dict_;
  size_t i_;
  value_type entry_;
};
}  // namespace impl

template <class K, class V>
class Dict final {
 public:
  using key_type = K;
  using mapped_type = V;
  using size_type = size_t;
  using iterator = impl::DictIterator<K, V>;

  Dict() : Dict(getTypePtr<K>(), getTypePtr<V>()) {}
  Dict(const TypePtr& key, const TypePtr& value) : handle_(heddle_torch::dict_new(key, value)) {}
  explicit Dict(heddle_torch::Handle handle) : handle_(std::move(handle)) {}

  size_t size() const { return heddle_torch::dict_size(handle_.get()); }
  bool empty() const { return size() == 0; }
  iterator begin() const { return iterator(handle_, 0); }
  iterator end() const { return iterator(handle_, size()); }
  iterator find(const K& key) const { return iterator(handle_, place(key)); }
  bool contains(const K& key) const { return place(key) < size(); }
  V at(const K& key) const {
    return heddle_torch::Convert<V>::from(heddle_torch::dict_at(handle_.get(), heddle_torch::Convert<K>::box(key)));
  }
  std::pair<iterator, bool> insert(K key, V value) const { return put(std::move(key), std::move(value), false); }
  std::pair<iterator, bool> insert_or_assign(K key, V value) const {
    return put(std::move(key), std::move(value), true);
  }
  size_t erase(const K& key) const {
    return heddle_torch::dict_erase(handle_.get(), heddle_torch::Convert<K>::box(key));
  }
  void erase(iterator at) const { erase(K(at->key())); }
  void clear() const { heddle_torch::dict_clear(handle_.get()); }
  void reserve(size_t) const {}
  Dict copy() const {
    Dict out(keyType(), valueType());
    for (const auto& entry : *this) out.insert(entry.key(), entry.value());
    return out;
  }
  bool is(const Dict& o) const { return handle_.get() == o.handle_.get(); }
  TypePtr keyType() const { return heddle_torch::dict_type(handle_.get(), false); }
  TypePtr valueType() const { return heddle_torch::dict_type(handle_.get(), true); }
  size_t use_count() const { return heddle_torch::use_count(handle_.get()); }
  const heddle_torch::Handle& handle() const { return handle_; }
  friend bool operator==(const Dict& a, const Dict& b) { return IValue(a) == IValue(b); }
  friend bool operator!=(const Dict& a, const Dict& b) { return !(a == b); }

 private:
  size_t place(const K& key) const {
    return heddle_torch::dict_find(handle_.get(), heddle_torch::Convert<K>::box(key));
  }
  std::pair<iterator, bool> put(K key, V value, bool overwrite) const {
    const IValue boxed = heddle_torch::Convert<K>::box(std::move(key));
    const bool is_new =
        heddle_torch::dict_set(handle_.get(), boxed, heddle_torch::Convert<V>::box(std::move(value)), overwrite);
    return {iterator(handle_, heddle_torch::dict_find(handle_.get(), boxed)), is_new};
  }
  heddle_torch::Handle handle_;
};

namespace impl {
template <class K, class V>
Dict<K, V> toTypedDict(GenericDict dict) {
  return Dict<K, V>(dict.handle());
}
template <class K, class V>
GenericDict toGenericDict(Dict<K, V> dict) {
  return GenericDict(dict.handle());
}
}  // namespace impl

template <class K, class V>
IValue::IValue(Dict<K, V> v) : IValue(Tag::GenericDict, v.handle()) {}
template <class K, class V>
IValue::IValue(std::unordered_map<K, V> v) : IValue(Dict<K, V>()) {
  for (auto& [key, value] : v) heddle_torch::dict_set(box(), IValue(key), IValue(value), true);
}
template <class K, class V>
IValue::IValue(std::map<K, V> v) : IValue(Dict<K, V>()) {
  for (auto& [key, value] : v) heddle_torch::dict_set(box(), IValue(key), IValue(value), true);
}

HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
using c10::Dict;
using c10::List;
}  // namespace torch
