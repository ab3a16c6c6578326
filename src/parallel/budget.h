// The process-wide count of threads that run Heddle's work, which decides how many helpers a region may take.
// Any thread. exec marks the threads that run frames; regions opened elsewhere count their caller for their own
// duration.
#pragma once

namespace heddle::parallel {

// While it lives, its thread counts as running. May be nested; the outermost counts.
class ActiveThread {
 public:
  ActiveThread();
  ~ActiveThread();
  ActiveThread(const ActiveThread&) = delete;
  ActiveThread& operator=(const ActiveThread&) = delete;
};

// Takes an active thread out of the count while it blocks.
class BlockedThread {
 public:
  BlockedThread();
  ~BlockedThread();
  BlockedThread(const BlockedThread&) = delete;
  BlockedThread& operator=(const BlockedThread&) = delete;

 private:
  int depth_;
};

// At most this many threads, the caller among them, take part in regions this thread opens while the limit lives.
// A limit inside a limit can only lower it. Counts below 1 mean 1.
class ThreadLimit {
 public:
  explicit ThreadLimit(int count);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int outer_;
};
// The limit in force on this thread; 0: none.
int thread_limit();

namespace budget {

// Threads that run now: active callers and helpers.
int running();
// Grants up to `wanted` helpers to this thread's region: no more than are free, nor than its share beside the other
// callers. Each granted helper must be given back with return_helper(), on any thread.
int take_helpers(int wanted);
void return_helper();
// Whether take_helpers would grant none.
bool exhausted();
// In a forked child: no thread but this one is left.
void reset_after_fork();

}  // namespace budget
}  // namespace heddle::parallel
