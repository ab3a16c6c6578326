// How a kernel is called: it reads its arguments from the caller's registers and writes its results back, by slot
// number. A Call lives on the caller's stack for one call; kernels keep nothing of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle::schema {

struct Operator;

class Call {
 public:
  Call(const Operator& op, IValue* registers, const uint32_t* arguments, uint32_t argument_count,
       const uint32_t* results, uint32_t result_count)
      : op_(op),
        registers_(registers),
        arguments_(arguments),
        results_(results),
        argument_count_(argument_count),
        result_count_(result_count) {}

  const Operator& op() const { return op_; }
  uint32_t argument_count() const { return argument_count_; }
  uint32_t result_count() const { return result_count_; }
  const IValue& argument(size_t i) const { return registers_[arguments_[i]]; }
  // A result may share its register with an argument: read all arguments before the first result is set.
  void set_result(size_t i, IValue value) const { registers_[results_[i]] = std::move(value); }

 private:
  const Operator& op_;
  IValue* registers_;
  const uint32_t* arguments_;
  const uint32_t* results_;
  uint32_t argument_count_;
  uint32_t result_count_;
};

// Any thread may call a kernel; kernels hold no state but caches of their own that say so.
using Kernel = Status (*)(const Call& call);

}  // namespace heddle::schema
