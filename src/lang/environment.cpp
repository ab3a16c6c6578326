#include "lang/environment.h"

namespace heddle::lang {

Variable Environment::variable(std::string_view name) {
  const auto [at, is_new] = index_.try_emplace(name, static_cast<Variable>(names_.size()));
  if (is_new) {
    names_.push_back(name);
    slots_.emplace_back();
  }
  return at->second;
}

void Environment::push_scope() { scopes_.emplace_back(); }

void Environment::push_scope(std::vector<ScopedBinding> bindings) {
  push_scope();
  for (ScopedBinding& bound : bindings) bind(bound.variable, std::move(bound.binding));
}

std::vector<ScopedBinding> Environment::pop_scope() {
  std::vector<ScopedBinding> bindings;
  bindings.reserve(scopes_.back().bound.size());
  for (const Variable variable : scopes_.back().bound) {
    bindings.push_back({variable, std::move(slots_[variable].back().binding)});
    slots_[variable].pop_back();
  }
  scopes_.pop_back();
  return bindings;
}

void Environment::bind(Variable variable, Binding binding) {
  const auto scope = static_cast<uint32_t>(scopes_.size() - 1);
  std::vector<Slot>& slots = slots_[variable];
  if (!slots.empty() && slots.back().scope == scope) {
    slots.back().binding = std::move(binding);
    return;
  }
  slots.push_back({scope, std::move(binding)});
  scopes_.back().bound.push_back(variable);
}

void Environment::bind_outermost(Variable variable, Binding binding) {
  slots_[variable].insert(slots_[variable].begin(), {0, std::move(binding)});
  scopes_.front().bound.push_back(variable);
}

void Environment::refine(Variable variable, ir::Value* narrowed) {
  const std::vector<Slot>& slots = slots_[variable];
  const bool is_own = !slots.empty() && slots.back().scope + 1 == scopes_.size() && !slots.back().binding.is_refinement;
  bind(variable, {narrowed, !is_own, {}});
}

const Binding* Environment::find(Variable variable) const {
  const std::vector<Slot>& slots = slots_[variable];
  return slots.empty() ? nullptr : &slots.back().binding;
}

const Binding* Environment::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : find(found->second);
}

const Binding* Environment::binding_outside(Variable variable) const {
  size_t first = scopes_.size() - 1;
  while (scopes_[first].joined) --first;
  if (scopes_[first].sealed) return nullptr;
  const std::vector<Slot>& slots = slots_[variable];
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) {
    if (slot->scope < first) return &slot->binding;
  }
  return nullptr;
}

bool Environment::is_bound_within(Variable variable, size_t depth) const {
  const std::vector<Slot>& slots = slots_[variable];
  return !slots.empty() && slots.front().scope < depth;
}

}  // namespace heddle::lang
