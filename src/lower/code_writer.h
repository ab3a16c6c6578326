// Fills in a code::Code: instructions, operand lists, tables without duplicates, places. For lower_graph alone.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "code/code.h"
#include "ir/graph.h"

namespace heddle::lower {

class CodeWriter {
 public:
  explicit CodeWriter(const std::string& function) : code_(make_ref<code::Code>()) { code_->name = function; }
  code::Code& code() { return *code_; }

  // All following instructions come from this node.
  void set_place(const ir::Node& node) { here_ = place_of(node.range, node.inlined_at.get()); }
  // Gives the number of the instruction.
  size_t emit(const code::Inst& inst);
  size_t emit(code::Inst inst, const std::vector<uint32_t>& list);
  code::Inst& inst(size_t number) { return code_->insts[number]; }
  // No jump may lead behind it.
  void remove_last();
  // The number of the instruction emitted next.
  uint32_t next() const { return static_cast<uint32_t>(code_->insts.size()); }

  // Index of the constant; equal unboxed values and strings share one. All constants come before the first instruction.
  uint32_t constant(const IValue& value);
  uint32_t type(const TypePtr& type);
  uint32_t function(const Ref<Callable>& function);
  uint32_t name(const std::string& name);
  uint32_t op(const schema::Operator* op);

  Ref<code::Code> finish() { return std::move(code_); }

 private:
  Ref<const code::Place> place_of(const SourceRange& range, const ir::CallSite* site);

  Ref<code::Code> code_;
  Ref<const code::Place> here_;
  std::map<std::tuple<const Source*, uint32_t, uint32_t, const ir::CallSite*>, Ref<const code::Place>> places_;
  std::unordered_map<const schema::Operator*, uint32_t> ops_;
};

}  // namespace heddle::lower
