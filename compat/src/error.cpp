#include "heddle_torch/error.h"

#include <cstdlib>
#include <iostream>

#include "compat/src/face.h"
#include "heddle_torch/logging.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

std::ostream& operator<<(std::ostream& out, const SourceLocation& place) {
  return out << place.function << " at " << place.file << ":" << place.line;
}

Error::Error(SourceLocation place, std::string msg)
    : Error(std::move(msg), detail::concat("Exception raised from ", place, "\n")) {}
Error::Error(std::string msg, std::string backtrace, const void*)
    : msg_(std::move(msg)), backtrace_(std::move(backtrace)) {
  refresh();
}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error::~Error() = default;

void Error::add_context(std::string line) {
  context_.push_back(std::move(line));
  refresh();
}

void Error::refresh() {
  what_without_backtrace_ = msg_;
  for (const std::string& line : context_)
    what_without_backtrace_ += (context_.size() == 1 ? " (" : "\n  ") + line + (context_.size() == 1 ? ")" : "");
  what_ = what_without_backtrace_;
  if (!backtrace_.empty()) what_ += "\n" + backtrace_;
}

IndexError::~IndexError() = default;
ValueError::~ValueError() = default;
TypeError::~TypeError() = default;
NotImplementedError::~NotImplementedError() = default;
EnforceFiniteError::~EnforceFiniteError() = default;
OnnxfiBackendSystemError::~OnnxfiBackendSystemError() = default;
LinAlgError::~LinAlgError() = default;
OutOfMemoryError::~OutOfMemoryError() = default;

std::string GetExceptionString(const std::exception& error) { return error.what(); }

void Warning::warn(const SourceLocation& place, const std::string& msg) {
  std::cerr << "[W " << place.file << ":" << place.line << "] Warning: " << msg << " (function " << place.function
            << ")\n";
}

namespace {
int log_level() {
  static const int level = [] {
    const char* name = std::getenv("TORCH_CPP_LOG_LEVEL");
    const std::string_view text = name ? name : "";
    if (text == "INFO" || text == "0") return GLOG_INFO;
    if (text == "ERROR" || text == "2") return GLOG_ERROR;
    return text == "FATAL" || text == "3" ? GLOG_FATAL : GLOG_WARNING;
  }();
  return level;
}
}  // namespace

MessageLogger::MessageLogger(const char* file, int line, int severity) : severity_(severity) {
  const std::string_view path = file;
  stream_ << '[' << (severity < 0 ? 'I' : "IWEF"[severity]) << ' ' << path.substr(path.rfind('/') + 1) << ':' << line
          << "] ";
}
MessageLogger::~MessageLogger() {
  if (severity_ >= log_level()) std::cerr << stream_.str() + "\n" << std::flush;
  if (severity_ == GLOG_FATAL) std::abort();
}

HEDDLE_TORCH_END
}  // namespace c10

namespace torch::jit {
HEDDLE_TORCH_BEGIN
JITException::JITException(const std::string& msg, std::string python_class, std::string original)
    : std::runtime_error(msg), python_class_(std::move(python_class)), original_(std::move(original)) {}
JITException::~JITException() = default;
ErrorReport::~ErrorReport() = default;
HEDDLE_TORCH_END
}  // namespace torch::jit

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

void rethrow(const heddle::Error& error) {
  using heddle::ErrorCode;
  // Inside a model PyTorch gives other classes: what it raised itself, and std::runtime_error for operators.
  if (error.code() == ErrorCode::kRaised) {
    throw torch::jit::JITException(error.what(), error.python_type(), error.message());
  }
  if (!error.stack().empty()) throw std::runtime_error(error.what());
  switch (error.code()) {
    case ErrorCode::kIndex:
      throw c10::IndexError(error.what(), "");
    case ErrorCode::kSyntax:
      throw torch::jit::ErrorReport(error.what());
    case ErrorCode::kUnsupported:
      throw c10::NotImplementedError(error.what(), "");
    default:
      throw c10::Error(error.what(), "");
  }
}

HEDDLE_TORCH_END
}  // namespace heddle_torch
