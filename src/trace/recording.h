// A trace that has ended, in a form to look through: threads, and what each did when. Plain values; no threads of its
// own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/trace.h"
#include "core/dtype.h"

namespace heddle::trace {

struct TensorFact {
  TensorRole role;
  DType dtype;
  std::vector<int64_t> sizes;
};
// "float32[1, 3, 8, 8]"
std::string to_text(const TensorFact& fact);

struct Span : Event {
  std::vector<int64_t> payload;
  int64_t duration() const { return end - begin; }
  // Of kOperator and kRegion; 0 where it has none.
  int64_t word(size_t i) const { return i < payload.size() ? payload[i] : 0; }
  std::vector<TensorFact> tensors() const;  // of a kOperator
  std::string implementation() const;       // of a kOperator; may be empty
  // Into how many parts a kRegion's work can be divided.
  int64_t parts() const;
};

struct Thread {
  std::string name;  // "inference 1", "inter-op 2", "intra-op 1"
  Role role = Role::kCaller;
  int64_t system_id = 0;
  uint64_t dropped = 0;
  std::vector<Span> spans;  // by begin; of two that begin together, the longer first
};

// Times are nanoseconds from the session's begin.
struct Recording {
  int64_t duration = 0;
  std::vector<Thread> threads;  // callers, then the inter-op pool, then helpers; by first event
  std::vector<Label> labels;    // labels[0] is empty
  uint64_t dropped() const;
  const Label& label(const Span& span) const { return labels[span.label < labels.size() ? span.label : 0]; }
};

Recording make_recording(Session session);

// The class of a method's qualified name, "M" of "__torch__.package.M.forward"; of a function the module it lies in.
std::string class_of_function(const std::string& qualified_name);
// What a span is called: the operator, the function, "wait", "parallel_for", ...
std::string name_of(const Recording& recording, const Span& span);

}  // namespace heddle::trace
