// How a kernel is called: it reads its arguments from the caller's registers and writes its results back, by slot
// number. A Call lives on the caller's stack for one call; kernels keep nothing of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

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

// A function that computes an operator. Any thread may call it; kernels hold no state but caches of their own that say
// so.
class Kernel {
 public:
  using Function = Status (*)(const Call& call);
  // parameters: how many arguments the function reads, where that is known; the table compares it with the schema.
  static constexpr int kUnknown = -1;
  Kernel(std::nullptr_t = nullptr) {}
  template <class F>
  requires std::is_convertible_v<F, Function> Kernel(F function, int parameters = kUnknown)
      : function_(function), parameters_(parameters) {}

  explicit operator bool() const { return function_ != nullptr; }
  Status operator()(const Call& call) const { return function_(call); }
  int parameters() const { return parameters_; }
  Function function() const { return function_; }

 private:
  Function function_ = nullptr;
  int parameters_ = kUnknown;
};

}  // namespace heddle::schema
