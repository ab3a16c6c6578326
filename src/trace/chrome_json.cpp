#include "trace/chrome_json.h"

#include <cstdio>
#include <unordered_map>

#include "base/text.h"

namespace heddle::trace {
namespace {

// The bytes of the character that begins here; 0: none does.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                        : (first & 0xf0) == 0xe0         ? 3
                        : first >= 0xf0 && first <= 0xf4 ? 4
                                                         : 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool outside = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || outside ? 0 : length;
}

const char* category(Kind kind) {
  switch (kind) {
    case Kind::kCall:
      return "call";
    case Kind::kOperator:
      return "operator";
    case Kind::kFork:
      return "fork";
    case Kind::kTask:
      return "task";
    case Kind::kWait:
      return "wait";
    case Kind::kRegion:
      return "region";
    case Kind::kChunk:
      return "chunk";
    case Kind::kIdle:
      return "idle";
    case Kind::kRange:
      return "range";
  }
  return "";
}

std::string microseconds(int64_t nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(nanoseconds / 1000),
                static_cast<int>(nanoseconds % 1000));
  return text;
}

class JsonWriter {
 public:
  explicit JsonWriter(const Recording& recording) : recording_(recording) {}

  std::string write() {
    out_ = "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"producer\":\"heddle\",\"dropped_events\":";
    out_ += concat(recording_.dropped(), "},\n\"traceEvents\":[\n");
    event(R"({"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"heddle"}})");
    for (size_t i = 0; i < recording_.threads.size(); ++i) name_thread(i);
    find_ends();
    for (size_t i = 0; i < recording_.threads.size(); ++i) {
      for (const Span& span : recording_.threads[i].spans) write_span(span, i + 1);
    }
    out_ += "\n]}\n";
    return std::move(out_);
  }

 private:
  struct End {
    size_t thread;
    int64_t time;
  };

  void event(std::string_view text) {
    if (!first_) out_ += ",\n";
    first_ = false;
    out_ += text;
  }

  void name_thread(size_t i) {
    const Thread& thread = recording_.threads[i];
    event(concat("{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":", i + 1,
                 ",\"args\":{\"name\":", json_string(thread.name), "}}"));
    event(concat("{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":", i + 1,
                 ",\"args\":{\"sort_index\":", i, "}}"));
  }

  // Where each task ended, and which have a first stretch.
  void find_ends() {
    for (size_t i = 0; i < recording_.threads.size(); ++i) {
      for (const Span& span : recording_.threads[i].spans) {
        if (span.kind != Kind::kTask) continue;
        if (span.detail & kFirst) begun_[span.id] = true;
        if ((span.detail & kEndMask) != kSuspended) ends_[span.id] = {i + 1, span.end};
      }
    }
  }

  void flow(const char* phase, const char* name, uint64_t id, size_t thread, int64_t time) {
    event(concat("{\"name\":\"", name, "\",\"cat\":\"", name, "\",\"ph\":\"", phase, "\",\"id\":", id,
                 ",\"pid\":1,\"tid\":", thread, ",\"ts\":", microseconds(time),
                 phase[0] == 'f' ? ",\"bp\":\"e\"}" : "}"));
  }

  void write_span(const Span& span, size_t thread) {
    // A call's own stretches would only repeat it.
    if (span.kind == Kind::kTask && (span.detail & kOfCall)) return;
    const std::string name = json_string(name_of(recording_, span));
    if (span.kind == Kind::kFork) {
      event(concat("{\"name\":", name, ",\"cat\":\"fork\",\"ph\":\"i\",\"s\":\"t\",\"pid\":1,\"tid\":", thread,
                   ",\"ts\":", microseconds(span.begin), ",\"args\":{\"task\":", span.id, "}}"));
      if (begun_.contains(span.id)) flow("s", "starts", span.id, thread, span.begin);
      return;
    }
    if (span.kind == Kind::kWait && span.detail == kGaveThreadBack) {
      const std::string rest =
          concat(",\"cat\":\"suspended\",\"id\":", span.id, ",\"pid\":1,\"tid\":", thread, ",\"ts\":");
      event(concat("{\"name\":\"suspended\",\"ph\":\"b\"", rest, microseconds(span.begin),
                   ",\"args\":{\"task\":", span.id, ",\"waits_for\":", span.other, "}}"));
      event(concat("{\"name\":\"suspended\",\"ph\":\"e\"", rest, microseconds(span.end), "}"));
      return;
    }
    event(concat("{\"name\":", name, ",\"cat\":\"", category(span.kind), "\",\"ph\":\"X\",\"pid\":1,\"tid\":", thread,
                 ",\"ts\":", microseconds(span.begin), ",\"dur\":", microseconds(span.duration()), ",\"args\":{",
                 arguments(span), "}}"));
    if (span.kind == Kind::kTask && (span.detail & kFirst) && !(span.detail & kOfCall)) {
      flow("f", "starts", span.id, thread, span.begin);
    }
    if (span.kind == Kind::kWait && span.duration() > 0) write_arrow_to(span, thread);
  }

  // From the end of what was waited for to the end of the wait.
  void write_arrow_to(const Span& wait, size_t thread) {
    const auto end = ends_.find(wait.other);
    if (end == ends_.end() || end->second.time > wait.end) return;
    ++arrows_;
    flow("s", "ends", arrows_, end->second.thread, end->second.time);
    flow("f", "ends", arrows_, thread, wait.end);
  }

  std::string arguments(const Span& span) const {
    switch (span.kind) {
      case Kind::kOperator:
        return operator_arguments(span);
      case Kind::kWait:
        return concat("\"task\":", span.id, ",\"waits_for\":", span.other);
      case Kind::kRegion:
        return concat("\"region\":", span.id, ",\"items\":", span.word(kItems), ",\"grain\":", span.word(kGrain),
                      ",\"helpers\":", span.word(kHelpers));
      case Kind::kChunk:
        return concat("\"region\":", span.id, ",\"chunk\":", span.other);
      case Kind::kTask:
      case Kind::kCall:
        return concat("\"task\":", span.id, ",\"function\":", json_string(recording_.label(span).function));
      default:
        return {};
    }
  }

  std::string operator_arguments(const Span& span) const {
    const Label& label = recording_.label(span);
    std::string inputs;
    std::string outputs;
    for (const TensorFact& fact : span.tensors()) {
      std::string& list = fact.role == TensorRole::kInput ? inputs : outputs;
      list += concat(list.empty() ? "" : ",", json_string(to_text(fact)));
    }
    std::string out =
        concat("\"task\":", span.id, ",\"line\":", json_string(label.place), ",\"source\":", json_string(label.text),
               ",\"function\":", json_string(label.function), ",\"inputs\":[", inputs, "],\"outputs\":[", outputs,
               "],\"bytes_allocated\":", span.word(kBytesAllocated));
    if (!label.module.empty()) out += concat(",\"module\":", json_string(label.module));
    if (const std::string taken = span.implementation(); !taken.empty()) {
      out += concat(",\"implementation\":", json_string(taken));
    }
    if (span.word(kOperations) > 0) out += concat(",\"operations\":", span.word(kOperations));
    if (span.detail != 0) out += ",\"failed\":true";
    return out;
  }

  const Recording& recording_;
  std::string out_;
  bool first_ = true;
  uint64_t arrows_ = 0;
  std::unordered_map<uint64_t, bool> begun_;
  std::unordered_map<uint64_t, End> ends_;
};

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const auto c = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c < 0x20 || c == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out += escaped;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + '"';
}

std::string to_chrome_json(const Recording& recording) { return JsonWriter(recording).write(); }

}  // namespace heddle::trace
