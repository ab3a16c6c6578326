#include "ops/common/implementation.h"

#include <atomic>

namespace heddle::ops {
namespace {

std::atomic<const std::string*> only{nullptr};
thread_local AttemptLog* log = nullptr;

}  // namespace

OnlyImplementation::OnlyImplementation(std::string name) : name_(std::move(name)), before_(only.exchange(&name_)) {}

OnlyImplementation::~OnlyImplementation() { only.store(before_); }

AttemptLog::AttemptLog() : before_(std::exchange(log, this)) {}

AttemptLog::~AttemptLog() { log = before_; }

namespace detail {

std::string_view only_implementation() {
  const std::string* name = only.load();
  return name ? std::string_view(*name) : std::string_view();
}

void log_attempt(std::string_view family, std::string_view name, const std::string* reason) {
  if (!log) return;
  log->lines.push_back(reason ? concat(family, ": ", name, " declined (", *reason, ")")
                              : concat(family, ": ", name, " ran"));
}

Status nothing_took(std::string_view family, std::string_view last_reason) {
  return error(ErrorCode::kUnsupported, "no implementation of ", family, " takes this call: ", last_reason);
}

}  // namespace detail
}  // namespace heddle::ops
