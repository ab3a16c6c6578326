#include "cli/trace_page.h"

#include <nlohmann/json.hpp>
#include <unordered_map>

namespace heddle::cli {
namespace {

using Json = nlohmann::ordered_json;
using trace::Kind;

Json rows_to_json(const std::vector<trace::Summary::Row>& rows) {
  Json list = Json::array();
  for (const trace::Summary::Row& row : rows) {
    list.push_back({{"name", row.name},
                    {"detail", row.detail},
                    {"calls", row.calls},
                    {"time_ns", row.time},
                    {"thread_time_ns", row.thread_time},
                    {"share", row.share},
                    {"bytes", row.bytes}});
  }
  return list;
}

// Texts by number, each once.
class Texts {
 public:
  size_t number(const std::string& text) {
    const auto [at, added] = numbers_.try_emplace(text, list_.size());
    if (added) list_.push_back(text);
    return at->second;
  }
  Json take() { return std::move(list_); }

 private:
  Json list_ = Json::array();
  std::unordered_map<std::string, size_t> numbers_;
};

Json operator_extra(const trace::Span& span, Texts& texts) {
  Json inputs = Json::array();
  Json outputs = Json::array();
  for (const trace::TensorFact& fact : span.tensors()) {
    (fact.role == trace::TensorRole::kInput ? inputs : outputs).push_back(texts.number(to_text(fact)));
  }
  Json extra = {{"i", std::move(inputs)}, {"o", std::move(outputs)}, {"b", span.word(trace::kBytesAllocated)}};
  if (const std::string taken = span.implementation(); !taken.empty()) extra["m"] = texts.number(taken);
  if (span.word(trace::kOperations) > 0) extra["f"] = span.word(trace::kOperations);
  return extra;
}

Json span_to_json(const trace::Recording& recording, const trace::Span& span, Texts& texts) {
  Json row = {static_cast<int>(span.kind),
              span.begin,
              span.duration(),
              texts.number(name_of(recording, span)),
              span.id,
              span.other,
              span.detail,
              span.label};
  if (span.kind == Kind::kOperator) row.push_back(operator_extra(span, texts));
  if (span.kind == Kind::kRegion) {
    row.push_back(
        {{"n", span.word(trace::kItems)}, {"g", span.word(trace::kGrain)}, {"h", span.word(trace::kHelpers)}});
  }
  return row;
}

}  // namespace

Json summary_to_json(const trace::Summary& summary) {
  Json path = Json::array();
  for (const trace::Summary::Step& step : summary.critical_path) {
    path.push_back({{"name", step.name}, {"place", step.place}, {"time_ns", step.time}});
  }
  return {{"calls", summary.calls},
          {"call_time_ns", summary.call_time},
          {"active_time_ns", summary.active_time},
          {"busy_time_ns", summary.busy_time},
          {"threads_at_work", summary.threads},
          {"busy_threads", summary.busy_threads},
          {"efficiency", summary.efficiency},
          {"tasks", summary.tasks},
          {"queue_time_ns", summary.queue_time},
          {"allocated_bytes", summary.memory},
          {"work_ns", summary.work},
          {"span_ns", summary.span},
          {"parallelism", summary.parallelism},
          {"useful_threads", summary.useful_threads},
          {"limit", summary.limit},
          {"operators", rows_to_json(summary.operators)},
          {"lines", rows_to_json(summary.lines)},
          {"modules", rows_to_json(summary.modules)},
          {"critical_path", std::move(path)}};
}

Json page_data(Json facts, const trace::Recording& recording, const trace::Summary& summary) {
  Texts texts;
  Json labels = Json::array();
  for (const trace::Label& label : recording.labels) {
    labels.push_back(
        {label.name, label.place, label.function, label.module, label.text, trace::class_of_function(label.code)});
  }
  Json threads = Json::array();
  for (const trace::Thread& thread : recording.threads) {
    Json spans = Json::array();
    for (const trace::Span& span : thread.spans) spans.push_back(span_to_json(recording, span, texts));
    threads.push_back({{"name", thread.name},
                       {"role", static_cast<int>(thread.role)},
                       {"system_id", thread.system_id},
                       {"dropped", thread.dropped},
                       {"spans", std::move(spans)}});
  }
  facts["summary"] = summary_to_json(summary);
  facts["duration"] = recording.duration;
  facts["names"] = texts.take();
  facts["labels"] = std::move(labels);
  facts["threads"] = std::move(threads);
  return facts;
}

}  // namespace heddle::cli
