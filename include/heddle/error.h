// What Heddle's public functions throw. Inside the library errors are Status values; this is the one exception made of
// them.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "base/result.h"

namespace heddle {

// what() is the whole story: the message and, where a model was running, the TorchScript call stack with file, line and
// source text.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorInfo info);
  explicit Error(const Status& status) : Error(status.info()) {}
  ErrorCode code() const { return info_.code; }
  // The message alone.
  const std::string& message() const { return info_.message; }
  // The exception class that the model raised ("ValueError"), or empty.
  const std::string& python_type() const { return info_.python_type; }
  // Innermost first.
  const std::vector<ScriptFrame>& stack() const { return info_.stack; }
  const ErrorInfo& info() const { return info_; }

 private:
  ErrorInfo info_;
};

// The text of Error::what().
std::string describe(const ErrorInfo& info);

// The value of a Result, or the Error as an exception.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result.ok()) throw Error(result.status());
  return std::move(result).value();
}
inline void ok_or_throw(Status status) {
  if (!status.ok()) throw Error(status);
}

}  // namespace heddle
