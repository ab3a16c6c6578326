// What the type variables of a schema stand for in one call: "t[](a!) self, t el". Used by schema matching only; a
// value, free to copy.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/type.h"

namespace heddle::lang {

bool has_variables(const Type& type);

class TypeBinding {
 public:
  // Binds the variables in `formal` so that `actual` may stand there. A variable keeps its first meaning; a later type
  // must have a common type with it (whether it really fits is seen after substitute()). False, and why, when it cannot
  // be. `why` may be null.
  bool match(const TypePtr& formal, const TypePtr& actual, std::string* why);
  // The type with variables replaced; null when one of them has no meaning yet.
  TypePtr substitute(const TypePtr& type) const;

 private:
  bool match_variable(const VariableType& variable, const TypePtr& actual, std::string* why);
  const TypePtr* find(const std::string& name) const;
  std::vector<std::pair<std::string, TypePtr>> bound_;
};

}  // namespace heddle::lang
