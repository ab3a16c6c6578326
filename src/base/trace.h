// The recorder behind heddle::Trace: what happens on which thread, when. Off, a place that could record costs one
// relaxed load. On, each thread appends to a buffer of its own without locks; what does not fit is counted.
//
// One session at a time, for the process. A thread joins it with its first event, under a lock; so does a label that no
// thread has used. Any thread may call anything here at any time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/work_note.h"

namespace heddle::trace {

// The number of the session that records, 0 for none. Relaxed where it is only asked whether to take notes; a Writer
// acquires it.
inline std::atomic<uint32_t> g_session{0};
inline bool on() { return g_session.load(std::memory_order_relaxed) != 0; }

// Nanoseconds of std::chrono::steady_clock.
inline int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

enum class Kind : uint8_t {
  kCall,      // a call of the application, on its thread; id: the invocation
  kOperator,  // id: the invocation it belongs to; payload: OperatorWords and shapes
  kFork,      // an instant; id: the new task, other: the invocation that forks, 0 for the application
  kTask,      // a stretch of an invocation's time on a thread; id: the invocation, detail: Stretch
  kWait,      // id: the invocation that waits, other: what it waits for (0: no task), detail: WaitKind
  kRegion,    // a parallel_for, on its caller; id: the region, payload: RegionWords
  kChunk,     // id: the region, other: its number, detail: the participant
  kIdle,      // a thread of a pool without work, detail: 0 while it looks for some, 1 while it sleeps
  kRange,     // what the application named
};

// kTask::detail
enum Stretch : uint8_t {
  kEndMask = 3,
  kReturned = 0,
  kFailed = 1,
  kSuspended = 2,
  kFirst = 4,    // the task's first stretch
  kInline = 8,   // on the thread of who waits for it
  kOfCall = 16,  // of an application's call, not of a task
};
// kWait::detail
enum WaitKind : uint8_t { kRanItHere = 0, kGaveThreadBack = 1, kBlocked = 2 };

// kOperator: then for each tensor a word of role, dtype and number of dimensions, and its sizes.
enum OperatorWords { kBytesAllocated, kOperations, kImplementation, kOperatorWordCount };
enum RegionWords { kItems, kGrain, kHelpers, kRegionWordCount };

enum class TensorRole : uint8_t { kInput, kOutput };
constexpr int64_t pack_tensor(TensorRole role, uint8_t dtype, size_t dimensions) {
  return static_cast<int64_t>(role) << 16 | static_cast<int64_t>(dtype) << 8 | static_cast<int64_t>(dimensions);
}

struct Event {
  int64_t begin = 0;  // now()
  int64_t end = 0;
  uint64_t id = 0;
  uint64_t other = 0;
  uint32_t label = 0;  // 0: none
  Kind kind = Kind::kRange;
  uint8_t detail = 0;
  uint16_t words = 0;  // of payload behind it
};

// What stands behind an event's label.
struct Label {
  std::string name;      // "aten::add.Tensor", a function's qualified name
  std::string place;     // "model.py:12"
  std::string function;  // the function the line stands in
  std::string code;      // what runs it: that function, or one it was inlined into
  std::string module;    // "layer1.0.conv1": whose method it is, from the module `code` is a method of; or empty
  std::string owner;     // that module's method
  std::string text;      // the line itself
};

// Something events are labelled with, at one address. `keep`, what it lies in, is kept until the session ends, so that
// nothing else can come to lie there. It is described only then: that takes long.
struct Site {
  const void* address;
  Ref<const RefCounted> keep;
  Label (*describe)(const Site& site);
};

// Threads by what they are for.
enum class Role : uint8_t { kCaller, kInterop, kHelper };
// Of this thread, from now on.
void set_role(Role role);
Role role();

// Numbers of invocations and regions; never 0.
uint64_t new_id();

class Buffer;

// Appends this thread's events to the session that is on when it is made; none: it is false and does nothing.
class Writer {
 public:
  Writer();
  explicit operator bool() const { return buffer_ != nullptr; }
  // The number of the label of the site at that address; make() gives the Site when this thread sees it first.
  template <class Make>
  uint32_t label(const void* address, Make&& make) {
    if (!buffer_) return 0;
    const uint32_t known = find_label(address);
    return known ? known : add_label(make());
  }
  void record(Event event, std::span<const int64_t> payload = {});

 private:
  uint32_t find_label(const void* address) const;
  uint32_t add_label(Site site);
  Buffer* buffer_;
};

// What one thread recorded.
struct ThreadEvents {
  int64_t system_id = 0;  // gettid()
  std::string name;       // as the system knows it
  Role role = Role::kCaller;
  std::vector<int64_t> words;  // events with their payload, one behind another, in the order of their ends
  uint64_t dropped = 0;
};

struct Session {
  int64_t begin = 0;
  int64_t end = 0;
  std::vector<ThreadEvents> threads;
  std::vector<Label> labels;  // labels[0] is empty
};

// Calls f(Event, payload) for each event.
template <class F>
void for_each_event(const ThreadEvents& thread, F&& f) {
  constexpr size_t kEventWords = sizeof(Event) / sizeof(int64_t);
  for (size_t at = 0; at + kEventWords <= thread.words.size();) {
    Event event;
    __builtin_memcpy(static_cast<void*>(&event), thread.words.data() + at, sizeof event);
    at += kEventWords;
    f(event, std::span<const int64_t>(thread.words).subspan(at, event.words));
    at += event.words;
  }
}

// Begins a session whose threads keep up to so many bytes each. False: one is on.
bool start(size_t bytes_per_thread);
// Ends the session; what runs meanwhile may be missing.
Session stop();

// Bytes this thread has taken for tensors so far. Both of the initial-exec model: in a shared library each access would
// be a call otherwise.
[[gnu::tls_model("initial-exec")]] inline thread_local constinit int64_t t_allocated = 0;
// The invocation that runs on this thread; 0: none.
[[gnu::tls_model("initial-exec")]] inline thread_local constinit uint64_t t_invocation = 0;

}  // namespace heddle::trace
