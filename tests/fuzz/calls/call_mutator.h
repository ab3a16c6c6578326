// Changes a call that is written as text, by its operator's schema: mostly one or two places of it, so that what comes
// out gets past the first checks. One thread.
#pragma once

#include "call_text.h"
#include "schema/operator_table.h"

namespace heddle::fuzz {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t next();
  // 0 <= result < count; count > 0.
  size_t below(size_t count) { return static_cast<size_t>(next() % count); }
  bool one_in(size_t count) { return below(count) == 0; }
  template <class List>
  const auto& choose(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  uint64_t state_;
};

void mutate_call(CallText& call, Dice& dice);
// A call of the operator that rests on no other.
CallText random_call(const schema::Operator& op, Dice& dice);

}  // namespace heddle::fuzz
