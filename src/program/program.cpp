#include "program/program.h"

#include "code/code.h"
#include "exec/exec.h"
#include "ir/printer.h"
#include "lower/lower.h"
#include "passes/passes.h"

namespace heddle::program {
namespace {

void collect_interface_calls(const ir::Block& block, std::vector<const ir::Node*>& calls) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    if (node->is(ir::NodeKind::kCallMethod)) calls.push_back(node);
    for (const auto& inner : node->blocks()) collect_interface_calls(*inner, calls);
  }
}

Ref<const code::Code> code_of(const Callable& callable) { return static_ref_cast<const code::Code>(callable.code()); }

}  // namespace

Program::~Program() {
  // Code and callables refer to each other in rings wherever functions recurse.
  for (const Ref<ir::Function>& function : unit->functions()) {
    function->set_ready(false);
    function->set_code(nullptr);
  }
}

Result<std::unique_ptr<ir::Graph>> Program::make_graph(ir::Function& function) const {
  HEDDLE_TRY(function.ensure_defined());
  HEDDLE_REQUIRE_CODE(function.graph, kRuntime, "function ", function.qualified_name(), " has no body");
  std::unique_ptr<ir::Graph> graph = function.graph->clone();
  passes::PipelineOptions options;
  if (!optimize_) {
    for (const passes::Pass& pass : passes::all_passes()) options.without.push_back(pass.name);
  }
  HEDDLE_TRY(passes::run_pipeline(*graph, options));
  return graph;
}

std::vector<Ref<Callable>> Program::interface_targets(const ir::Graph& graph) const {
  std::vector<const ir::Node*> calls;
  collect_interface_calls(*graph.block(), calls);
  std::vector<Ref<Callable>> targets;
  for (const ir::Node* call : calls) {
    for (const TypePtr& type : unit->types()) {
      const ClassType* candidate = as_class(*type);
      if (!candidate || !is_subtype(*candidate, *call->input(0)->type())) continue;
      if (Ref<Callable> method = candidate->find_method(call->name)) targets.push_back(std::move(method));
    }
  }
  return targets;
}

Status Program::compile(const Ref<Callable>& callable, std::vector<Ref<Callable>>& batch) {
  // An explicit list instead of recursion: chains of calls may be long.
  std::vector<Ref<Callable>> waiting{callable};
  while (!waiting.empty()) {
    const Ref<Callable> next = waiting.back();
    waiting.pop_back();
    if (next->code()) continue;
    const std::unique_ptr<ir::Graph> graph = HEDDLE_TRY(make_graph(ir::as_function(next)));
    const Ref<code::Code> code = HEDDLE_TRY(lower::lower_graph(*graph, next->qualified_name()));
    next->set_code(code);
    batch.push_back(next);
    for (const Ref<Callable>& callee : code->functions) waiting.push_back(callee);
    for (Ref<Callable>& target : interface_targets(*graph)) waiting.push_back(std::move(target));
  }
  return ok_status();
}

Status Program::prepare(const Ref<Callable>& callable) {
  if (callable->ready()) return ok_status();
  const std::lock_guard lock(mutex_);
  if (callable->ready()) return ok_status();
  std::vector<Ref<Callable>> batch;
  Status status = compile(callable, batch);
  for (const Ref<Callable>& compiled : batch) {
    if (status.ok()) {
      compiled->set_ready(true);
    } else {
      compiled->set_code(nullptr);
    }
  }
  return status;
}

Result<IValue> Program::run(const Ref<Callable>& callable, std::vector<IValue> arguments) {
  HEDDLE_TRY(prepare(callable));
  return exec::run(code_of(*callable), std::move(arguments), Ref<RefCounted>::share(this));
}

Ref<FutureValue> Program::run_async(const Ref<Callable>& callable, std::vector<IValue> arguments) {
  Status status = prepare(callable);
  if (status.ok()) return exec::run_async(code_of(*callable), std::move(arguments), Ref<RefCounted>::share(this));
  auto failed = make_ref<FutureValue>(types::any());
  failed->fail(std::move(status));
  return failed;
}

Result<std::string> Program::graph_text(const Ref<Callable>& callable, bool optimized) {
  const std::lock_guard lock(mutex_);
  ir::Function& function = ir::as_function(callable);
  if (optimized) return ir::to_text(*HEDDLE_TRY(make_graph(function)));
  HEDDLE_TRY(function.ensure_defined());
  return ir::to_text(*function.graph);
}

Result<std::string> Program::code_text(const Ref<Callable>& callable) {
  HEDDLE_TRY(prepare(callable));
  return code::to_text(*code_of(*callable));
}

Program& program_of(const IValue& object) {
  if (object.is_object() && object.as_object().owner) return static_cast<Program&>(*object.as_object().owner);
  throw Error(invalid("the Module is empty: load one first"));
}

}  // namespace heddle::program
