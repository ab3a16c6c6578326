#include "trace/recording.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace heddle::trace {
namespace {

constexpr const char* kRoleNames[] = {"inference", "inter-op", "intra-op"};

std::vector<Span> spans_of(const ThreadEvents& thread, int64_t origin, int64_t duration) {
  std::vector<Span> spans;
  for_each_event(thread, [&](const Event& event, std::span<const int64_t> payload) {
    Span& span = spans.emplace_back();
    static_cast<Event&>(span) = event;
    // What began before the session, or ended while it was ended, is cut.
    span.begin = std::clamp<int64_t>(event.begin - origin, 0, duration);
    span.end = std::clamp<int64_t>(event.end - origin, span.begin, duration);
    span.payload.assign(payload.begin(), payload.end());
  });
  // Of two that begin and end together the outer was recorded later.
  std::reverse(spans.begin(), spans.end());
  std::stable_sort(spans.begin(), spans.end(),
                   [](const Span& a, const Span& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  return spans;
}

constexpr std::string_view kForkedPart = ".__forked_function";

bool is_forked_part(std::string_view name) { return name.find(kForkedPart) != std::string_view::npos; }

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of a qualified name, without what only tells apart what is of one name, and without "__torch__".
std::vector<std::string_view> parts_of(std::string_view name) {
  name = name.substr(0, name.find(kForkedPart));
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(name, '.')) {
    const bool mangle = part.starts_with("___torch_mangle_") && is_number(part.substr(16));
    if (part != "__torch__" && !mangle) parts.push_back(part);
  }
  if (parts.empty()) parts.push_back(name);
  return parts;
}

}  // namespace

std::string to_text(const TensorFact& fact) {
  return concat(python_name(fact.dtype), heddle::to_text(std::span<const int64_t>(fact.sizes)));
}

std::vector<TensorFact> Span::tensors() const {
  std::vector<TensorFact> facts;
  if (kind != Kind::kOperator) return facts;
  for (size_t at = kOperatorWordCount; at < payload.size();) {
    const int64_t word = payload[at++];
    const auto dimensions = static_cast<size_t>(word & 0xff);
    if (dimensions > payload.size() - at) break;
    TensorFact& fact = facts.emplace_back();
    fact.role = static_cast<TensorRole>(word >> 16 & 0xff);
    fact.dtype = static_cast<DType>(word >> 8 & 0xff);
    fact.sizes.assign(payload.begin() + static_cast<ptrdiff_t>(at),
                      payload.begin() + static_cast<ptrdiff_t>(at + dimensions));
    at += dimensions;
  }
  return facts;
}

std::string Span::implementation() const {
  if (kind != Kind::kOperator || word(kImplementation) == 0) return {};
  return reinterpret_cast<const char*>(word(kImplementation));
}

int64_t Span::parts() const {
  const int64_t grain = std::max<int64_t>(word(kGrain), 1);
  return std::max<int64_t>(1, word(kItems) / grain + (word(kItems) % grain != 0));
}

uint64_t Recording::dropped() const {
  uint64_t count = 0;
  for (const Thread& thread : threads) count += thread.dropped;
  return count;
}

Recording make_recording(Session session) {
  Recording recording;
  recording.duration = session.end - session.begin;
  recording.labels = std::move(session.labels);
  if (recording.labels.empty()) recording.labels.emplace_back();
  for (ThreadEvents& events : session.threads) {
    Thread thread;
    thread.role = events.role;
    thread.system_id = events.system_id;
    thread.dropped = events.dropped;
    thread.spans = spans_of(events, session.begin, recording.duration);
    if (!thread.spans.empty() || thread.dropped > 0) recording.threads.push_back(std::move(thread));
  }
  std::stable_sort(recording.threads.begin(), recording.threads.end(), [](const Thread& a, const Thread& b) {
    if (a.role != b.role) return a.role < b.role;
    return !a.spans.empty() && !b.spans.empty() && a.spans.front().begin < b.spans.front().begin;
  });
  std::array<int, 3> counts{};
  for (Thread& thread : recording.threads) {
    const auto role = static_cast<size_t>(thread.role);
    thread.name = concat(kRoleNames[role], " ", ++counts[role]);
  }
  return recording;
}

std::string class_of_function(const std::string& qualified_name) {
  const std::vector<std::string_view> parts = parts_of(qualified_name);
  return std::string(parts[parts.size() < 2 ? parts.size() - 1 : parts.size() - 2]);
}

std::string name_of(const Recording& recording, const Span& span) {
  switch (span.kind) {
    case Kind::kWait:
      return "wait";
    case Kind::kRegion:
      return "parallel_for";
    case Kind::kChunk:
      return "chunk";
    case Kind::kIdle:
      return span.detail == 0 ? "looks for work" : "sleeps";
    default:
      break;
  }
  const std::string& name = recording.label(span).name;
  if (span.kind == Kind::kOperator || span.kind == Kind::kRange) return name;
  if (name.empty()) return "call";
  const std::vector<std::string_view> parts = parts_of(name);
  const std::string method(parts.back());
  const std::string call = parts.size() < 2 ? method : concat(parts[parts.size() - 2], ".", method);
  return is_forked_part(name) ? concat("fork in ", call) : call;
}

}  // namespace heddle::trace
