#include "heddle/error.h"

#include <algorithm>

namespace heddle {

namespace {

// Outermost call first, as Python prints.
void append_traceback(std::string& out, std::string_view title, const std::vector<ScriptFrame>& stack,
                      std::string ScriptFrame::*text) {
  out += concat("\n\n", title, " (most recent call last):\n");
  for (size_t i = stack.size(); i-- > 0;) out += stack[i].*text;
  while (out.ends_with('\n')) out.pop_back();
}

}  // namespace

std::string describe(const ErrorInfo& info) {
  std::string out = info.python_type.empty() ? info.message : concat(info.python_type, ": ", info.message);
  if (info.stack.empty()) return out;
  const bool has_original =
      std::any_of(info.stack.begin(), info.stack.end(), [](const ScriptFrame& f) { return !f.original.empty(); });
  append_traceback(out, has_original ? "Traceback of TorchScript, serialized code" : "Traceback of TorchScript",
                   info.stack, &ScriptFrame::location);
  if (has_original)
    append_traceback(out, "Traceback of TorchScript, original code", info.stack, &ScriptFrame::original);
  return out;
}

Error::Error(ErrorInfo info) : std::runtime_error(describe(info)), info_(std::move(info)) {}

}  // namespace heddle
