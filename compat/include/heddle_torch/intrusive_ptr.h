// c10::intrusive_ptr, over objects of the program (intrusive_ptr_target) and boxes of the library alike.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "heddle_torch/box.h"
#include "heddle_torch/error.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

class intrusive_ptr_target {
 public:
  intrusive_ptr_target() noexcept = default;
  intrusive_ptr_target(const intrusive_ptr_target&) noexcept {}
  intrusive_ptr_target& operator=(const intrusive_ptr_target&) noexcept { return *this; }
  void heddle_retain() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  void heddle_release() const noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const_cast<intrusive_ptr_target*>(this)->release_resources();
      delete this;
    }
  }
  unsigned heddle_count() const noexcept { return count_.load(std::memory_order_acquire); }

 protected:
  virtual ~intrusive_ptr_target() = default;

 private:
  virtual void release_resources() {}
  mutable std::atomic<unsigned> count_{0};
};

namespace raw {
struct DontIncreaseRefcount {};
}  // namespace raw

template <class T>
class intrusive_ptr final {
 public:
  using element_type = T;
  intrusive_ptr() noexcept = default;
  intrusive_ptr(std::nullptr_t) noexcept {}
  intrusive_ptr(T* p, raw::DontIncreaseRefcount) noexcept : p_(p) {}
  intrusive_ptr(const intrusive_ptr& o) noexcept : p_(o.p_) { retain(p_); }
  intrusive_ptr(intrusive_ptr&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  template <class U, class = std::enable_if_t<std::is_convertible<U*, T*>::value>>
  intrusive_ptr(const intrusive_ptr<U>& o) noexcept : p_(o.get()) {
    retain(p_);
  }
  template <class U, class = std::enable_if_t<std::is_convertible<U*, T*>::value>>
  intrusive_ptr(intrusive_ptr<U>&& o) noexcept : p_(o.release()) {}
  intrusive_ptr(std::unique_ptr<T> o) noexcept : p_(o.release()) { retain(p_); }
  intrusive_ptr& operator=(intrusive_ptr o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  ~intrusive_ptr() noexcept { drop(p_); }

  T* get() const noexcept { return p_; }
  T& operator*() const noexcept { return *p_; }
  T* operator->() const noexcept { return p_; }
  operator bool() const noexcept { return p_ != nullptr; }
  bool defined() const noexcept { return p_ != nullptr; }
  void reset() noexcept { *this = intrusive_ptr(); }
  void swap(intrusive_ptr& o) noexcept { std::swap(p_, o.p_); }
  size_t use_count() const noexcept { return p_ ? count(p_) : 0; }
  bool unique() const noexcept { return use_count() == 1; }
  T* release() noexcept { return std::exchange(p_, nullptr); }
  static intrusive_ptr reclaim(T* owned) { return intrusive_ptr(owned, raw::DontIncreaseRefcount()); }
  static intrusive_ptr reclaim_copy(T* p) {
    retain(p);
    return reclaim(p);
  }
  static intrusive_ptr unsafe_steal_from_new(T* p) { return reclaim_copy(p); }
  template <class... A>
  static intrusive_ptr make(A&&... a) {
    if constexpr (is_box()) {
      return T::create(std::forward<A>(a)...);
    } else {
      return reclaim_copy(new T(std::forward<A>(a)...));
    }
  }

 private:
  static constexpr bool is_box() { return std::is_base_of<heddle_torch::Box, T>::value; }
  static void retain(T* p) {
    if (!p) return;
    if constexpr (is_box()) {
      heddle_torch::retain(p);
    } else {
      p->heddle_retain();
    }
  }
  static void drop(T* p) {
    if (!p) return;
    if constexpr (is_box()) {
      heddle_torch::release(p);
    } else {
      p->heddle_release();
    }
  }
  static size_t count(T* p) {
    if constexpr (is_box()) {
      return heddle_torch::use_count(p);
    } else {
      return p->heddle_count();
    }
  }
  T* p_ = nullptr;
};

template <class A, class B>
bool operator==(const intrusive_ptr<A>& a, const intrusive_ptr<B>& b) noexcept {
  return a.get() == b.get();
}
template <class A, class B>
bool operator!=(const intrusive_ptr<A>& a, const intrusive_ptr<B>& b) noexcept {
  return a.get() != b.get();
}
template <class A>
bool operator==(const intrusive_ptr<A>& a, std::nullptr_t) noexcept {
  return a.get() == nullptr;
}
template <class A>
bool operator!=(const intrusive_ptr<A>& a, std::nullptr_t) noexcept {
  return a.get() != nullptr;
}
template <class A, class B>
bool operator<(const intrusive_ptr<A>& a, const intrusive_ptr<B>& b) noexcept {
  return a.get() < b.get();
}

template <class T, class... A>
intrusive_ptr<T> make_intrusive(A&&... a) {
  return intrusive_ptr<T>::make(std::forward<A>(a)...);
}
template <class To, class From>
intrusive_ptr<To> static_intrusive_pointer_cast(const intrusive_ptr<From>& p) {
  return intrusive_ptr<To>::reclaim_copy(static_cast<To*>(p.get()));
}
template <class To, class From>
intrusive_ptr<To> dynamic_intrusive_pointer_cast(const intrusive_ptr<From>& p) {
  To* to = dynamic_cast<To*>(p.get());
  return to ? intrusive_ptr<To>::reclaim_copy(to) : intrusive_ptr<To>();
}

HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
using c10::intrusive_ptr;
using c10::make_intrusive;
}  // namespace torch

namespace std {
template <class T>
struct hash<c10::intrusive_ptr<T>> {
  size_t operator()(const c10::intrusive_ptr<T>& p) const { return std::hash<T*>()(p.get()); }
};
}  // namespace std
