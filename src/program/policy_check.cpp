#include "program/policy_check.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "core/class_type.h"
#include "core/type.h"
#include "schema/custom_operators.h"

namespace heddle::program {
namespace {

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The name a policy knows the node by; empty where it is no operator.
std::string_view name_of(const ir::Node& node) {
  switch (node.kind()) {
    case ir::NodeKind::kOperator:
      return node.op->schema.name;
    case ir::NodeKind::kMissingOperator:
      return node.name;
    case ir::NodeKind::kFork:
    case ir::NodeKind::kAwaitable:
    case ir::NodeKind::kPrint:
      return ir::node_name(node.kind());
    default:
      return {};
  }
}

class Check {
 public:
  Check(const ir::CompilationUnit& unit, const jit::OperatorPolicy* policy) : unit_(unit), policy_(policy) {}

  void function(const Ref<Callable>& start) {
    std::vector<Ref<Callable>> waiting = {start};
    while (!waiting.empty()) {
      const Ref<Callable> next = waiting.back();
      waiting.pop_back();
      if (!seen_.insert(next.get()).second) continue;
      ir::Function& function = ir::as_function(next);
      if (!function.ensure_defined().ok() || !function.graph) continue;
      block(*function.graph->block(), waiting);
    }
  }

  Status verdict() const {
    if (denied_.empty()) return ok_status();
    std::string message = concat("the policy denies ", denied_.size(), " operator(s) that the model names:");
    for (const auto& [name, place] : denied_) message += concat("\n  ", name, " at ", place);
    return error(ErrorCode::kUnsupported, message);
  }

 private:
  void block(const ir::Block& block, std::vector<Ref<Callable>>& waiting) {
    for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
      if (const std::string_view name = name_of(*node); !name.empty()) operator_at(*node, name);
      if (node->function) waiting.push_back(node->function);
      if (node->is(ir::NodeKind::kCallMethod)) add_targets(*node, waiting);
      for (const auto& inner : node->blocks()) this->block(*inner, waiting);
    }
  }

  // Methods that a call through an interface may find.
  void add_targets(const ir::Node& call, std::vector<Ref<Callable>>& waiting) const {
    for (const TypePtr& type : unit_.types()) {
      const ClassType* candidate = as_class(*type);
      if (!candidate) continue;
      if (Ref<Callable> method = candidate->find_method(call.name)) waiting.push_back(std::move(method));
    }
  }

  void operator_at(const ir::Node& node, std::string_view name) {
    const std::vector<std::string_view> families = families_of(name);
    const bool file = std::find(families.begin(), families.end(), "file") != families.end();
    if (!file && (!policy_ || policy_->allows(name, families))) return;
    const bool known = node.range.known();
    denied_.try_emplace(std::string(name),
                        known ? concat(node.range.source->name(), ":", node.range.line()) : "an unknown place");
  }

  const ir::CompilationUnit& unit_;
  const jit::OperatorPolicy* const policy_;
  std::unordered_set<const Callable*> seen_;
  std::map<std::string, std::string> denied_;
};

}  // namespace

std::vector<std::string_view> families_of(std::string_view name) {
  std::vector<std::string_view> families;
  if (is_any_of(name, {"aten::from_file", "aten::save", "aten::load", "aten::_save_parameter", "aten::_load_parameter",
                       "prim::save", "prim::load"})) {
    families.push_back("file");
  }
  if (is_any_of(name, {"aten::manual_seed", "aten::seed", "aten::initial_seed", "aten::_set_deterministic_algorithms",
                       "prim::TimePoint"})) {
    families.push_back("process");
  }
  if (is_any_of(name, {"prim::Print", "aten::warn"})) families.push_back("print");
  if (is_any_of(name, {"prim::fork", "prim::awaitable"})) families.push_back("fork");
  if (!schema::custom_overloads(name).empty()) families.push_back("custom");
  for (const schema::Operator* overload : schema::operators().overloads(name)) {
    if (!(overload->flags & schema::kRandom)) continue;
    families.push_back("random");
    break;
  }
  return families;
}

Status check_unit(ir::CompilationUnit& unit, const jit::OperatorPolicy* policy) {
  Check check(unit, policy);
  // Compiling one may add others.
  for (size_t i = 0; i < unit.functions().size(); ++i) check.function(Ref<Callable>(unit.functions()[i]));
  for (size_t i = 0; i < unit.types().size(); ++i) {
    const TypePtr type = unit.types()[i];
    const ClassType* defined = as_class(*type);
    for (size_t m = 0; defined && m < defined->methods.size(); ++m) check.function(defined->methods[m]);
  }
  return check.verdict();
}

Status check_function(const ir::CompilationUnit& unit, const Ref<Callable>& function,
                      const jit::OperatorPolicy& policy) {
  Check check(unit, &policy);
  check.function(function);
  return check.verdict();
}

}  // namespace heddle::program
