// c10::irange: for (const auto i : c10::irange(n)).
#pragma once

#include <cstdint>
#include <iterator>
#include <type_traits>

#include "heddle_torch/config.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
template <class I>
class integer_range {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = I;
    using difference_type = std::ptrdiff_t;
    using pointer = const I*;
    using reference = I;
    explicit iterator(I value) : value_(value) {}
    I operator*() const { return value_; }
    iterator& operator++() {
      ++value_;
      return *this;
    }
    iterator operator++(int) { return iterator(value_++); }
    bool operator==(const iterator& o) const { return value_ == o.value_; }
    bool operator!=(const iterator& o) const { return value_ != o.value_; }

   private:
    I value_;
  };
  integer_range(I first, I last) : begin_(first), end_(first < last ? last : first) {}
  iterator begin() const { return begin_; }
  iterator end() const { return end_; }

 private:
  iterator begin_;
  iterator end_;
};
template <class A, class B, class = std::enable_if_t<std::is_integral<A>::value && std::is_integral<B>::value>>
integer_range<B> irange(A begin, B end) {
  return {static_cast<B>(begin), end};
}
template <class I, class = std::enable_if_t<std::is_integral<I>::value>>
integer_range<I> irange(I end) {
  return {I(), end};
}
HEDDLE_TORCH_END
}  // namespace c10
