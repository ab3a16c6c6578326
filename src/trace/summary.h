// What a trace says in numbers: where the time went, what it had to wait for, how many threads it could use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/recording.h"

namespace heddle::trace {

struct Summary {
  // Time of operators, by one of their facts.
  struct Row {
    std::string name;
    std::string detail;  // a line's text
    uint64_t calls = 0;
    int64_t time = 0;         // nanoseconds on the threads that called
    int64_t thread_time = 0;  // of all threads that took part
    double share = 0;         // of all operators' time
    int64_t bytes = 0;        // allocated
  };
  std::vector<Row> operators;  // longest first, all three
  std::vector<Row> lines;
  std::vector<Row> modules;

  uint64_t calls = 0;       // of the application
  int64_t call_time = 0;    // nanoseconds, all calls
  int64_t active_time = 0;  // in which at least one call was under way
  int64_t busy_time = 0;    // of all threads, within
  int threads = 0;          // that did work
  double busy_threads = 0;  // at a time, on the average: busy_time / active_time
  double efficiency = 0;    // busy_threads / threads

  uint64_t tasks = 0;
  int64_t queue_time = 0;  // from fork to start, all tasks that the pool began
  int64_t memory = 0;      // bytes allocated in operators

  // The chain of events that decided when the calls ended, nanoseconds of all calls.
  struct Step {
    std::string name;  // an operator, or what was waited for
    std::string place;
    int64_t time = 0;
  };
  std::vector<Step> critical_path;  // longest first; their sum is call_time of what was recorded whole

  // The work of a call, its longest chain of dependent work, and what follows from them.
  int64_t work = 0;        // nanoseconds of one thread, all calls
  int64_t span = 0;        // with threads without end
  double parallelism = 1;  // work / span
  int useful_threads = 1;  // with more than these, a call is at most 5% faster
  std::string limit;       // "This model cannot use more than 3 threads because ..."
};

Summary summarize(const Recording& recording);

// For a terminal; at most so many rows of each table.
std::string to_text(const Summary& summary, size_t rows);

}  // namespace heddle::trace
