// Several ways to compute one operator: a family lists them, fastest first and the plain reference last, and the first
// that takes the call computes it. Each says why it declines, for `heddle ops --why` and tests.
//   constexpr std::array<Implementation<Problem>, 2> kImplementations = {{{"onednn", "float32, ...", &onednn},
//   {"reference", "", &gemm}}}; return run_first<Problem>("convolution", kImplementations, problem);
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schema/operator_table.h"

namespace heddle::ops {

// What an implementation made of a call: it took it, and that ended well or not, or it declined and touched nothing.
class Attempt {
 public:
  static Attempt declined(std::string reason) { return Attempt(std::move(reason)); }
  static Attempt done(Status status = {}) { return Attempt(std::move(status)); }
  // Null when the call was taken.
  const std::string* reason() const { return reason_ ? &*reason_ : nullptr; }
  Status&& status() && { return std::move(status_); }

 private:
  explicit Attempt(std::string reason) : reason_(std::move(reason)) {}
  explicit Attempt(Status status) : status_(std::move(status)) {}
  std::optional<std::string> reason_;
  Status status_;
};

template <class Problem>
struct Implementation {
  std::string_view name;
  std::string_view needs;  // what it takes, in words
  Attempt (*attempt)(Problem& problem);
};

// While one exists, families that have an implementation of this name use it alone; others are not affected. For tests:
// it holds for the whole process, and scopes do not overlap on different threads.
class OnlyImplementation {
 public:
  explicit OnlyImplementation(std::string name);
  ~OnlyImplementation();
  OnlyImplementation(const OnlyImplementation&) = delete;
  OnlyImplementation& operator=(const OnlyImplementation&) = delete;

 private:
  std::string name_;
  const std::string* before_;
};

// While one exists, it collects what this thread's calls of run_first() tried: "convolution: onednn declined (float64),
// gemm ran".
class AttemptLog {
 public:
  AttemptLog();
  ~AttemptLog();
  AttemptLog(const AttemptLog&) = delete;
  AttemptLog& operator=(const AttemptLog&) = delete;
  std::vector<std::string> lines;

 private:
  AttemptLog* before_;
};

namespace detail {
// Empty when all may be tried.
std::string_view only_implementation();
void log_attempt(std::string_view family, std::string_view name, const std::string* reason);
Status nothing_took(std::string_view family, std::string_view last_reason);
}  // namespace detail

template <class Problem>
Status run_first(std::string_view family, std::span<const Implementation<Problem>> implementations, Problem& problem) {
  std::string_view only = detail::only_implementation();
  if (!only.empty()) {
    bool known = false;
    for (const auto& i : implementations) known |= i.name == only;
    if (!known) only = {};
  }
  std::string last_reason = "there is none";
  for (const auto& implementation : implementations) {
    if (!only.empty() && implementation.name != only) continue;
    Attempt attempt = implementation.attempt(problem);
    detail::log_attempt(family, implementation.name, attempt.reason());
    if (!attempt.reason()) return std::move(attempt).status();
    last_reason = *attempt.reason();
  }
  return detail::nothing_took(family, last_reason);
}

// Describes the list in the table's newest operator.
template <class Problem>
void describe(schema::TableBuilder& table, std::span<const Implementation<Problem>> implementations) {
  for (const auto& i : implementations) table.implementation(i.name, i.needs);
}

}  // namespace heddle::ops
