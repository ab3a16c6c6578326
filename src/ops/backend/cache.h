// A bounded map from shapes to compiled kernels (primitives of a library, plans), least recently used out first.
// Any thread; a lookup takes one short lock. What is found stays alive as long as somebody holds its reference.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>

#include "base/ref.h"

namespace heddle::ops::backend {

// Key: ordered. Value: counted by Ref.
template <class Key, class Value>
class Cache {
 public:
  explicit Cache(size_t capacity) : capacity_(capacity) {}

  // Null when there is none.
  Ref<const Value> find(const Key& key) {
    std::lock_guard lock(mutex_);
    const auto it = index_.find(key);
    if (it == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, it->second);
    return it->second->value;
  }

  // Two threads that missed the same key may both insert; the first one's value stays, and both get it.
  Ref<const Value> insert(const Key& key, Ref<const Value> value) {
    std::list<Entry> evicted;  // dropped after the lock
    std::lock_guard lock(mutex_);
    const auto it = index_.find(key);
    if (it != index_.end()) return it->second->value;
    order_.push_front({key, value});
    index_.emplace(key, order_.begin());
    if (order_.size() > capacity_) {
      index_.erase(order_.back().key);
      evicted.splice(evicted.begin(), order_, std::prev(order_.end()));
    }
    return value;
  }

  // The value for the key, made outside the lock by make() -> Ref<const Value> when there is none. A null is not kept.
  template <class Make>
  Ref<const Value> find_or_make(const Key& key, Make&& make) {
    if (Ref<const Value> found = find(key)) return found;
    Ref<const Value> made = make();
    return made ? insert(key, std::move(made)) : made;
  }

  size_t size() const {
    std::lock_guard lock(mutex_);
    return order_.size();
  }

 private:
  struct Entry {
    Key key;
    Ref<const Value> value;
  };
  mutable std::mutex mutex_;
  std::list<Entry> order_;  // most recently used first
  std::map<Key, typename std::list<Entry>::iterator> index_;
  const size_t capacity_;
};

}  // namespace heddle::ops::backend
