#include "ir/verifier.h"

#include <algorithm>
#include <unordered_set>

#include "core/boxes.h"
#include "core/class_type.h"
#include "ir/printer.h"

namespace heddle::ir {
namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph) {}

  Status run() { return block(*graph_.block()); }

 private:
  template <class... P>
  Status broken(const Node& node, const P&... pieces) {
    return error(ErrorCode::kSyntax, "broken graph: ", concat(pieces...), "\n  in ", to_text(node), "\n",
                 node.range.known() ? node.range.highlight() : std::string());
  }

  Status block(const Block& block) {
    std::vector<const Value*> defined;
    for (const auto& input : block.inputs()) define(*input, defined);
    for (const Node* node = block.first(); node != block.return_node(); node = node->next()) {
      HEDDLE_TRY(inputs(*node));
      HEDDLE_TRY(by_kind(*node));
      for (const auto& nested : node->blocks()) {
        if (nested->owner() != node) return broken(*node, "a block that belongs to another node");
        HEDDLE_TRY(this->block(*nested));
      }
      for (const auto& output : node->outputs()) {
        if (!output->type()) return broken(*node, "an output without a type");
        define(*output, defined);
      }
    }
    HEDDLE_TRY(inputs(*block.return_node()));
    // Values of a block are invisible behind it.
    for (const Value* value : defined) visible_.erase(value);
    return ok_status();
  }

  void define(const Value& value, std::vector<const Value*>& defined) {
    visible_.insert(&value);
    defined.push_back(&value);
  }

  Status inputs(const Node& node) {
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const Value* value = node.input(i);
      if (!visible_.count(value)) return broken(node, "input ", i, " is not defined where it is used");
      const bool known = std::any_of(value->uses().begin(), value->uses().end(),
                                     [&](const Use& use) { return use.user == &node && use.input == i; });
      if (!known) return broken(node, "input ", i, " does not know of its use");
    }
    return ok_status();
  }

  Status counts(const Node& node, size_t wanted_inputs, size_t wanted_outputs) {
    if (node.inputs().size() != wanted_inputs)
      return broken(node, "expected ", wanted_inputs, " inputs, found ", node.inputs().size());
    if (node.output_count() != wanted_outputs)
      return broken(node, "expected ", wanted_outputs, " outputs, found ", node.output_count());
    return ok_status();
  }

  Status fits(const Node& node, const Value& value, const Type& type, std::string_view what) {
    if (is_subtype(*value.type(), type)) return ok_status();
    return broken(node, what, " has type ", value.type()->to_text(), " where ", type.to_text(), " is needed");
  }

  Status by_kind(const Node& node) {
    switch (node.kind()) {
      case NodeKind::kParam:
      case NodeKind::kReturn:
        return broken(node, "a Param or Return node inside a block");
      case NodeKind::kConstant: {
        HEDDLE_TRY(counts(node, 0, 1));
        if (value_is(node.constant, *node.output()->type())) return ok_status();
        return broken(node, "a constant of type ", node.constant.type_text());
      }
      case NodeKind::kOperator:
        return operator_call(node);
      case NodeKind::kIf:
        return conditional(node);
      case NodeKind::kLoop:
        return loop(node);
      case NodeKind::kTupleConstruct: {
        HEDDLE_TRY(counts(node, node.inputs().size(), 1));
        if (!node.output()->type()->is(TypeKind::kTuple) ||
            node.output()->type()->contained().size() != node.inputs().size()) {
          return broken(node, "the output's type is no tuple of ", node.inputs().size());
        }
        return ok_status();
      }
      case NodeKind::kTupleIndex:
        return counts(node, 2, 1);
      case NodeKind::kTupleSlice: {
        if (node.integers.size() != 2) return broken(node, "expected two integers");
        return counts(node, 1, 1);
      }
      case NodeKind::kTupleUnpack:
      case NodeKind::kListUnpack:
        return counts(node, 1, node.output_count());
      case NodeKind::kListConstruct: {
        HEDDLE_TRY(counts(node, node.inputs().size(), 1));
        if (!node.output()->type()->is(TypeKind::kList)) return broken(node, "the output's type is no list");
        for (const Value* input : node.inputs())
          HEDDLE_TRY(fits(node, *input, *node.output()->type()->element(), "an element"));
        return ok_status();
      }
      case NodeKind::kDictConstruct: {
        HEDDLE_TRY(counts(node, node.inputs().size(), 1));
        if (!node.output()->type()->is(TypeKind::kDict) || node.inputs().size() % 2)
          return broken(node, "no pairs of keys and values");
        return ok_status();
      }
      case NodeKind::kCreateObject: {
        HEDDLE_TRY(counts(node, 0, 1));
        return as_class(*node.output()->type()) ? ok_status() : broken(node, "the output's type is no class");
      }
      case NodeKind::kGetAttr:
        return attribute(node, 1, 1);
      case NodeKind::kSetAttr:
        return attribute(node, 2, 0);
      case NodeKind::kHasAttr:
        return named(node, 1, 1);
      case NodeKind::kCallMethod:
        return named(node, node.inputs().size(), 1);
      case NodeKind::kMissingOperator:
        return named(node, node.inputs().size(), node.output_count());
      case NodeKind::kCallFunction:
      case NodeKind::kFork:
      case NodeKind::kAwaitable:
      case NodeKind::kFunctionValue:
        if (!node.function) return broken(node, "no function");
        return counts(node, node.inputs().size(), 1);
      case NodeKind::kEnter:
      case NodeKind::kExit:
        return node.function ? ok_status() : broken(node, "no function");
      case NodeKind::kWait:
      case NodeKind::kUncheckedCast:
      case NodeKind::kEnumName:
      case NodeKind::kEnumValue:
        return counts(node, 1, 1);
      case NodeKind::kIsInstance:
        return node.types.empty() ? broken(node, "no types") : counts(node, 1, 1);
      case NodeKind::kUninitialized:
        return counts(node, 0, 1);
      case NodeKind::kRaise:
        return counts(node, 2, 0);
      case NodeKind::kPrint:
        return counts(node, node.inputs().size(), 0);
    }
    return broken(node, "unknown kind");
  }

  Status named(const Node& node, size_t inputs, size_t outputs) {
    if (node.name.empty()) return broken(node, "no name");
    return counts(node, inputs, outputs);
  }

  Status attribute(const Node& node, size_t inputs, size_t outputs) {
    HEDDLE_TRY(named(node, inputs, outputs));
    const ClassType* type = as_class(*node.input(0)->type());
    if (!type) return broken(node, "the object is of type ", node.input(0)->type()->to_text());
    if (!type->find_attribute(node.name))
      return broken(node, "class ", type->qualified_name(), " has no attribute ", quoted(node.name));
    return ok_status();
  }

  Status operator_call(const Node& node) {
    if (!node.op) return broken(node, "no operator");
    const schema::FunctionSchema& schema = node.op->schema;
    const size_t declared = schema.arguments.size();
    if (node.inputs().size() < declared || (node.inputs().size() > declared && !schema.is_vararg)) {
      return broken(node, "expected ", declared, " inputs, found ", node.inputs().size());
    }
    if (!schema.is_varret && node.output_count() != schema.returns.size()) {
      return broken(node, "expected ", schema.returns.size(), " outputs, found ", node.output_count());
    }
    return ok_status();
  }

  Status conditional(const Node& node) {
    HEDDLE_TRY(counts(node, 1, node.output_count()));
    HEDDLE_TRY(fits(node, *node.input(0), *types::boolean(), "the condition"));
    if (node.blocks().size() != 2) return broken(node, "expected two blocks");
    for (const auto& branch : node.blocks()) {
      if (!branch->inputs().empty() || branch->outputs().size() != node.output_count()) {
        return broken(node, "a branch whose outputs are not the node's");
      }
      for (size_t i = 0; i < node.output_count(); ++i) {
        HEDDLE_TRY(fits(node, *branch->outputs()[i], *node.output(i)->type(), "a branch's result"));
      }
    }
    return ok_status();
  }

  Status loop(const Node& node) {
    const size_t carried = node.output_count();
    HEDDLE_TRY(counts(node, carried + 2, carried));
    HEDDLE_TRY(fits(node, *node.input(0), *types::integer(), "the trip count"));
    HEDDLE_TRY(fits(node, *node.input(1), *types::boolean(), "the condition"));
    if (node.blocks().size() != 1) return broken(node, "expected one block");
    const Block& body = *node.block(0);
    if (body.inputs().size() != carried + 1 || body.outputs().size() != carried + 1) {
      return broken(node, "a body that does not carry the node's values");
    }
    HEDDLE_TRY(fits(node, *body.outputs()[0], *types::boolean(), "the body's condition"));
    for (size_t i = 0; i < carried; ++i) {
      HEDDLE_TRY(fits(node, *node.input(i + 2), *body.input(i + 1)->type(), "a carried value"));
      HEDDLE_TRY(fits(node, *body.outputs()[i + 1], *node.output(i)->type(), "a carried result"));
    }
    return ok_status();
  }

  const Graph& graph_;
  std::unordered_set<const Value*> visible_;
};

}  // namespace

Status verify(const Graph& graph) { return Verifier(graph).run(); }

}  // namespace heddle::ir
