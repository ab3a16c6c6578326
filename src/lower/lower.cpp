// Straight code: one node, one instruction.
#include "lower/lower.h"

#include <algorithm>

#include "ir/function.h"
#include "ir/printer.h"
#include "lower/lowering.h"
#include "lower/scalar_ops.h"

namespace heddle::lower {

using code::Inst;
using code::Op;
using ir::NodeKind;

Lowering::Lowering(const ir::Graph& graph, const std::string& name) : graph_(graph), liveness_(graph), writer_(name) {}

Result<Ref<code::Code>> Lowering::run() {
  code::Code& code = writer_.code();
  if (graph_.outputs().size() > 1) {
    return error(ErrorCode::kRuntime, "the graph of ", code.name, " returns several values");
  }
  for (const auto& input : graph_.inputs()) homes_[input.get()] = {registers_.take(), Holding::kOwn};
  code.argument_count = first_constant_ = registers_.count();
  zero_ = constant(IValue(0));
  none_ = constant(IValue());
  place_constants(*graph_.block());
  while (registers_.count() < first_constant_ + code.constants.size()) registers_.take();

  finish(liveness_.deaths_on_entry(graph_.block()));
  HEDDLE_TRY(block(*graph_.block()));
  writer_.set_place(*graph_.block()->return_node());
  const ir::Value* output = graph_.outputs().empty() ? nullptr : graph_.outputs()[0];
  writer_.emit({.op = Op::kReturn, .a = output ? reg(output) : none_});
  code.return_type = output ? output->type() : types::none();
  code.register_count = registers_.count();
  HEDDLE_TRY(code::verify(code));
  return writer_.finish();
}

// --- registers ---

void Lowering::place_constants(const ir::Block& block) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    if (node->is(NodeKind::kConstant)) homes_[node->output()] = {constant(node->constant), Holding::kPromised};
    for (const auto& inner : node->blocks()) place_constants(*inner);
  }
}

std::vector<uint32_t> Lowering::regs(const std::vector<ir::Value*>& values) const {
  std::vector<uint32_t> out;
  for (const ir::Value* value : values) out.push_back(reg(value));
  return out;
}

uint32_t Lowering::result(const ir::Value* value) {
  const auto promised = homes_.find(value);
  if (promised != homes_.end()) return promised->second.reg;
  const uint32_t taken = registers_.take();
  homes_[value] = {taken, Holding::kOwn};
  return taken;
}

std::vector<uint32_t> Lowering::results(const ir::Node& node) {
  std::vector<uint32_t> out;
  for (const auto& value : node.outputs()) out.push_back(result(value.get()));
  return out;
}

void Lowering::give_back(const Values& dying) {
  for (const ir::Value* value : dying) {
    const Home& home = homes_.at(value);
    if (home.holding == Holding::kOwn) registers_.give_back(home.reg);
  }
}

void Lowering::drop(const Values& dead, const std::vector<uint32_t>& kept) {
  std::vector<uint32_t> dropped;
  for (const ir::Value* value : dead) {
    if (is_unboxed(*value->type()) || std::find(kept.begin(), kept.end(), reg(value)) != kept.end()) continue;
    dropped.push_back(reg(value));
  }
  if (!dropped.empty()) writer_.emit({.op = Op::kDrop}, dropped);
}

std::vector<uint32_t> Lowering::operands(const ir::Node& node) const {
  std::vector<uint32_t> out = regs(node.inputs());
  for (const ir::Value* value : liveness_.deaths(&node)) {
    // The last of several readings of one value takes it over.
    for (size_t i = out.size(); i-- > 0;) {
      if (node.input(i) != value) continue;
      out[i] |= code::kLastUse;
      break;
    }
  }
  return out;
}

// --- nodes ---

Status Lowering::block(const ir::Block& block) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    if (node->is(NodeKind::kConstant)) continue;
    writer_.set_place(*node);
    if (!node->blocks().empty()) {
      HEDDLE_TRY(node->is(NodeKind::kIf) ? conditional(*node) : loop(*node));
      continue;
    }
    // Given back first, so that a result may lie where an operand dies: instructions read all before they write.
    Values dying = liveness_.deaths(node);
    std::erase_if(dying, [&](const ir::Value* value) { return value->node() == node; });
    give_back(dying);
    HEDDLE_TRY(this->node(*node));
  }
  return ok_status();
}

void Lowering::after(const ir::Node& node, const std::vector<uint32_t>& taken_over) {
  std::vector<uint32_t> kept;
  for (const uint32_t entry : taken_over) {
    if (entry & code::kLastUse) kept.push_back(entry & ~code::kLastUse);
  }
  Values dead;
  Values unread;
  for (const ir::Value* value : liveness_.deaths(&node)) (value->node() == &node ? unread : dead).push_back(value);
  for (const auto& output : node.outputs()) kept.push_back(reg(output.get()));
  drop(dead, kept);
  finish(unread);
}

Status Lowering::plain(const ir::Node& node, Op op) {
  Inst inst{.op = op};
  if (node.inputs().size() > 0) inst.b = reg(node.input(0));
  if (node.inputs().size() > 1) inst.c = reg(node.input(1));
  inst.a = result(node.output());
  writer_.emit(inst);
  after(node);
  return ok_status();
}

Status Lowering::node(const ir::Node& node) {
  switch (node.kind()) {
    case NodeKind::kOperator:
      return operator_call(node);
    case NodeKind::kMissingOperator:
      writer_.emit({.op = Op::kMissing, .a = writer_.name(node.name)});
      results(node);
      after(node);
      return ok_status();
    case NodeKind::kTupleConstruct:
      return construct(node, Op::kTuple);
    case NodeKind::kListConstruct:
      return construct(node, Op::kList);
    case NodeKind::kDictConstruct:
      return construct(node, Op::kDict);
    case NodeKind::kTupleUnpack:
      return unpack(node, Op::kTupleUnpack);
    case NodeKind::kListUnpack:
      return unpack(node, Op::kListUnpack);
    case NodeKind::kTupleIndex:
      return plain(node, Op::kTupleIndex);
    case NodeKind::kTupleSlice: {
      const auto begin = static_cast<uint32_t>(node.integers[0]);
      const auto end = static_cast<uint32_t>(node.integers[1]);
      const uint32_t from = reg(node.input(0));
      writer_.emit({.op = Op::kTupleSlice, .a = result(node.output()), .b = from, .c = begin, .d = end});
      after(node);
      return ok_status();
    }
    case NodeKind::kCreateObject:
      writer_.emit({.op = Op::kObject, .a = result(node.output()), .b = writer_.type(node.output()->type())});
      after(node);
      return ok_status();
    case NodeKind::kGetAttr:
    case NodeKind::kSetAttr:
    case NodeKind::kHasAttr:
      return attribute(node);
    case NodeKind::kCallFunction:
      return call(node, Op::kCallFunction, writer_.function(node.function));
    case NodeKind::kFork:
      return call(node, Op::kFork, writer_.function(node.function));
    case NodeKind::kAwaitable:
      return call(node, Op::kAwaitable, writer_.function(node.function));
    case NodeKind::kFunctionValue:
      return call(node, Op::kFunctionValue, writer_.function(node.function));
    case NodeKind::kCallMethod:
      return call(node, Op::kCallMethod, writer_.name(node.name));
    case NodeKind::kWait:
      return plain(node, Op::kWait);
    case NodeKind::kUncheckedCast:
      return cast(node);
    case NodeKind::kUninitialized:
      results(node);
      after(node);
      return ok_status();
    case NodeKind::kIsInstance:
      return instance_test(node);
    case NodeKind::kRaise:
      writer_.emit({.op = Op::kRaise, .a = reg(node.input(0)), .b = reg(node.input(1))});
      return ok_status();
    case NodeKind::kEnter:
    case NodeKind::kExit:
      return with_block(node);
    case NodeKind::kEnumName:
      return plain(node, Op::kEnumName);
    case NodeKind::kEnumValue:
      return plain(node, Op::kEnumValue);
    case NodeKind::kPrint:
      writer_.emit({.op = Op::kPrint}, regs(node.inputs()));
      after(node);
      return ok_status();
    case NodeKind::kIf:
    case NodeKind::kLoop:
    case NodeKind::kConstant:
    case NodeKind::kParam:
    case NodeKind::kReturn:
      break;
  }
  return error(ErrorCode::kRuntime, "no code for ", ir::to_text(node));
}

Status Lowering::operator_call(const ir::Node& node) {
  if (node.output_count() == 1 && scalar_instruction(*node.op)) return plain(node, *scalar_instruction(*node.op));
  if (node.op->schema.full_name() == "aten::append.t" && node.output()->uses().empty()) {
    writer_.emit({.op = Op::kListAppend, .a = reg(node.input(0)), .b = reg(node.input(1))});
    results(node);
    after(node);
    return ok_status();
  }
  std::vector<uint32_t> list = regs(node.inputs());
  const std::vector<uint32_t> to = results(node);
  list.insert(list.end(), to.begin(), to.end());
  // What dies goes with the call itself: inputs whose register no result has taken, and results nobody reads.
  Values unread;
  for (const ir::Value* value : liveness_.deaths(&node)) {
    const bool is_result = value->node() == &node;
    if (is_result) unread.push_back(value);
    if (is_unboxed(*value->type())) continue;
    if (is_result || std::find(to.begin(), to.end(), reg(value)) == to.end()) list.push_back(reg(value));
  }
  const auto arguments = static_cast<uint32_t>(node.inputs().size());
  const auto results = static_cast<uint32_t>(to.size());
  const auto drops = static_cast<uint32_t>(list.size()) - arguments - results;
  writer_.emit({.op = Op::kOperator, .a = writer_.op(node.op), .b = arguments, .c = results, .d = drops}, list);
  give_back(unread);
  return ok_status();
}

Status Lowering::construct(const ir::Node& node, Op op) {
  const std::vector<uint32_t> elements = operands(node);
  writer_.emit({.op = op, .a = result(node.output()), .b = writer_.type(node.output()->type())}, elements);
  after(node, elements);
  return ok_status();
}

Status Lowering::unpack(const ir::Node& node, Op op) {
  const uint32_t from = reg(node.input(0));
  writer_.emit({.op = op, .a = from}, results(node));
  after(node);
  return ok_status();
}

Status Lowering::call(const ir::Node& node, Op op, uint32_t callee) {
  const std::vector<uint32_t> arguments = operands(node);
  writer_.emit({.op = op, .a = result(node.output()), .b = callee}, arguments);
  after(node, arguments);
  return ok_status();
}

// __exit__ takes the exception's type, value and traceback; there is never one, so they are None.
Status Lowering::with_block(const ir::Node& node) {
  std::vector<uint32_t> arguments = operands(node);
  arguments.resize(ir::as_function(node.function).schema.arguments.size(), none_);
  const bool read = node.output_count() == 1;
  const uint32_t to = read ? result(node.output()) : registers_.take();
  writer_.emit({.op = Op::kCallFunction, .a = to, .b = writer_.function(node.function)}, arguments);
  if (!read) {
    writer_.emit({.op = Op::kDrop}, {to});
    registers_.give_back(to);
  }
  after(node, arguments);
  return ok_status();
}

Status Lowering::attribute(const ir::Node& node) {
  const uint32_t object = reg(node.input(0));
  if (node.is(NodeKind::kHasAttr)) {
    writer_.emit({.op = Op::kHasAttr, .a = result(node.output()), .b = object, .c = writer_.name(node.name)});
    after(node);
    return ok_status();
  }
  const ClassType* type = as_class(*node.input(0)->type());
  const std::optional<size_t> slot = type ? type->find_attribute(node.name) : std::nullopt;
  if (!slot) {
    return error(ErrorCode::kNotFound, node.input(0)->type()->to_text(), " has no attribute ", quoted(node.name));
  }
  const auto number = static_cast<uint32_t>(*slot);
  if (node.is(NodeKind::kGetAttr)) {
    writer_.emit({.op = Op::kGetAttr, .a = result(node.output()), .b = object, .c = number});
  } else {
    writer_.emit({.op = Op::kSetAttr, .a = object, .b = reg(node.input(1)), .c = number});
  }
  after(node);
  return ok_status();
}

Status Lowering::instance_test(const ir::Node& node) {
  std::vector<uint32_t> wanted;
  for (const TypePtr& type : node.types) wanted.push_back(writer_.type(type));
  const uint32_t value = reg(node.input(0));
  writer_.emit({.op = Op::kIsInstance, .a = result(node.output()), .b = value}, wanted);
  after(node);
  return ok_status();
}

// The same value under another type: nothing to do where it may stay in its register.
Status Lowering::cast(const ir::Node& node) {
  const uint32_t from = reg(node.input(0));
  const uint32_t to = result(node.output());
  const bool last_use = liveness_.dies_at(node.input(0), &node);
  if (to != from) writer_.emit({.op = last_use ? Op::kMove : Op::kCopy, .a = to, .b = from});
  after(node, {last_use ? from | code::kLastUse : from});
  return ok_status();
}

Result<Ref<code::Code>> lower_graph(const ir::Graph& graph, const std::string& function_name) {
  return Lowering(graph, function_name).run();
}

}  // namespace heddle::lower
