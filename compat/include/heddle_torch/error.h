// c10::Error and what throws it: TORCH_CHECK and its kin.
#pragma once

#include <exception>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "heddle_torch/config.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

struct SourceLocation {
  const char* function;
  const char* file;
  uint32_t line;
};
std::ostream& operator<<(std::ostream& out, const SourceLocation& place);

// what() is the message with its contexts; there is no backtrace.
class Error : public std::exception {
 public:
  Error(SourceLocation place, std::string msg);
  Error(std::string msg, std::string backtrace, const void* caller = nullptr);
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  ~Error() override;
  const char* what() const noexcept override { return what_.c_str(); }
  const std::string& msg() const { return msg_; }
  const std::vector<std::string>& context() const { return context_; }
  const std::string& backtrace() const { return backtrace_; }
  const char* what_without_backtrace() const noexcept { return what_without_backtrace_.c_str(); }
  void add_context(std::string line);
  const void* caller() const noexcept { return nullptr; }

 private:
  void refresh();
  std::string msg_;
  std::vector<std::string> context_;
  std::string backtrace_;
  std::string what_;
  std::string what_without_backtrace_;
};

#define HEDDLE_TORCH_ERROR(name) \
  class name : public Error {    \
   public:                       \
    using Error::Error;          \
    name(const name&) = default; \
    ~name() override;            \
  };
HEDDLE_TORCH_ERROR(IndexError)
HEDDLE_TORCH_ERROR(ValueError)
HEDDLE_TORCH_ERROR(TypeError)
HEDDLE_TORCH_ERROR(NotImplementedError)
HEDDLE_TORCH_ERROR(EnforceFiniteError)
HEDDLE_TORCH_ERROR(OnnxfiBackendSystemError)
HEDDLE_TORCH_ERROR(LinAlgError)
HEDDLE_TORCH_ERROR(OutOfMemoryError)
#undef HEDDLE_TORCH_ERROR

namespace detail {
template <class... A>
std::string concat(const A&... pieces) {
  if constexpr (sizeof...(A) == 0) {
    return std::string();
  } else {
    std::ostringstream out;
    ((out << pieces), ...);
    return out.str();
  }
}
}  // namespace detail

template <class... A>
std::string str(const A&... pieces) {
  return detail::concat(pieces...);
}

std::string GetExceptionString(const std::exception& error);

class Warning {
 public:
  static void warn(const SourceLocation& place, const std::string& msg);
  static void set_warnAlways(bool) {}
};

HEDDLE_TORCH_END
}  // namespace c10

namespace torch {
namespace jit {
HEDDLE_TORCH_BEGIN
// What a model raised itself.
struct JITException : public std::runtime_error {
  explicit JITException(const std::string& msg, std::string python_class = {}, std::string original = {});
  ~JITException() override;
  const std::string& getPythonClassName() const { return python_class_; }
  const std::string& getOriginalMsg() const { return original_; }

 private:
  std::string python_class_;
  std::string original_;
};
// Source that does not compile.
struct ErrorReport : public std::exception {
  explicit ErrorReport(std::string text) : text_(std::move(text)) {}
  ErrorReport(const ErrorReport&) = default;
  ~ErrorReport() override;
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};
HEDDLE_TORCH_END
}  // namespace jit
}  // namespace torch

#define HEDDLE_TORCH_PLACE (::c10::SourceLocation{__func__, __FILE__, static_cast<uint32_t>(__LINE__)})
#define HEDDLE_TORCH_THROW(type, ...) throw ::c10::type(HEDDLE_TORCH_PLACE, ::c10::str(__VA_ARGS__))
#define HEDDLE_TORCH_CHECK(type, cond, ...)                                                                    \
  do {                                                                                                         \
    if (C10_UNLIKELY(!(cond))) {                                                                               \
      std::string heddle_text_ = ::c10::str(__VA_ARGS__);                                                      \
      throw ::c10::type(HEDDLE_TORCH_PLACE, heddle_text_.empty()                                               \
                                                ? std::string("Expected " #cond " to be true, but got false.") \
                                                : heddle_text_);                                               \
    }                                                                                                          \
  } while (false)
#define TORCH_CHECK(cond, ...) HEDDLE_TORCH_CHECK(Error, cond, ##__VA_ARGS__)
#define TORCH_CHECK_INDEX(cond, ...) HEDDLE_TORCH_CHECK(IndexError, cond, ##__VA_ARGS__)
#define TORCH_CHECK_VALUE(cond, ...) HEDDLE_TORCH_CHECK(ValueError, cond, ##__VA_ARGS__)
#define TORCH_CHECK_TYPE(cond, ...) HEDDLE_TORCH_CHECK(TypeError, cond, ##__VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(cond, ...) HEDDLE_TORCH_CHECK(NotImplementedError, cond, ##__VA_ARGS__)
#define TORCH_CHECK_WITH(type, cond, ...) HEDDLE_TORCH_CHECK(type, cond, ##__VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(cond, ...)                                                                 \
  do {                                                                                                   \
    if (C10_UNLIKELY(!(cond)))                                                                           \
      throw ::c10::Error(HEDDLE_TORCH_PLACE, ::c10::str(#cond " INTERNAL ASSERT FAILED at \"", __FILE__, \
                                                        "\":", __LINE__, ". ", ##__VA_ARGS__));          \
  } while (false)
#ifdef NDEBUG
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) \
  while (false) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#else
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#endif
#define AT_ASSERT(...) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#define AT_ASSERTM(cond, ...) TORCH_CHECK(cond, ##__VA_ARGS__)
#define AT_CHECK(cond, ...) TORCH_CHECK(cond, ##__VA_ARGS__)
#define AT_ERROR(...) HEDDLE_TORCH_THROW(Error, ##__VA_ARGS__)
#define AT_INDEX_ERROR(...) HEDDLE_TORCH_THROW(IndexError, ##__VA_ARGS__)
#define C10_THROW_ERROR(err_type, msg) throw ::c10::err_type(HEDDLE_TORCH_PLACE, msg)
#define TORCH_WARN(...) ::c10::Warning::warn(HEDDLE_TORCH_PLACE, ::c10::str(__VA_ARGS__))
#define AT_WARN(...) TORCH_WARN(__VA_ARGS__)
#define TORCH_WARN_ONCE(...)                                            \
  do {                                                                  \
    static const bool heddle_warned_ = (TORCH_WARN(__VA_ARGS__), true); \
    (void)heddle_warned_;                                               \
  } while (false)
