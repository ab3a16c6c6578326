// Who ran what on which thread, when: recorded around any code of yours that runs models.
//
//   heddle::Trace trace;
//   model.forward({input});
//   trace.save("trace.json");  // for Perfetto (ui.perfetto.dev) or chrome://tracing
//
// A trace holds calls of models, their operators (with shapes, TorchScript line and bytes allocated), forked tasks and
// waits, parallel regions with their chunks, and the time the pools' threads had no work. While no trace is on, a place
// that could record costs a relaxed load. PyTorch has torch.profiler for this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "heddle/error.h"

namespace heddle {

namespace trace {
struct Recording;
}

struct TraceOptions {
  // What each thread may record; events beyond that are counted and lost. An operator takes about 150 bytes. Memory is
  // taken as it is needed, and given back when the Trace and the thread, or its part in the next trace, are gone.
  size_t bytes_per_thread = size_t{32} << 20;
};

// Records all threads of the process from its construction to stop(). One thread at a time may use it, and one Trace
// records at a time.
class Trace {
 public:
  // Throws Error (kInvalidArgument) where another one records.
  explicit Trace(const TraceOptions& options = {});
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // What is under way now is left out. Again: nothing happens.
  void stop();
  bool recording() const { return recording_; }

  // These stop it first.
  // Events that found no room.
  uint64_t dropped();
  // Chrome's trace-event format, with arrows from fork to start and from end to wait.
  std::string to_json();
  // Writes it; throws Error (kInvalidArgument) naming the file where it cannot.
  void save(const std::string& path);
  // Time by operator, line and module; the critical path; how many threads the model can use: for people.
  std::string summary();
  // For tools of Heddle's own.
  const trace::Recording& events();

 private:
  bool recording_ = false;
  std::unique_ptr<trace::Recording> events_;
};

// Names a stretch of your own code in the trace that is on, if any: from its construction to its end, on one thread.
class TraceRange {
 public:
  explicit TraceRange(std::string name);
  ~TraceRange();
  TraceRange(const TraceRange&) = delete;
  TraceRange& operator=(const TraceRange&) = delete;

 private:
  std::string name_;
  int64_t begin_ = 0;  // 0: no trace was on
};

}  // namespace heddle
