// The TorchScript call stack of an error.
#include "exec/interpreter.h"

namespace heddle::exec {
namespace {

// Of a very deep stack only both ends are told.
constexpr size_t kInnermostShown = 64;
constexpr size_t kOutermostShown = 16;

ScriptFrame describe(const std::string& function, const SourceRange& range) {
  const SourceRange original = range.original();
  return {function, range.known() ? range.highlight() : "", original.known() ? original.highlight() : ""};
}

void add_frame(std::vector<ScriptFrame>& stack, const code::Code& code, const code::Inst* at) {
  const code::Place* place = code.places[static_cast<size_t>(at - code.insts.data())].get();
  if (!place) stack.push_back(describe(code.name, {}));
  for (; place; place = place->caller.get()) stack.push_back(describe(place->function, place->range));
}

}  // namespace

std::string place_text(const code::Code& code, const code::Inst* at) {
  const code::Place* place = code.places[static_cast<size_t>(at - code.insts.data())].get();
  if (!place || !place->range.known()) return code.name;
  const SourceRange original = place->range.original();
  const SourceRange& range = original.known() ? original : place->range;
  return concat(range.source->name(), ":", range.line(), ", in ", place->function);
}

Status with_stack(Status error, const Frame& innermost, const code::Inst* at, size_t depth) {
  std::vector<ScriptFrame>& stack = error.info().stack;
  size_t number = 0;
  for (const Frame* frame = &innermost; frame; frame = frame->caller, ++number) {
    if (frame != &innermost) at = frame->next - 1;  // the call
    if (number < kInnermostShown || depth - number <= kOutermostShown) {
      add_frame(stack, *frame->code, at);
    } else if (number == kInnermostShown) {
      stack.push_back({concat("... ", depth - kInnermostShown - kOutermostShown, " calls more ..."), "", ""});
    }
  }
  return error;
}

}  // namespace heddle::exec
