#include "exec/frame.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

namespace heddle::exec {
namespace {

// The first is small enough for malloc's cache of the thread: a forked task often needs no more.
constexpr size_t kFirstBlockBytes = 1000;
constexpr size_t kBlockBytes = 8192;
static_assert(sizeof(Frame) % alignof(IValue) == 0);

size_t frame_bytes(const code::Code& code) { return sizeof(Frame) + code.register_count * sizeof(IValue); }

}  // namespace

FrameStack::~FrameStack() {
  while (top_) pop();
}

std::byte* FrameStack::allocate(size_t bytes) {
  while (current_ < blocks_.size()) {
    Block& block = blocks_[current_];
    if (block.size - block.used >= bytes) {
      std::byte* at = block.bytes.get() + block.used;
      block.used += bytes;
      return at;
    }
    // An empty spare that is too small makes way; one in use is left behind, below the new frame.
    if (block.used == 0) {
      blocks_.erase(blocks_.begin() + static_cast<ptrdiff_t>(current_));
    } else {
      ++current_;
    }
  }
  const size_t size = std::max(bytes, blocks_.empty() ? kFirstBlockBytes : kBlockBytes);
  blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size, bytes});
  current_ = blocks_.size() - 1;
  return blocks_.back().bytes.get();
}

Frame* FrameStack::push(const code::Code& code, uint32_t result) {
  auto* frame = new (allocate(frame_bytes(code))) Frame{top_, &code, code.insts.data(), result};
  IValue* registers = frame->registers();
  IValue* const constants = registers + code.argument_count;
  IValue* const rest = constants + code.constants.size();
  std::uninitialized_value_construct(registers, constants);
  // Bits without a reference: the code keeps its constants alive, no instruction writes their registers (code::verify),
  // and threads that run the same model do not fight for the weights' counts.
  if (!code.constants.empty()) {
    std::memcpy(static_cast<void*>(constants), static_cast<const void*>(code.constants.data()),
                code.constants.size() * sizeof(IValue));
  }
  std::uninitialized_value_construct(rest, registers + code.register_count);
  top_ = frame;
  ++depth_;
  return frame;
}

void FrameStack::pop() {
  Frame* frame = top_;
  const code::Code& code = *frame->code;
  IValue* const registers = frame->registers();
  std::destroy_n(registers, code.argument_count);
  std::destroy(registers + code.argument_count + code.constants.size(), registers + code.register_count);
  top_ = frame->caller;
  --depth_;
  blocks_[current_].used -= frame_bytes(code);
  if (blocks_[current_].used == 0 && current_ > 0) --current_;
}

}  // namespace heddle::exec
