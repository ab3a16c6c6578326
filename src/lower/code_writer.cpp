#include "lower/code_writer.h"

#include <algorithm>

#include "core/boxes.h"

namespace heddle::lower {
namespace {

template <class T, class Same>
uint32_t index_in(std::vector<T>& table, const T& entry, Same same) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const T& other) { return same(other, entry); });
  if (found != table.end()) return static_cast<uint32_t>(found - table.begin());
  table.push_back(entry);
  return static_cast<uint32_t>(table.size() - 1);
}

// Whether no program can tell the two apart.
bool same_constant(const IValue& a, const IValue& b) {
  return a.is_same(b) || (a.is_string() && b.is_string() && a.as_string() == b.as_string());
}

}  // namespace

size_t CodeWriter::emit(const code::Inst& inst) {
  code_->insts.push_back(inst);
  code_->places.push_back(here_);
  return code_->insts.size() - 1;
}

size_t CodeWriter::emit(code::Inst inst, const std::vector<uint32_t>& list) {
  inst.list = static_cast<uint32_t>(code_->operands.size());
  inst.count = static_cast<uint32_t>(list.size());
  code_->operands.insert(code_->operands.end(), list.begin(), list.end());
  return emit(inst);
}

void CodeWriter::remove_last() {
  code_->insts.pop_back();
  code_->places.pop_back();
}

uint32_t CodeWriter::constant(const IValue& value) { return index_in(code_->constants, value, same_constant); }

uint32_t CodeWriter::type(const TypePtr& type) {
  return index_in(code_->types, type, [](const TypePtr& a, const TypePtr& b) { return a == b || same_type(*a, *b); });
}

uint32_t CodeWriter::function(const Ref<Callable>& function) {
  return index_in(code_->functions, function, [](const auto& a, const auto& b) { return a == b; });
}

uint32_t CodeWriter::name(const std::string& name) {
  return index_in(code_->names, name, [](const auto& a, const auto& b) { return a == b; });
}

uint32_t CodeWriter::op(const schema::Operator* op) {
  const auto [found, added] = ops_.emplace(op, static_cast<uint32_t>(code_->operators.size()));
  if (added) code_->operators.push_back(op);
  return found->second;
}

Ref<const code::Place> CodeWriter::place_of(const SourceRange& range, const ir::CallSite* site) {
  if (!range.known() && !site) return nullptr;
  Ref<const code::Place>& known = places_[{range.source.get(), range.begin, range.end, site}];
  if (!known) {
    known = make_ref<code::Place>(range, site ? site->function : code_->name,
                                  site ? place_of(site->range, site->outer.get()) : nullptr, site ? site->module : "");
  }
  return known;
}

}  // namespace heddle::lower
