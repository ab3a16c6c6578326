#include "heddle/error.h"

namespace heddle {

std::string describe(const ErrorInfo& info) {
  const std::string kind = info.python_type.empty() ? std::string() : concat(info.python_type, ": ");
  if (info.stack.empty()) return kind + info.message;
  std::string out = concat(kind, info.message, "\n\nTraceback of TorchScript (most recent call last):\n");
  for (size_t i = info.stack.size(); i-- > 0;) {
    out += info.stack[i].location;
    if (!out.ends_with('\n')) out += '\n';
  }
  return out;
}

Error::Error(ErrorInfo info) : std::runtime_error(describe(info)), info_(std::move(info)) {}

}  // namespace heddle
