#include "lower/lower.h"

#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>

#include "core/boxes.h"
#include "ir/function.h"
#include "ir/printer.h"
#include "lower/liveness.h"
#include "lower/registers.h"
#include "lower/scalar_ops.h"

namespace heddle::lower {
namespace {

using code::Inst;
using code::Op;
using ir::NodeKind;

class Lowering {
 public:
  Lowering(const ir::Graph& graph, const std::string& name)
      : graph_(graph), liveness_(graph), code_(make_ref<code::Code>()) {
    code_->name = name;
  }

  Result<Ref<code::Code>> run() {
    for (const auto& input : graph_.inputs()) place(input.get(), registers_.take());
    code_->argument_count = registers_.count();
    constants(*graph_.block());
    zero_ = constant(IValue(0));
    none_ = constant(IValue());
    drop_finished(graph_.block()->param_node());
    HEDDLE_TRY(block(*graph_.block()));
    if (graph_.outputs().size() > 1)
      return error(ErrorCode::kRuntime, "the graph of ", code_->name, " returns several values");
    here_ = nullptr;
    const ir::Value* output = graph_.outputs().empty() ? nullptr : graph_.outputs()[0];
    emit({.op = Op::kReturn, .a = output ? reg(output) : none_});
    code_->return_type = output ? output->type() : types::none();
    code_->register_count = registers_.count();
    HEDDLE_TRY(code::verify(*code_));
    return std::move(code_);
  }

 private:
  // --- registers ---

  void place(const ir::Value* value, uint32_t reg) { register_of_[value] = reg; }
  uint32_t reg(const ir::Value* value) const { return register_of_.at(value); }
  bool is_constant(const ir::Value* value) const { return value->node()->is(NodeKind::kConstant); }

  // Constants lie in registers of their own for the whole frame.
  void constants(const ir::Block& block) {
    for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
      if (node->is(NodeKind::kConstant)) place(node->output(), constant(node->constant));
      for (const auto& inner : node->blocks()) constants(*inner);
    }
  }

  uint32_t constant(const IValue& value) {
    if (!value.box()) {
      for (size_t i = 0; i < code_->constants.size(); ++i) {
        if (code_->constants[i].is_same(value)) return code_->argument_count + static_cast<uint32_t>(i);
      }
    }
    code_->constants.push_back(value);
    return registers_.take();
  }

  // A register for a result: one promised to it beforehand, or any.
  uint32_t result(const ir::Value* value) {
    const auto promised = register_of_.find(value);
    if (promised != register_of_.end()) return promised->second;
    const uint32_t taken = registers_.take();
    place(value, taken);
    owned_[value] = true;
    return taken;
  }

  // Values of the node's block that are not read after it: their memory goes now, and their registers with it.
  void drop_finished(const ir::Node* node) {
    const uint32_t now = liveness_.end(node);
    std::vector<uint32_t> dropped;
    const auto consider = [&](const ir::Value* value) {
      const auto found = register_of_.find(value);
      if (found == register_of_.end() || is_constant(value) || finished_.count(value)) return;
      if (value->node()->owner() != node->owner() || liveness_.last_use(value) > now) return;
      finished_[value] = true;
      // What lies in a register promised to a result of the block lives on as that result.
      if (node->is(NodeKind::kReturn) && !owned_.count(value)) return;
      if (overwritten(*node, value)) return;
      if (!is_unboxed(*value->type()) && !moved_.count(value)) dropped.push_back(found->second);
      if (owned_.count(value) || value->node() == graph_.block()->param_node()) registers_.give_back(found->second);
    };
    for (const ir::Value* value : node->inputs()) consider(value);
    for (const auto& value : node->outputs()) consider(value.get());
    if (!node->blocks().empty()) outer_values(*node, consider);
    if (!dropped.empty()) emit_list({.op = Op::kDrop}, dropped);
  }

  // Whether the node put one of its results where the value was.
  bool overwritten(const ir::Node& node, const ir::Value* value) const {
    for (const auto& output : node.outputs()) {
      const auto found = register_of_.find(output.get());
      if (output.get() != value && found != register_of_.end() && found->second == reg(value)) return true;
    }
    return false;
  }

  // Values defined around the node and read inside its blocks.
  template <class F>
  void outer_values(const ir::Node& node, F&& consider) {
    for (const auto& block : node.blocks()) {
      for (const ir::Node* inner = block->first();; inner = inner->next()) {
        for (const ir::Value* value : inner->inputs()) consider(value);
        outer_values(*inner, consider);
        if (inner == block->return_node()) break;
      }
    }
  }

  // Whether the value's content may be moved out at this node: it was made in the node's own block and is not read
  // again.
  bool is_last_use(const ir::Value* value, const ir::Node* node) const {
    return !is_constant(value) && value->node()->owner() == node->owner() &&
           liveness_.last_use(value) <= liveness_.end(node) &&
           (owned_.count(value) || value->node() == graph_.block()->param_node());
  }

  // --- instructions ---

  size_t emit(Inst inst) {
    code_->insts.push_back(inst);
    code_->places.push_back(here_);
    return code_->insts.size() - 1;
  }

  size_t emit_list(Inst inst, const std::vector<uint32_t>& list) {
    inst.list = static_cast<uint32_t>(code_->operands.size());
    inst.count = static_cast<uint32_t>(list.size());
    code_->operands.insert(code_->operands.end(), list.begin(), list.end());
    return emit(inst);
  }

  uint32_t next() const { return static_cast<uint32_t>(code_->insts.size()); }

  std::vector<uint32_t> regs(const std::vector<ir::Value*>& values) const {
    std::vector<uint32_t> out;
    for (const ir::Value* value : values) out.push_back(reg(value));
    return out;
  }

  std::vector<uint32_t> results(const ir::Node& node) {
    std::vector<uint32_t> out;
    for (const auto& value : node.outputs()) out.push_back(result(value.get()));
    return out;
  }

  template <class T>
  static uint32_t add_to(std::vector<T>& table, T entry) {
    table.push_back(std::move(entry));
    return static_cast<uint32_t>(table.size() - 1);
  }
  uint32_t type(const TypePtr& t) { return add_to(code_->types, t); }
  uint32_t function(const Ref<Callable>& f) { return add_to(code_->functions, f); }
  uint32_t name(const std::string& n) { return add_to(code_->names, n); }

  void copy(uint32_t to, const ir::Value* from, bool last_use) {
    if (to == reg(from)) return;
    emit({.op = last_use ? Op::kMove : Op::kCopy, .a = to, .b = reg(from)});
    if (last_use) moved_[from] = true;
  }

  // --- places ---

  Ref<const code::Place> place_of(const SourceRange& range, const ir::CallSite* site) {
    if (!range.known() && !site) return nullptr;
    Ref<const code::Place>& known = places_[{range.source.get(), range.begin, range.end, site}];
    if (!known) {
      known = make_ref<code::Place>(range, site ? site->function : code_->name,
                                    site ? place_of(site->range, site->outer.get()) : nullptr);
    }
    return known;
  }

  // --- nodes ---

  Status block(const ir::Block& block) {
    for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
      if (node->is(NodeKind::kConstant)) continue;
      here_ = place_of(node->range, node->inlined_at.get());
      HEDDLE_TRY(this->node(*node));
      drop_finished(node);
    }
    return ok_status();
  }

  Status node(const ir::Node& node) {
    switch (node.kind()) {
      case NodeKind::kOperator:
        return operator_call(node);
      case NodeKind::kIf:
        return conditional(node);
      case NodeKind::kLoop:
        return loop(node);
      case NodeKind::kMissingOperator:
        emit({.op = Op::kMissing, .a = name(node.name)});
        results(node);
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
        emit({.op = Op::kTupleIndex, .a = result(node.output()), .b = reg(node.input(0)), .c = reg(node.input(1))});
        return ok_status();
      case NodeKind::kTupleSlice:
        emit({.op = Op::kTupleSlice,
              .a = result(node.output()),
              .b = reg(node.input(0)),
              .c = static_cast<uint32_t>(node.integers[0]),
              .d = static_cast<uint32_t>(node.integers[1])});
        return ok_status();
      case NodeKind::kCreateObject:
        emit({.op = Op::kObject, .a = result(node.output()), .b = type(node.output()->type())});
        return ok_status();
      case NodeKind::kGetAttr:
        emit({.op = Op::kGetAttr, .a = result(node.output()), .b = reg(node.input(0)), .c = slot(node)});
        return ok_status();
      case NodeKind::kSetAttr:
        emit({.op = Op::kSetAttr, .a = reg(node.input(0)), .b = reg(node.input(1)), .c = slot(node)});
        return ok_status();
      case NodeKind::kHasAttr:
        emit({.op = Op::kHasAttr, .a = result(node.output()), .b = reg(node.input(0)), .c = name(node.name)});
        return ok_status();
      case NodeKind::kCallFunction:
        return call(node, Op::kCallFunction, function(node.function));
      case NodeKind::kFork:
      case NodeKind::kAwaitable:
        return call(node, Op::kFork, function(node.function));
      case NodeKind::kFunctionValue:
        return call(node, Op::kFunctionValue, function(node.function));
      case NodeKind::kCallMethod:
        return call(node, Op::kCallMethod, name(node.name));
      case NodeKind::kWait:
        emit({.op = Op::kWait, .a = result(node.output()), .b = reg(node.input(0))});
        return ok_status();
      case NodeKind::kUncheckedCast: {
        const bool last = is_last_use(node.input(0), &node);
        copy(result(node.output()), node.input(0), last);
        return ok_status();
      }
      case NodeKind::kUninitialized:
        result(node.output());
        return ok_status();
      case NodeKind::kIsInstance: {
        std::vector<uint32_t> wanted;
        for (const TypePtr& t : node.types) wanted.push_back(type(t));
        emit_list({.op = Op::kIsInstance, .a = result(node.output()), .b = reg(node.input(0))}, wanted);
        return ok_status();
      }
      case NodeKind::kRaise:
        emit({.op = Op::kRaise, .a = reg(node.input(0)), .b = reg(node.input(1))});
        return ok_status();
      case NodeKind::kEnter:
      case NodeKind::kExit:
        return with_block(node);
      case NodeKind::kEnumName:
        emit({.op = Op::kEnumName, .a = result(node.output()), .b = reg(node.input(0))});
        return ok_status();
      case NodeKind::kEnumValue:
        emit({.op = Op::kEnumValue, .a = result(node.output()), .b = reg(node.input(0))});
        return ok_status();
      case NodeKind::kPrint:
        emit_list({.op = Op::kPrint}, regs(node.inputs()));
        return ok_status();
      case NodeKind::kConstant:
      case NodeKind::kParam:
      case NodeKind::kReturn:
        break;
    }
    return error(ErrorCode::kRuntime, "no code for ", ir::to_text(node));
  }

  Status operator_call(const ir::Node& node) {
    const std::optional<Op> scalar = scalar_instruction(*node.op);
    if (scalar && node.output_count() == 1) {
      Inst inst{.op = *scalar, .b = reg(node.input(0))};
      if (node.inputs().size() > 1) inst.c = reg(node.input(1));
      inst.a = result(node.output());
      emit(inst);
      return ok_status();
    }
    if (node.op->schema.full_name() == "aten::append.t" && node.output()->uses().empty()) {
      emit({.op = Op::kListAppend, .a = reg(node.input(0)), .b = reg(node.input(1))});
      return ok_status();
    }
    std::vector<uint32_t> list = regs(node.inputs());
    const auto arguments = static_cast<uint32_t>(list.size());
    for (const uint32_t r : results(node)) list.push_back(r);
    emit_list({.op = Op::kOperator,
               .a = add_to(code_->operators, node.op),
               .b = arguments,
               .c = static_cast<uint32_t>(list.size()) - arguments},
              list);
    return ok_status();
  }

  Status construct(const ir::Node& node, Op op) {
    const std::vector<uint32_t> elements = regs(node.inputs());
    emit_list({.op = op, .a = result(node.output()), .b = type(node.output()->type())}, elements);
    return ok_status();
  }

  Status unpack(const ir::Node& node, Op op) {
    const uint32_t from = reg(node.input(0));
    emit_list({.op = op, .a = from}, results(node));
    return ok_status();
  }

  Status call(const ir::Node& node, Op op, uint32_t callee) {
    const std::vector<uint32_t> arguments = regs(node.inputs());
    emit_list({.op = op, .a = result(node.output()), .b = callee}, arguments);
    return ok_status();
  }

  // __exit__ takes the exception's type, value and traceback; there is never one, so they are None.
  Status with_block(const ir::Node& node) {
    std::vector<uint32_t> arguments = regs(node.inputs());
    arguments.resize(ir::as_function(node.function).schema.arguments.size(), none_);
    const bool read = node.output_count() == 1;
    const uint32_t to = read ? result(node.output()) : registers_.take();
    emit_list({.op = Op::kCallFunction, .a = to, .b = function(node.function)}, arguments);
    if (!read) {
      emit_list({.op = Op::kDrop}, {to});
      registers_.give_back(to);
    }
    return ok_status();
  }

  static uint32_t slot(const ir::Node& node) {
    return static_cast<uint32_t>(*as_class(*node.input(0)->type())->find_attribute(node.name));
  }

  Status conditional(const ir::Node& node) {
    std::vector<uint32_t> to = results(node);
    const size_t test = emit({.op = Op::kJumpIfFalse, .a = reg(node.input(0))});
    HEDDLE_TRY(branch(*node.block(0), to));
    size_t leave = SIZE_MAX;
    const bool otherwise = node.block(1)->first() != node.block(1)->return_node() || !to.empty();
    if (otherwise) leave = emit({.op = Op::kJump});
    code_->insts[test].b = next();
    HEDDLE_TRY(branch(*node.block(1), to));
    if (otherwise) code_->insts[leave].a = next();
    return ok_status();
  }

  Status branch(const ir::Block& body, const std::vector<uint32_t>& to) {
    for (size_t i = 0; i < to.size(); ++i) promise(body.outputs()[i], to[i], body);
    HEDDLE_TRY(block(body));
    for (size_t i = 0; i < to.size(); ++i) {
      copy(to[i], body.outputs()[i],
           is_last_use(body.outputs()[i], body.return_node()) && body.outputs()[i]->uses().size() == 1);
    }
    drop_finished(body.return_node());
    return ok_status();
  }

  // Lets a value that exists only to become a result of its block be computed in the result's register.
  void promise(const ir::Value* value, uint32_t to, const ir::Block& body) {
    const ir::Node* maker = value->node();
    if (maker->owner() != &body || maker == body.param_node() || is_constant(value) || value->uses().size() != 1)
      return;
    place(value, to);
  }

  Status loop(const ir::Node& node) {
    const ir::Block& body = *node.block(0);
    const IValue* trips = is_constant(node.input(0)) ? &node.input(0)->node()->constant : nullptr;
    const bool endless = trips && trips->as_int() == std::numeric_limits<int64_t>::max();
    const bool counts = !endless || !body.input(0)->uses().empty();

    // Body inputs, body outputs and the node's outputs share one register each.
    std::vector<uint32_t> carried;
    for (size_t i = 0; i < node.output_count(); ++i) {
      const uint32_t to = result(node.output(i));
      carried.push_back(to);
      place(body.input(i + 1), to);
    }
    for (size_t i = 0; i < carried.size(); ++i) copy(carried[i], node.input(i + 2), may_move_in(node, i + 2));
    const uint32_t counter = counts ? registers_.take() : zero_;
    if (counts) emit({.op = Op::kCopy, .a = counter, .b = zero_});
    place(body.input(0), counter);

    std::vector<size_t> exits;
    std::vector<size_t> tests;
    if (!is_true(node.input(1))) exits.push_back(emit({.op = Op::kJumpIfFalse, .a = reg(node.input(1))}));
    if (!endless) tests.push_back(emit({.op = Op::kLoopTest, .a = counter, .b = reg(node.input(0))}));
    const uint32_t head = next();
    drop_finished(body.param_node());
    for (size_t i = 0; i < carried.size(); ++i) {
      const ir::Value* old = body.input(i + 1);
      const ir::Value* fresh = body.outputs()[i + 1];
      // The new value may be computed in place only when the old one is not read after the node that makes it.
      if (fresh->node()->blocks().empty() && liveness_.last_use(old) <= liveness_.begin(fresh->node()))
        promise(fresh, carried[i], body);
    }
    HEDDLE_TRY(block(body));
    here_ = place_of(node.range, node.inlined_at.get());
    carry(body, carried);
    const ir::Value* go = body.outputs()[0];
    drop_finished(body.return_node());
    if (!is_true(go)) exits.push_back(emit({.op = Op::kJumpIfFalse, .a = reg(go)}));
    if (endless) {
      if (counts) emit({.op = Op::kIncrement, .a = counter});
      emit({.op = Op::kJump, .a = head});
    } else {
      emit({.op = Op::kLoopNext, .a = counter, .b = reg(node.input(0)), .c = head});
    }
    for (const size_t at : exits) code_->insts[at].b = next();
    for (const size_t at : tests) code_->insts[at].c = next();
    if (counts) registers_.give_back(counter);
    return ok_status();
  }

  bool is_true(const ir::Value* value) const {
    return is_constant(value) && value->node()->constant.is_bool() && value->node()->constant.as_bool();
  }

  // An initial value that nothing but this input of the loop reads is moved into the loop.
  bool may_move_in(const ir::Node& node, size_t input) const {
    const ir::Value* value = node.input(input);
    return is_last_use(value, &node) && value->uses().size() == 1;
  }

  // The new values into the registers of the old ones. Through copies where one new value is another's old register.
  void carry(const ir::Block& body, const std::vector<uint32_t>& carried) {
    bool crossed = false;
    for (size_t i = 0; i < carried.size(); ++i) {
      for (size_t j = 0; j < carried.size(); ++j) crossed |= i != j && reg(body.outputs()[i + 1]) == carried[j];
    }
    std::vector<uint32_t> staged;
    for (size_t i = 0; i < carried.size(); ++i) {
      const ir::Value* from = body.outputs()[i + 1];
      if (crossed) {
        staged.push_back(registers_.take());
        emit({.op = Op::kCopy, .a = staged[i], .b = reg(from)});
      } else {
        copy(carried[i], from, is_last_use(from, body.return_node()) && from->uses().size() == 1);
      }
    }
    for (size_t i = 0; i < staged.size(); ++i) {
      emit({.op = Op::kMove, .a = carried[i], .b = staged[i]});
      registers_.give_back(staged[i]);
    }
  }

  const ir::Graph& graph_;
  const Liveness liveness_;
  Ref<code::Code> code_;
  Registers registers_;
  uint32_t zero_ = 0;
  uint32_t none_ = 0;
  Ref<const code::Place> here_;
  std::unordered_map<const ir::Value*, uint32_t> register_of_;
  std::unordered_map<const ir::Value*, bool> owned_;     // values whose register was taken for them alone
  std::unordered_map<const ir::Value*, bool> finished_;  // values whose register was given back
  std::unordered_map<const ir::Value*, bool> moved_;     // values whose content was moved away at their last use
  std::map<std::tuple<const Source*, uint32_t, uint32_t, const ir::CallSite*>, Ref<const code::Place>> places_;
};

}  // namespace

Result<Ref<code::Code>> lower_graph(const ir::Graph& graph, const std::string& function_name) {
  return Lowering(graph, function_name).run();
}

}  // namespace heddle::lower
