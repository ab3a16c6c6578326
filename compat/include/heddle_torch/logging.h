// LOG, CHECK and their kin, and the printing of standard containers, as c10/util/Logging.h brings them without glog.
// Messages go to stderr from the level that TORCH_CPP_LOG_LEVEL names (INFO, WARNING, ERROR, FATAL; default WARNING); a
// FATAL one aborts. A program that includes glog first keeps glog's macros.
#pragma once

#include <cstddef>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "heddle_torch/config.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

constexpr int GLOG_FATAL = 3;
constexpr int GLOG_ERROR = 2;
constexpr int GLOG_WARNING = 1;
constexpr int GLOG_INFO = 0;

class MessageLogger {
 public:
  MessageLogger(const char* file, int line, int severity);
  ~MessageLogger();
  std::stringstream& stream() { return stream_; }

 private:
  std::stringstream stream_;
  int severity_;
};

struct LoggerVoidify {
  void operator&(const std::ostream&) {}
};

namespace detail {
template <class T>
T&& check_not_null(const char* file, int line, const char* text, T&& pointer) {
  if (pointer == nullptr) MessageLogger(file, line, GLOG_FATAL).stream() << text;
  return std::forward<T>(pointer);
}
// No more than 100 elements.
template <class Iterator>
void print_sequence(std::ostream& out, Iterator begin, Iterator end) {
  for (int i = 0; begin != end; ++i, ++begin) {
    if (i == 100) {
      out << " ...";
      return;
    }
    if (i > 0) out << ' ';
    out << *begin;
  }
}
}  // namespace detail

inline bool InitCaffeLogging(int*, char**) { return true; }
inline void UpdateLoggingLevelsFromFlags() {}
inline void ShowLogInfoToStderr() {}
inline void SetStackTraceFetcher(const void*) {}

HEDDLE_TORCH_END
}  // namespace c10

// In std, because arguments of operator<< are looked up there and programs rely on it.
namespace std {
template <class First, class Second>
ostream& operator<<(ostream& out, const pair<First, Second>& two);
template <class... Types>
ostream& operator<<(ostream& out, const vector<Types...>& values) {
  c10::detail::print_sequence(out, values.begin(), values.end());
  return out;
}
template <class... Types>
ostream& operator<<(ostream& out, const map<Types...>& values) {
  c10::detail::print_sequence(out, values.begin(), values.end());
  return out;
}
template <class... Types>
ostream& operator<<(ostream& out, const set<Types...>& values) {
  c10::detail::print_sequence(out, values.begin(), values.end());
  return out;
}
template <class First, class Second>
inline ostream& operator<<(ostream& out, const pair<First, Second>& two) {
  return out << '(' << two.first << ", " << two.second << ')';
}
}  // namespace std

#define HEDDLE_TORCH_FATAL_UNLESS(condition) \
  (condition) ? (void)0 : ::c10::LoggerVoidify() & ::c10::MessageLogger(__FILE__, __LINE__, ::c10::GLOG_FATAL).stream()

#ifndef LOG
#define LOG(severity) ::c10::MessageLogger(__FILE__, __LINE__, ::c10::GLOG_##severity).stream()
#define LOG_IF(severity, condition) \
  if (condition) ::c10::MessageLogger(__FILE__, __LINE__, ::c10::GLOG_##severity).stream()
#define LOG_AT_FILE_LINE(severity, file, line) ::c10::MessageLogger(file, line, ::c10::GLOG_##severity).stream()
#define VLOG(level) \
  if (false) ::c10::MessageLogger(__FILE__, __LINE__, -(level)).stream()
#define VLOG_IF(level, condition) \
  if (false && (condition)) ::c10::MessageLogger(__FILE__, __LINE__, -(level)).stream()
#define VLOG_IS_ON(level) ((level) <= 0)
#ifdef NDEBUG
#define DLOG(severity) \
  true ? (void)0 : ::c10::LoggerVoidify() & ::c10::MessageLogger(__FILE__, __LINE__, ::c10::GLOG_##severity).stream()
#else
#define DLOG(severity) LOG(severity)
#endif
#endif

#ifndef CHECK
#define CHECK(condition) HEDDLE_TORCH_FATAL_UNLESS(condition) << "Check failed: " #condition " "
#ifdef NDEBUG
#define DCHECK(condition) \
  while (false) CHECK(condition)
#else
#define DCHECK(condition) CHECK(condition)
#endif
#endif

#ifndef CHECK_EQ
#define CHECK_EQ(a, b) TORCH_CHECK_OP(a, b, ==)
#define CHECK_NE(a, b) TORCH_CHECK_OP(a, b, !=)
#define CHECK_LE(a, b) TORCH_CHECK_OP(a, b, <=)
#define CHECK_LT(a, b) TORCH_CHECK_OP(a, b, <)
#define CHECK_GE(a, b) TORCH_CHECK_OP(a, b, >=)
#define CHECK_GT(a, b) TORCH_CHECK_OP(a, b, >)
#endif
#define TORCH_CHECK_OP(a, b, op) \
  HEDDLE_TORCH_FATAL_UNLESS(((a)op(b))) << "Check failed: " #a " " #op " " #b " (" << (a) << " vs. " << (b) << ") "
#define TORCH_CHECK_EQ(a, b) TORCH_CHECK_OP(a, b, ==)
#define TORCH_CHECK_NE(a, b) TORCH_CHECK_OP(a, b, !=)
#define TORCH_CHECK_LE(a, b) TORCH_CHECK_OP(a, b, <=)
#define TORCH_CHECK_LT(a, b) TORCH_CHECK_OP(a, b, <)
#define TORCH_CHECK_GE(a, b) TORCH_CHECK_OP(a, b, >=)
#define TORCH_CHECK_GT(a, b) TORCH_CHECK_OP(a, b, >)
#ifdef NDEBUG
#define HEDDLE_TORCH_DEBUG_OP(a, b, op) \
  while (false) TORCH_CHECK_OP(a, b, op)
#else
#define HEDDLE_TORCH_DEBUG_OP(a, b, op) TORCH_CHECK_OP(a, b, op)
#endif
#define TORCH_DCHECK_EQ(a, b) HEDDLE_TORCH_DEBUG_OP(a, b, ==)
#define TORCH_DCHECK_NE(a, b) HEDDLE_TORCH_DEBUG_OP(a, b, !=)
#define TORCH_DCHECK_LE(a, b) HEDDLE_TORCH_DEBUG_OP(a, b, <=)
#define TORCH_DCHECK_LT(a, b) HEDDLE_TORCH_DEBUG_OP(a, b, <)
#define TORCH_DCHECK_GE(a, b) HEDDLE_TORCH_DEBUG_OP(a, b, >=)
#define TORCH_DCHECK_GT(a, b) HEDDLE_TORCH_DEBUG_OP(a, b, >)
#define TORCH_CHECK_NOTNULL(pointer) \
  ::c10::detail::check_not_null(__FILE__, __LINE__, "Check failed: '" #pointer "' Must be non NULL", (pointer))
#define C10_LOG_API_USAGE_ONCE(...)
#define CAFFE_ENFORCE(cond, ...) TORCH_CHECK(cond, ##__VA_ARGS__)
#define CAFFE_THROW(...) TORCH_CHECK(false, ##__VA_ARGS__)
