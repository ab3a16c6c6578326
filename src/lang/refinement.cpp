#include "lang/refinement.h"

#include <algorithm>

namespace heddle::lang {
namespace {

const Refinement* find(const Refinements& refinements, Variable variable) {
  const auto found = std::find_if(refinements.begin(), refinements.end(),
                                  [&](const Refinement& refinement) { return refinement.variable == variable; });
  return found == refinements.end() ? nullptr : &*found;
}

}  // namespace

Refinements refine_both(const Refinements& first, const Refinements& second) {
  Refinements both = second;
  for (const Refinement& refinement : first) {
    if (!find(second, refinement.variable)) both.push_back(refinement);
  }
  return both;
}

Refinements refine_either(const Refinements& first, const Refinements& second) {
  Refinements either;
  for (const Refinement& refinement : first) {
    const Refinement* other = find(second, refinement.variable);
    if (!other) continue;
    if (TypePtr type = unify(refinement.type, other->type)) either.push_back({refinement.variable, std::move(type)});
  }
  return either;
}

}  // namespace heddle::lang
