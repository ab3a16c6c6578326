// ArrayRef: a view of adjacent values somebody else owns, made implicitly of one value, a vector, an array or braces.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "heddle_torch/error.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

using std::in_place;
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;
using string_view = std::string_view;
template <class T>
constexpr bool is_optional_v = false;

template <class T>
class ArrayRef final {
 public:
  using iterator = const T*;
  using const_iterator = const T*;
  using size_type = size_t;
  using value_type = T;
  using reverse_iterator = std::reverse_iterator<iterator>;

  constexpr ArrayRef() = default;
  constexpr ArrayRef(const T& one) : data_(&one), size_(1) {}
  constexpr ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  constexpr ArrayRef(const T* begin, const T* end) : data_(begin), size_(static_cast<size_t>(end - begin)) {}
  template <class Container, class Data = decltype(std::declval<const Container&>().data()),
            class = std::enable_if_t<(std::is_same<Data, T*>::value || std::is_same<Data, T const*>::value) &&
                                     !std::is_same<Container, ArrayRef>::value>>
  constexpr ArrayRef(const Container& container) : data_(container.data()), size_(container.size()) {}
  template <class A>
  ArrayRef(const std::vector<T, A>& values) : data_(values.data()), size_(values.size()) {
    static_assert(!std::is_same<T, bool>::value, "ArrayRef<bool> cannot view a std::vector<bool>, which has no array");
  }
  template <size_t N>
  constexpr ArrayRef(const std::array<T, N>& values) : data_(values.data()), size_(N) {}
  template <size_t N>
  constexpr ArrayRef(const T (&values)[N]) : data_(values), size_(N) {}
// Braces live as long as the full expression, which is what a view is for.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
  constexpr ArrayRef(const std::initializer_list<T>& values)
      : data_(values.begin() == values.end() ? nullptr : values.begin()), size_(values.size()) {}
#pragma GCC diagnostic pop

  constexpr iterator begin() const { return data_; }
  constexpr iterator end() const { return data_ + size_; }
  constexpr const_iterator cbegin() const { return data_; }
  constexpr const_iterator cend() const { return data_ + size_; }
  constexpr reverse_iterator rbegin() const { return reverse_iterator(end()); }
  constexpr reverse_iterator rend() const { return reverse_iterator(begin()); }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  const T& front() const {
    TORCH_CHECK(size_ > 0, "ArrayRef: attempted to access front() of empty list");
    return data_[0];
  }
  const T& back() const {
    TORCH_CHECK(size_ > 0, "ArrayRef: attempted to access back() of empty list");
    return data_[size_ - 1];
  }
  constexpr bool equals(ArrayRef o) const {
    if (size_ != o.size_) return false;
    for (size_t i = 0; i < size_; ++i)
      if (!(data_[i] == o.data_[i])) return false;
    return true;
  }
  ArrayRef slice(size_t start, size_t count) const {
    TORCH_CHECK(start + count <= size_, "ArrayRef: invalid slice, start = ", start, "; count = ", count,
                "; size = ", size_);
    return ArrayRef(data_ + start, count);
  }
  ArrayRef slice(size_t start) const { return slice(start, size_ - start); }
  constexpr const T& operator[](size_t i) const { return data_[i]; }
  const T& at(size_t i) const {
    TORCH_CHECK(i < size_, "ArrayRef: invalid index ", i, "; length ", size_);
    return data_[i];
  }
  std::vector<T> vec() const { return std::vector<T>(begin(), end()); }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

template <class T>
std::ostream& operator<<(std::ostream& out, ArrayRef<T> values) {
  out << "[";
  for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
  return out << "]";
}
template <class T>
bool operator==(ArrayRef<T> a, ArrayRef<T> b) {
  return a.equals(b);
}
template <class T>
bool operator!=(ArrayRef<T> a, ArrayRef<T> b) {
  return !a.equals(b);
}
template <class T>
bool operator==(const std::vector<T>& a, ArrayRef<T> b) {
  return ArrayRef<T>(a).equals(b);
}
template <class T>
bool operator!=(const std::vector<T>& a, ArrayRef<T> b) {
  return !ArrayRef<T>(a).equals(b);
}
template <class T>
bool operator==(ArrayRef<T> a, const std::vector<T>& b) {
  return a.equals(ArrayRef<T>(b));
}
template <class T>
bool operator!=(ArrayRef<T> a, const std::vector<T>& b) {
  return !a.equals(ArrayRef<T>(b));
}
template <class T>
ArrayRef<T> makeArrayRef(const std::vector<T>& values) {
  return values;
}
template <class T>
ArrayRef<T> makeArrayRef(const T* data, size_t size) {
  return ArrayRef<T>(data, size);
}

using IntArrayRef = ArrayRef<int64_t>;
// Sizes are numbers here; the symbolic ones of PyTorch's compiler do not occur.
using SymInt = int64_t;
using SymIntArrayRef = IntArrayRef;

template <class T>
class OptionalArrayRef final {
 public:
  constexpr OptionalArrayRef() = default;
  constexpr OptionalArrayRef(nullopt_t) {}
  OptionalArrayRef(const OptionalArrayRef&) = default;
  OptionalArrayRef& operator=(const OptionalArrayRef&) = default;
  constexpr OptionalArrayRef(const optional<ArrayRef<T>>& o) : array_(o) {}
  // A number of another type becomes a T where the caller stands, who keeps it to the end of the full expression.
  constexpr OptionalArrayRef(const T& one) : array_(std::in_place, one) {}
  template <class U, class = std::enable_if_t<!std::is_same<std::decay_t<U>, OptionalArrayRef>::value &&
                                              !std::is_same<std::decay_t<U>, nullopt_t>::value &&
                                              !std::is_convertible<U&&, T>::value &&
                                              std::is_convertible<U&&, ArrayRef<T>>::value>>
  constexpr OptionalArrayRef(U&& value) : array_(std::in_place, std::forward<U>(value)) {}
  constexpr OptionalArrayRef(const std::initializer_list<T>& values) : array_(std::in_place, values) {}
  constexpr bool has_value() const { return array_.has_value(); }
  constexpr explicit operator bool() const { return array_.has_value(); }
  constexpr const ArrayRef<T>& value() const { return array_.value(); }
  constexpr const ArrayRef<T>& operator*() const { return *array_; }
  constexpr const ArrayRef<T>* operator->() const { return &*array_; }
  constexpr operator optional<ArrayRef<T>>() const { return array_; }

 private:
  optional<ArrayRef<T>> array_;
};
using OptionalIntArrayRef = OptionalArrayRef<int64_t>;

template <class T, unsigned N = 4>
class SmallVector : public std::vector<T> {
 public:
  using std::vector<T>::vector;
  SmallVector(ArrayRef<T> values) : std::vector<T>(values.begin(), values.end()) {}
  template <class It>
  void append(It first, It last) {
    this->insert(this->end(), first, last);
  }
};
template <class T>
using SmallVectorImpl = SmallVector<T>;

HEDDLE_TORCH_END
}  // namespace c10

namespace at {
using namespace c10;
HEDDLE_TORCH_BEGIN
using DimVector = SmallVector<int64_t, 5>;
HEDDLE_TORCH_END
}  // namespace at
