// What a condition says about the types of names: `x is not None` narrows x where it holds. Plain values.
#pragma once

#include <optional>
#include <vector>

#include "core/type.h"
#include "ir/graph.h"
#include "lang/environment.h"

namespace heddle::lang {

struct Refinement {
  Variable variable;
  TypePtr type;
};
using Refinements = std::vector<Refinement>;

// Both hold; what the second says of a name wins, for it was learnt under the first.
Refinements refine_both(const Refinements& first, const Refinements& second);
// One of them holds: the names both speak of, at the least common type.
Refinements refine_either(const Refinements& first, const Refinements& second);

struct Condition {
  // The truth where it is known while compiling; then no other branch is compiled.
  std::optional<bool> known;
  ir::Value* value = nullptr;  // of type bool; null when known
  Refinements when_true;
  Refinements when_false;
};

}  // namespace heddle::lang
