// Status and Result<T>: how every function inside Heddle reports failure. Exceptions exist only at the public faces.
// A Status that is well is one null pointer, so returning it costs nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace heddle {

enum class ErrorCode {
  kInvalidArgument,  // an argument, shape, dtype or option that cannot be served
  kIndex,            // an index or dimension out of range
  kType,             // a value of the wrong type
  kNotFound,         // a file, record, attribute, method or key that is not there
  kBadArchive,       // a file that is no archive, or a broken one
  kSyntax,           // TorchScript text that does not parse or type-check
  kUnsupported,      // something well-formed that Heddle does not have (yet): an operator, a version
  kRaised,           // the model's own raise or assert
  kCancelled,        // a deadline or a stop token
  kLimit,            // a resource limit
  kRuntime,          // any other failure while a model runs
};

// One frame of the TorchScript call stack, innermost first.
struct ScriptFrame {
  std::string function;  // qualified name, "__torch__.M.forward"
  std::string location;  // file, line and the source text with a caret line
  std::string original;  // the same for the author's own file, where an archive tells; else empty
};

struct ErrorInfo {
  ErrorCode code;
  std::string message;
  std::string python_type;  // the exception class a model raised ("ValueError"), else empty
  std::vector<ScriptFrame> stack;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorCode code, std::string message)
      : info_(std::make_unique<ErrorInfo>(ErrorInfo{code, std::move(message), {}, {}})) {}
  explicit Status(ErrorInfo info) : info_(std::make_unique<ErrorInfo>(std::move(info))) {}
  Status(Status&&) = default;
  Status& operator=(Status&&) = default;
  Status clone() const { return info_ ? Status(*info_) : Status(); }

  bool ok() const { return !info_; }
  // Only when !ok().
  ErrorCode code() const { return info_->code; }
  const std::string& message() const { return info_->message; }
  ErrorInfo& info() { return *info_; }
  const ErrorInfo& info() const { return *info_; }

 private:
  std::unique_ptr<ErrorInfo> info_;
};

inline Status ok_status() { return {}; }

template <class... P>
Status error(ErrorCode code, const P&... pieces) {
  return Status(code, concat(pieces...));
}
template <class... P>
Status invalid(const P&... pieces) {
  return Status(ErrorCode::kInvalidArgument, concat(pieces...));
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  template <class U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
           !std::is_same_v<std::remove_cvref_t<U>, Status> && !std::is_same_v<std::remove_cvref_t<U>, Result>)
      Result(U&& value)
      : value_(std::forward<U>(value)) {}
  // The status must not be ok.
  Result(Status status) : status_(std::move(status)) {}

  bool ok() const { return value_.has_value(); }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Status& status() const& { return status_; }
  Status&& status() && { return std::move(status_); }

 private:
  std::optional<T> value_;
  Status status_;
};

namespace detail {
inline Status take_status(Status&& s) { return std::move(s); }
template <class T>
Status take_status(Result<T>&& r) {
  return std::move(r).status();
}
inline void take_value(Status&&) {}
template <class T>
T take_value(Result<T>&& r) {
  return std::move(r).value();
}
}  // namespace detail

// The value of a Result (or nothing, of a Status); on failure returns the error from the enclosing function.
#define HEDDLE_TRY(...) HEDDLE_TRY_NAMED(HEDDLE_TRY_JOIN(heddle_try_, __COUNTER__), __VA_ARGS__)
#define HEDDLE_TRY_JOIN(a, b) HEDDLE_TRY_JOIN_AGAIN(a, b)
#define HEDDLE_TRY_JOIN_AGAIN(a, b) a##b
#define HEDDLE_TRY_NAMED(name, ...)                                        \
  __extension__({                                                          \
    auto name = (__VA_ARGS__);                                             \
    if (!name.ok()) return ::heddle::detail::take_status(std::move(name)); \
    ::heddle::detail::take_value(std::move(name));                         \
  })

// Returns an error made of the pieces unless the condition holds; for conditions that input can break.
#define HEDDLE_REQUIRE(condition, ...)       \
  do {                                       \
    if (!(condition)) [[unlikely]]           \
      return ::heddle::invalid(__VA_ARGS__); \
  } while (false)

#define HEDDLE_REQUIRE_CODE(condition, code, ...)                     \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      return ::heddle::error(::heddle::ErrorCode::code, __VA_ARGS__); \
  } while (false)

}  // namespace heddle
