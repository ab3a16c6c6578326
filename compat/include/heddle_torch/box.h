// Counted references to what the library owns (tensors, lists, dicts, ...). Counts are atomic: handles may be copied on
// any thread.
#pragma once

#include <utility>

#include "heddle_torch/config.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

// Both take null.
void retain(void* box) noexcept;
void release(void* box) noexcept;
unsigned use_count(const void* box) noexcept;

class Handle {
 public:
  Handle() noexcept = default;
  // Takes over the reference.
  static Handle adopt(void* box) noexcept {
    Handle h;
    h.box_ = box;
    return h;
  }
  static Handle share(void* box) noexcept {
    retain(box);
    return adopt(box);
  }
  Handle(const Handle& o) noexcept : box_(o.box_) {
    if (box_) retain(box_);
  }
  Handle(Handle&& o) noexcept : box_(std::exchange(o.box_, nullptr)) {}
  Handle& operator=(const Handle& o) noexcept {
    Handle copy(o);
    std::swap(box_, copy.box_);
    return *this;
  }
  Handle& operator=(Handle&& o) noexcept {
    Handle moved(std::move(o));
    std::swap(box_, moved.box_);
    return *this;
  }
  ~Handle() {
    if (box_) release(box_);
  }
  void* get() const noexcept { return box_; }
  void* leak() noexcept { return std::exchange(box_, nullptr); }
  explicit operator bool() const noexcept { return box_ != nullptr; }

 private:
  void* box_ = nullptr;
};

// Base of the classes whose objects are boxes of the library: a pointer to one is the box's address.
struct Box {
  Box() = delete;
  Box(const Box&) = delete;
};

HEDDLE_TORCH_END
}  // namespace heddle_torch
