// The activation of one function, as data: what lets the interpreter suspend anywhere and recurse without the native
// stack. Frames of one invocation lie on its FrameStack; one thread at a time runs them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "code/code.h"
#include "core/ivalue.h"

namespace heddle::exec {

struct Frame {
  Frame* caller;           // null: the outermost
  const code::Code* code;  // kept alive by the program
  const code::Inst* next;  // where it goes on; while a callee runs, the instruction behind the call
  uint32_t result;         // the caller's register that receives the value
  IValue* registers() { return reinterpret_cast<IValue*>(this + 1); }
};

class FrameStack {
 public:
  FrameStack() = default;
  ~FrameStack();
  FrameStack(const FrameStack&) = delete;
  FrameStack& operator=(const FrameStack&) = delete;

  // A frame with its constants in place and every other register None.
  Frame* push(const code::Code& code, uint32_t result);
  // Releases the registers of the top frame.
  void pop();
  Frame* top() const { return top_; }
  size_t depth() const { return depth_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    size_t size;
    size_t used;
  };
  std::byte* allocate(size_t bytes);
  std::vector<Block> blocks_;  // those behind current_ are spare
  size_t current_ = 0;
  Frame* top_ = nullptr;
  size_t depth_ = 0;
};

}  // namespace heddle::exec
