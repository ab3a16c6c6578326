// What a method or function is to the layers that cannot know its code: a name. lang makes ir::Function of it,
// lower attaches the compiled code, exec runs that. Written by the one thread
// that compiles its program, read-only once ready.
#pragma once

#include <atomic>
#include <string>

#include "base/ref.h"

namespace heddle {

class Callable : public RefCounted {
 public:
  explicit Callable(std::string qualified_name) : qualified_name_(std::move(qualified_name)) {}
  // "__torch__.M.forward"
  const std::string& qualified_name() const { return qualified_name_; }
  // The code::Code made from it; null until lowered. To be read only once ready(), or by what a ready callable called.
  const Ref<RefCounted>& code() const { return code_; }
  void set_code(Ref<RefCounted> code) { code_ = std::move(code); }
  // Whether it and everything it may call has code. Release and acquire: who sees true sees all that code.
  bool ready() const { return ready_.load(std::memory_order_acquire); }
  void set_ready(bool on) { ready_.store(on, std::memory_order_release); }

 private:
  std::string qualified_name_;
  Ref<RefCounted> code_;
  std::atomic<bool> ready_{false};
};

}  // namespace heddle
