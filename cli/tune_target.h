// What `heddle tune` measures: a method with its arguments, called from as many threads as a setting says. Used by one
// thread; the callers are its own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "cli/tune_search.h"

namespace heddle::cli {

class TuneTarget {
 public:
  // make_arguments gives the arguments of one call, its own at each time. `batched`: the first size of tensors may be
  // one.
  TuneTarget(jit::Method method, std::function<CallArguments()> make_arguments, bool batched);

  // The first size of its tensors, where all that have one agree; else none, and the method takes no other batch.
  std::optional<int> batch() const { return batch_; }
  // Whether a call with that batch succeeds and its results' first sizes follow. No failure: false is the answer.
  bool takes_batch(int batch) const;
  // Whether it forks tasks.
  bool forks() const;
  // Seconds a call takes on one thread, the shorter of two. Failure kModelFailed.
  double seconds_alone() const;
  // Sets the threads, lets the callers run warm, and measures. Ends early when a person wishes it. Throws what the
  // method does.
  Slice measure(const Setting& setting, double seconds, std::optional<double> rate);

 private:
  CallArguments with_batch(int batch) const;
  const CallArguments& arguments_for(const Setting& setting, size_t caller);

  jit::Method method_;
  std::function<CallArguments()> make_arguments_;
  std::optional<int> batch_;
  std::map<int, std::vector<CallArguments>> arguments_;  // of each batch, one a caller
};

}  // namespace heddle::cli
