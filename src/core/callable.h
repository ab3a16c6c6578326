// What a method or function is to the layers that cannot know its code: a name. lang makes ir::Function of it,
// lower attaches the compiled code, exec runs that. Written while a program is compiled, read-only afterwards.
#pragma once

#include <string>

#include "base/ref.h"

namespace heddle {

class Callable : public RefCounted {
 public:
  explicit Callable(std::string qualified_name) : qualified_name_(std::move(qualified_name)) {}
  // "__torch__.M.forward"
  const std::string& qualified_name() const { return qualified_name_; }
  // The code::Code made from it; null until lowered. Set once, before the callable is first run.
  const Ref<RefCounted>& code() const { return code_; }
  void set_code(Ref<RefCounted> code) { code_ = std::move(code); }

 private:
  std::string qualified_name_;
  Ref<RefCounted> code_;
};

}  // namespace heddle
