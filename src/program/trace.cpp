// heddle::Trace over the recorder.
#include "heddle/trace.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>

#include "base/trace.h"
#include "trace/chrome_json.h"
#include "trace/recording.h"
#include "trace/summary.h"

namespace heddle {
namespace {

constexpr size_t kRowsShown = 12;

// The site of a name: kept for good, as labels are found by their address.
const void* site_of(const std::string& name) {
  static auto* const mutex = new std::mutex;
  static auto* const names = new std::set<std::string>;
  const std::lock_guard lock(*mutex);
  return &*names->insert(name).first;
}

trace::Label describe_name(const trace::Site& site) {
  trace::Label label;
  label.name = *static_cast<const std::string*>(site.address);
  return label;
}

}  // namespace

Trace::Trace(const TraceOptions& options) {
  if (!trace::start(options.bytes_per_thread)) throw Error(invalid("a trace is being recorded already"));
  recording_ = true;
}

Trace::~Trace() { stop(); }

void Trace::stop() {
  if (!recording_) return;
  recording_ = false;
  events_ = std::make_unique<trace::Recording>(trace::make_recording(trace::stop()));
}

const trace::Recording& Trace::events() {
  stop();
  return *events_;
}

uint64_t Trace::dropped() { return events().dropped(); }

std::string Trace::to_json() { return trace::to_chrome_json(events()); }

void Trace::save(const std::string& path) {
  const std::string text = to_json();
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw Error(invalid("cannot write the trace to ", path, ": ", std::strerror(errno)));
}

std::string Trace::summary() { return trace::to_text(trace::summarize(events()), kRowsShown); }

TraceRange::TraceRange(std::string name) : name_(std::move(name)), begin_(trace::on() ? trace::now() : 0) {}

TraceRange::~TraceRange() {
  if (begin_ == 0) return;
  trace::Writer writer;
  const void* const site = site_of(name_);
  writer.record({.begin = begin_,
                 .end = trace::now(),
                 .label = writer.label(site,
                                       [&] {
                                         return trace::Site{site, nullptr, describe_name};
                                       }),
                 .kind = trace::Kind::kRange});
}

}  // namespace heddle
