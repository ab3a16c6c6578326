#include "program/program.h"

#include <algorithm>
#include <unordered_map>

#include "code/code.h"
#include "exec/attribute_slots.h"
#include "exec/exec.h"
#include "heddle/jit.h"
#include "ir/node_budget.h"
#include "ir/printer.h"
#include "lower/lower.h"
#include "passes/passes.h"

namespace heddle::jit {

void print_to_stdout(const std::string& line) { exec::print_to_stdout(line); }
void set_print_handler(PrintHandler handler) { exec::set_print_handler(handler); }
PrintHandler print_handler() { return exec::print_handler(); }

}  // namespace heddle::jit

namespace heddle::program {
namespace {

void collect_interface_calls(const ir::Block& block, std::vector<const ir::Node*>& calls) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    if (node->is(ir::NodeKind::kCallMethod)) calls.push_back(node);
    for (const auto& inner : node->blocks()) collect_interface_calls(*inner, calls);
  }
}

// PyTorch's results are channels-last too for such arguments, while frozen code restores contiguous strides.
bool any_channels_last(const std::vector<IValue>& arguments) {
  for (const IValue& argument : arguments) {
    if (!argument.is_tensor()) continue;
    const Tensor& tensor = argument.as_tensor();
    if (!tensor.is_contiguous() && tensor.suggested_format() != MemoryFormat::kContiguous) return true;
  }
  return false;
}

// What the graph calls or hands on without inlining it.
void collect_callees(const ir::Block& block, std::vector<Ref<Callable>>& callees) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    if (node->function) callees.push_back(node->function);
    for (const auto& inner : node->blocks()) collect_callees(*inner, callees);
  }
}

// Code that assigns attributes is about to exist.
void mark_assigned_classes(const ir::Block& block) {
  for (const ir::Node* node = block.first(); node != block.return_node(); node = node->next()) {
    if (node->is(ir::NodeKind::kSetAttr)) {
      if (const ClassType* type = as_class(*node->input(0)->type())) exec::mark_assigned(*type);
    }
    for (const auto& inner : node->blocks()) mark_assigned_classes(*inner);
  }
}

Ref<const code::Code> code_of(const Callable& callable) { return static_ref_cast<const code::Code>(callable.code()); }

}  // namespace

struct FrozenMethods final : RefCounted {
  std::unordered_map<const Callable*, Ref<const code::Code>> code;
  uint64_t changes = 0;
  uint64_t exposures = 0;
  bool forever = false;
};

Program::Program(std::vector<std::string> without, uint64_t graph_nodes)
    : unit(make_ref<ir::CompilationUnit>()),
      without_(std::move(without)),
      freezes_(std::find(without_.begin(), without_.end(), "freeze") == without_.end()),
      graph_nodes_(graph_nodes) {}

Program::~Program() {
  // Code and callables refer to each other in rings wherever functions recurse.
  for (const Ref<ir::Function>& function : unit->functions()) {
    function->set_ready(false);
    function->set_code(nullptr);
  }
}

Result<std::unique_ptr<ir::Graph>> Program::make_graph(ir::Function& function, passes::FrozenModule* module) const {
  HEDDLE_TRY(function.ensure_defined());
  HEDDLE_REQUIRE_CODE(function.graph, kRuntime, "function ", function.qualified_name(), " has no body");
  std::unique_ptr<ir::Graph> graph = function.graph->clone();
  passes::PipelineOptions options;
  options.module = module;
  // General code takes channels-last arguments, whose layout PyTorch's results keep and packed convolutions do not.
  if (!module && !function.specialised) options.without = {"pack", "layouts"};
  options.without.insert(options.without.end(), without_.begin(), without_.end());
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

Status Program::compile(std::vector<Ref<Callable>> waiting, std::vector<Ref<Callable>>& batch) {
  // An explicit list instead of recursion: chains of calls may be long.
  while (!waiting.empty()) {
    const Ref<Callable> next = waiting.back();
    waiting.pop_back();
    if (next->code()) continue;
    const std::unique_ptr<ir::Graph> graph = HEDDLE_TRY(make_graph(ir::as_function(next)));
    note_changes(*graph);
    const Ref<code::Code> code = HEDDLE_TRY(lower::lower_graph(*graph, next->qualified_name()));
    mark_assigned_classes(*graph->block());
    next->set_code(code);
    batch.push_back(next);
    for (const Ref<Callable>& callee : code->functions) waiting.push_back(callee);
    for (Ref<Callable>& target : interface_targets(*graph)) waiting.push_back(std::move(target));
  }
  return ok_status();
}

Status Program::compile_all(std::vector<Ref<Callable>> callables) {
  std::vector<Ref<Callable>> batch;
  Status status;
  try {
    status = compile(std::move(callables), batch);
  } catch (...) {
    for (const Ref<Callable>& compiled : batch) compiled->set_code(nullptr);
    throw;
  }
  for (const Ref<Callable>& compiled : batch) {
    if (status.ok()) {
      compiled->set_ready(true);
    } else {
      compiled->set_code(nullptr);
    }
  }
  return status;
}

void Program::apply_thread_limit(exec::CallOptions& options) const {
  const int limit = thread_limit_.load(std::memory_order_relaxed);
  if (limit > 0) options.thread_limit = options.thread_limit > 0 ? std::min(limit, options.thread_limit) : limit;
}

Status Program::prepare(const Ref<Callable>& callable) {
  if (callable->ready()) return ok_status();
  const std::lock_guard lock(mutex_);
  if (callable->ready()) return ok_status();
  const ir::NodeBudget budget(graph_nodes_);
  return compile_all({callable});
}

void Program::note_changes(const ir::Graph& graph) {
  if (relied_on_.empty()) return;
  passes::AttributeSet changed;
  passes::add_changed_attributes(graph, changed);
  for (const auto& attribute : changed) {
    if (relied_on_.count(attribute)) return attributes_changed();
  }
}

Result<passes::AttributeSet> Program::changed_attributes(const ObjectValue& object) const {
  passes::AttributeSet changed;
  std::vector<Ref<Callable>> waiting = object.class_type->methods;
  std::unordered_set<const Callable*> seen;
  while (!waiting.empty()) {
    const Ref<Callable> next = waiting.back();
    waiting.pop_back();
    if (!seen.insert(next.get()).second) continue;
    ir::Function& function = ir::as_function(next);
    HEDDLE_TRY(function.ensure_defined());
    if (!function.graph) continue;
    const std::unique_ptr<ir::Graph> graph = function.graph->clone();
    HEDDLE_TRY(passes::inline_calls(*graph));
    // Branches that no call can take change nothing.
    HEDDLE_TRY(passes::propagate_constants(*graph));
    passes::add_changed_attributes(*graph, changed);
    collect_callees(*graph->block(), waiting);
    for (Ref<Callable>& target : interface_targets(*graph)) waiting.push_back(std::move(target));
  }
  return changed;
}

Status Program::freeze(ObjectValue& object, bool forever) {
  if (!freezes_) return ok_status();
  const std::lock_guard lock(mutex_);
  const ir::NodeBudget budget(graph_nodes_);
  // Before the graphs are looked at: what changes meanwhile counts as changed later.
  auto frozen = make_ref<FrozenMethods>();
  frozen->changes = changes_;
  frozen->exposures = exposures_;
  frozen->forever = forever;
  passes::FrozenModule module(object, HEDDLE_TRY(changed_attributes(object)));
  std::vector<Ref<Callable>> callees;
  for (const Ref<Callable>& method : object.class_type->methods) {
    const std::unique_ptr<ir::Graph> graph = HEDDLE_TRY(make_graph(ir::as_function(method), &module));
    const Ref<code::Code> code = HEDDLE_TRY(lower::lower_graph(*graph, method->qualified_name()));
    callees.insert(callees.end(), code->functions.begin(), code->functions.end());
    for (Ref<Callable>& target : interface_targets(*graph)) callees.push_back(std::move(target));
    frozen->code.emplace(method.get(), code);
  }
  HEDDLE_TRY(compile_all(std::move(callees)));
  relied_on_.insert(module.relied_on().begin(), module.relied_on().end());
  object.specialised = std::move(frozen);
  return ok_status();
}

const FrozenMethods* Program::frozen_methods(const ObjectValue* object) const {
  if (!object || !object->specialised) return nullptr;
  const auto& frozen = static_cast<const FrozenMethods&>(*object->specialised);
  const bool in_force = frozen.changes == changes_ && (frozen.forever || frozen.exposures == exposures_);
  return in_force ? &frozen : nullptr;
}

Result<Ref<const code::Code>> Program::code_for(const Ref<Callable>& callable, const std::vector<IValue>& arguments) {
  const bool on_object = !arguments.empty() && arguments[0].is_object() && !any_channels_last(arguments);
  if (const FrozenMethods* frozen = frozen_methods(on_object ? &arguments[0].as_object() : nullptr)) {
    const auto found = frozen->code.find(callable.get());
    if (found != frozen->code.end()) return Ref<const code::Code>(found->second);
  }
  HEDDLE_TRY(prepare(callable));
  return code_of(*callable);
}

Result<IValue> Program::run(const Ref<Callable>& callable, std::vector<IValue> arguments, exec::CallOptions options) {
  const Ref<const code::Code> code = HEDDLE_TRY(code_for(callable, arguments));
  apply_thread_limit(options);
  return exec::run(code, std::move(arguments), Ref<RefCounted>::share(this), options);
}

Ref<FutureValue> Program::run_async(const Ref<Callable>& callable, std::vector<IValue> arguments,
                                    exec::CallOptions options) {
  apply_thread_limit(options);
  Result<Ref<const code::Code>> code = code_for(callable, arguments);
  if (code.ok()) return exec::run_async(code.value(), std::move(arguments), Ref<RefCounted>::share(this), options);
  auto failed = make_ref<FutureValue>(types::any());
  failed->fail(std::move(code).status());
  return failed;
}

Result<std::string> Program::graph_text(const Ref<Callable>& callable, bool optimized, const ObjectValue* object) {
  const std::lock_guard lock(mutex_);
  const ir::NodeBudget budget(graph_nodes_);
  ir::Function& function = ir::as_function(callable);
  if (!optimized) {
    HEDDLE_TRY(function.ensure_defined());
    return ir::to_text(*function.graph);
  }
  if (!frozen_methods(object)) return ir::to_text(*HEDDLE_TRY(make_graph(function)));
  passes::FrozenModule module(*object, HEDDLE_TRY(changed_attributes(*object)));
  return ir::to_text(*HEDDLE_TRY(make_graph(function, &module)));
}

Result<std::string> Program::code_text(const Ref<Callable>& callable, const ObjectValue* object) {
  if (const FrozenMethods* frozen = frozen_methods(object)) {
    const auto found = frozen->code.find(callable.get());
    if (found != frozen->code.end()) return code::to_text(*found->second);
  }
  HEDDLE_TRY(prepare(callable));
  return code::to_text(*code_of(*callable));
}

Program& program_of(const IValue& object) {
  if (object.is_object() && object.as_object().owner) return static_cast<Program&>(*object.as_object().owner);
  throw Error(invalid("the Module is empty: load one first"));
}

}  // namespace heddle::program
