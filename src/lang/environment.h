// The names a function under compilation can see, scope by scope. Owned by one FunctionEmitter. Lookups cost one hash
// of the name.
//
// Each branch of an if and each loop body has a scope. A name assigned in an inner scope keeps the type it has outside,
// while the scope that first assigned it may change its type: `binding_outside` answers what an assignment must
// respect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lang/sugared.h"

namespace heddle::lang {

// A name of the function, as a number.
using Variable = uint32_t;

struct Binding {
  Meaning meaning;
  // The same run-time value as outside, seen at a narrower type (after `x is not None`).
  bool is_refinement = false;
  // Why the name cannot be used, when meaning is empty: it was assigned in one branch only, say.
  std::string problem;
};

struct ScopedBinding {
  Variable variable;
  Binding binding;
};

class Environment {
 public:
  // The text of the name must outlive the environment, as the syntax tree's does.
  Variable variable(std::string_view name);
  std::string_view name(Variable variable) const { return names_[variable]; }

  void push_scope();
  // A scope that was popped, again.
  void push_scope(std::vector<ScopedBinding> bindings);
  // What the scope bound, in the order it first did so. The outer scopes are as they were before.
  std::vector<ScopedBinding> pop_scope();
  // From here on the innermost scope counts as part of the one around it: what follows an `if` that returned is
  // compiled inside its other branch, yet belongs to the scope of the `if`.
  void join_scope() { scopes_.back().joined = true; }
  // Names bound in the innermost scope hide those outside, whatever their type: the target of a comprehension.
  void seal_scope() { scopes_.back().sealed = true; }
  size_t depth() const { return scopes_.size(); }

  void bind(Variable variable, Binding binding);
  void bind_outermost(Variable variable, Binding binding);
  // Binds the same run-time value at a narrower type; it stays an assignment where the current scope has assigned the
  // name.
  void refine(Variable variable, ir::Value* narrowed);
  // The innermost binding; null when there is none.
  const Binding* find(Variable variable) const;
  const Binding* find(std::string_view name) const;
  // The innermost binding of the scopes around the current one.
  const Binding* binding_outside(Variable variable) const;
  // Whether one of the outermost `depth` scopes binds it.
  bool is_bound_within(Variable variable, size_t depth) const;

 private:
  struct Slot {
    uint32_t scope;
    Binding binding;
  };
  struct Scope {
    std::vector<Variable> bound;
    bool joined = false;
    bool sealed = false;
  };
  std::unordered_map<std::string_view, Variable> index_;
  std::vector<std::string_view> names_;
  std::vector<std::vector<Slot>> slots_;  // by variable, innermost last
  std::vector<Scope> scopes_;
};

}  // namespace heddle::lang
