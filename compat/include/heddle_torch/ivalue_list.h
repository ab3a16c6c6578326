// c10::List<T>: a handle; copies name the same list. Values are boxed inside, T is how they go in and out.
#pragma once

#include "heddle_torch/ivalue.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
// Lists of the library: `list` is never null.
Handle list_new(const c10::TypePtr& element, const c10::IValue* values, size_t count);
size_t list_size(void* list) noexcept;
const c10::IValue* list_data(void* list) noexcept;
const c10::IValue& list_at(void* list, size_t i);  // c10::IndexError where there is none
void list_set(void* list, size_t i, c10::IValue value);
void list_insert(void* list, size_t i, c10::IValue value);
void list_erase(void* list, size_t from, size_t to);
void list_resize(void* list, size_t count, const c10::IValue& fill);
c10::TypePtr list_element_type(void* list);
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN

namespace impl {
// A place in a list: reads as T, and may be assigned.
template <class T>
class ListElementReference {
 public:
  ListElementReference(heddle_torch::Handle list, size_t i) : list_(std::move(list)), i_(i) {}
  operator T() const { return get(); }
  T get() const { return heddle_torch::Convert<T>::from(heddle_torch::list_at(list_.get(), i_)); }
  ListElementReference& operator=(T value) {
    heddle_torch::list_set(list_.get(), i_, heddle_torch::Convert<T>::box(std::move(value)));
    return *this;
  }
  ListElementReference& operator=(const ListElementReference& o) { return *this = o.get(); }
  ListElementReference(const ListElementReference&) = default;
  friend bool operator==(const ListElementReference& a, const T& b) { return a.get() == b; }
  friend bool operator==(const T& b, const ListElementReference& a) { return a.get() == b; }
  friend bool operator!=(const ListElementReference& a, const T& b) { return !(a == b); }
  friend void swap(ListElementReference&& a, ListElementReference&& b) {
    T kept = a.get();
    a = b.get();
    b = std::move(kept);
  }

 private:
  heddle_torch::Handle list_;
  size_t i_;
};

template <class T>
class ListIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = ListElementReference<T>;
  ListIterator() = default;
  ListIterator(heddle_torch::Handle list, size_t i) : list_(std::move(list)), i_(i) {}
  reference operator*() const { return reference(list_, i_); }
  reference operator[](difference_type n) const { return reference(list_, i_ + static_cast<size_t>(n)); }
  ListIterator& operator++() {
    ++i_;
    return *this;
  }
  ListIterator operator++(int) {
    ListIterator old = *this;
    ++i_;
    return old;
  }
  ListIterator& operator--() {
    --i_;
    return *this;
  }
  ListIterator& operator+=(difference_type n) {
    i_ += static_cast<size_t>(n);
    return *this;
  }
  ListIterator& operator-=(difference_type n) { return *this += -n; }
  friend ListIterator operator+(ListIterator a, difference_type n) { return a += n; }
  friend ListIterator operator-(ListIterator a, difference_type n) { return a -= n; }
  friend difference_type operator-(const ListIterator& a, const ListIterator& b) {
    return static_cast<difference_type>(a.i_) - static_cast<difference_type>(b.i_);
  }
  friend bool operator==(const ListIterator& a, const ListIterator& b) { return a.i_ == b.i_; }
  friend bool operator!=(const ListIterator& a, const ListIterator& b) { return a.i_ != b.i_; }
  friend bool operator<(const ListIterator& a, const ListIterator& b) { return a.i_ < b.i_; }
  size_t position() const { return i_; }

 private:
  heddle_torch::Handle list_;
  size_t i_ = 0;
};
}  // namespace impl

template <class T>
class List final {
 public:
  using value_type = T;
  using size_type = size_t;
  using iterator = impl::ListIterator<T>;

  List() : List(getTypePtr<T>()) {}
  explicit List(const TypePtr& element) : handle_(heddle_torch::list_new(element, nullptr, 0)) {}
  List(std::initializer_list<T> values) : List(ArrayRef<T>(values)) {}
  explicit List(ArrayRef<T> values) : List() {
    for (const T& value : values) push_back(value);
  }
  explicit List(heddle_torch::Handle handle) : handle_(std::move(handle)) {}

  size_t size() const { return heddle_torch::list_size(handle_.get()); }
  bool empty() const { return size() == 0; }
  T get(size_t i) const { return heddle_torch::Convert<T>::from(heddle_torch::list_at(handle_.get(), i)); }
  void set(size_t i, T value) const {
    heddle_torch::list_set(handle_.get(), i, heddle_torch::Convert<T>::box(std::move(value)));
  }
  T extract(size_t i) const { return get(i); }
  decltype(auto) operator[](size_t i) const {
    if constexpr (std::is_same<T, IValue>::value) {
      return (heddle_torch::list_at(handle_.get(), i));
    } else {
      return get(i);
    }
  }
  impl::ListElementReference<T> operator[](size_t i) {
    heddle_torch::list_at(handle_.get(), i);
    return impl::ListElementReference<T>(handle_, i);
  }
  iterator begin() const { return iterator(handle_, 0); }
  iterator end() const { return iterator(handle_, size()); }
  void reserve(size_t) const {}
  void push_back(T value) const {
    heddle_torch::list_insert(handle_.get(), size(), heddle_torch::Convert<T>::box(std::move(value)));
  }
  template <class... A>
  void emplace_back(A&&... a) const {
    push_back(T(std::forward<A>(a)...));
  }
  void append(List o) const {
    for (size_t i = 0, n = o.size(); i < n; ++i) push_back(o.get(i));
  }
  iterator insert(iterator at, T value) const {
    heddle_torch::list_insert(handle_.get(), at.position(), heddle_torch::Convert<T>::box(std::move(value)));
    return at;
  }
  iterator erase(iterator at) const { return erase(at, at + 1); }
  iterator erase(iterator first, iterator last) const {
    heddle_torch::list_erase(handle_.get(), first.position(), last.position());
    return first;
  }
  void pop_back() const { heddle_torch::list_erase(handle_.get(), size() - 1, size()); }
  void clear() const { heddle_torch::list_erase(handle_.get(), 0, size()); }
  void resize(size_t count) const { resize(count, T()); }
  void resize(size_t count, const T& value) const {
    heddle_torch::list_resize(handle_.get(), count, heddle_torch::Convert<T>::box(value));
  }
  List copy() const {
    return List(heddle_torch::list_new(elementType(), heddle_torch::list_data(handle_.get()), size()));
  }
  std::vector<T> vec() const {
    std::vector<T> out;
    out.reserve(size());
    for (size_t i = 0, n = size(); i < n; ++i) out.push_back(get(i));
    return out;
  }
  bool is(const List& o) const { return handle_.get() == o.handle_.get(); }
  size_t use_count() const { return heddle_torch::use_count(handle_.get()); }
  TypePtr elementType() const { return heddle_torch::list_element_type(handle_.get()); }
  const heddle_torch::Handle& handle() const { return handle_; }
  friend bool operator==(const List& a, const List& b) { return IValue(a) == IValue(b); }
  friend bool operator!=(const List& a, const List& b) { return !(a == b); }

 private:
  heddle_torch::Handle handle_;
};

namespace impl {
template <class T>
List<T> toTypedList(GenericList list) {
  return List<T>(list.handle());
}
template <class T>
GenericList toList(List<T> list) {
  return GenericList(list.handle());
}
}  // namespace impl

template <class T>
IValue::IValue(List<T> v) : IValue(Tag::GenericList, v.handle()) {}
template <class T, class>
IValue::IValue(ArrayRef<T> v) : IValue(List<T>(v)) {}
template <class T, class>
IValue::IValue(const std::vector<T>& v) : IValue(List<T>()) {
  for (const auto& item : v) heddle_torch::list_insert(box(), heddle_torch::list_size(box()), IValue(T(item)));
}
template <class T, size_t N>
IValue::IValue(std::array<T, N> v) : IValue(List<T>(ArrayRef<T>(v))) {}

HEDDLE_TORCH_END
}  // namespace c10
