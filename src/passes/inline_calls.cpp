// Replaces calls of known functions by copies of their bodies, innermost first, so that later passes see across them.
// Recursive calls stay calls.
#include <algorithm>
#include <vector>

#include "ir/function.h"
#include "ir/node_budget.h"
#include "passes/passes.h"

namespace heddle::passes {
namespace {

// Beyond this depth of nested calls a call stays a call: recursion that hides behind ever new functions must end.
constexpr size_t kDepthLimit = 200;

// "layer1.0" of self.layer1.0; empty for what is no attribute of the graph's first input.
std::string path_of(const ir::Value* object) {
  std::string path;
  for (; object->node()->is(ir::NodeKind::kGetAttr); object = object->node()->input(0)) {
    path = path.empty() ? object->node()->name : concat(object->node()->name, ".", path);
  }
  const bool of_self = !object->graph().inputs().empty() && object == object->graph().block()->input(0);
  return of_self ? path : std::string();
}

class Inliner {
 public:
  explicit Inliner(ir::Graph& graph) : graph_(graph) {}

  Status block(ir::Block* block) {
    for (ir::Node* node = block->first(); node != block->return_node();) {
      ir::Node* following = node->next();
      if (node->is(ir::NodeKind::kCallFunction)) {
        HEDDLE_TRY(call(node));
      } else {
        for (const auto& inner : node->blocks()) HEDDLE_TRY(this->block(inner.get()));
      }
      node = following;
    }
    return ok_status();
  }

 private:
  Status call(ir::Node* node) {
    const Ref<Callable> callee = node->function;
    if (std::find(stack_.begin(), stack_.end(), callee.get()) != stack_.end() || stack_.size() >= kDepthLimit)
      return ok_status();
    HEDDLE_TRY(ir::NodeBudget::check());
    ir::Function& function = ir::as_function(callee);
    HEDDLE_TRY(function.ensure_defined());
    if (!function.graph) return ok_status();

    ir::ValueMap map;
    for (size_t i = 0; i < function.graph->inputs().size(); ++i)
      map[function.graph->block()->input(i)] = node->input(i);
    ir::Node* const before = node->prev();
    std::vector<ir::Value*> results;
    {
      ir::InsertPointGuard guard(graph_, node);
      results = ir::copy_block_nodes(*function.graph->block(), graph_, map);
    }
    const auto site = make_ref<ir::CallSite>(node->inlined_at, node->range, function.qualified_name(),
                                             node->inputs().empty() ? std::string() : path_of(node->input(0)));
    ir::Node* const first = before->next();
    for (ir::Node* copied = first; copied != node; copied = copied->next()) place_inside(copied, site);
    // The caller's type may be wider than the body's; the verifier wants uses to keep the type they were checked with.
    for (size_t i = 0; i < node->output_count(); ++i) node->output(i)->replace_all_uses_with(results[i]);

    stack_.push_back(callee.get());
    for (ir::Node* copied = first; copied != node;) {
      ir::Node* following = copied->next();
      if (copied->is(ir::NodeKind::kCallFunction)) {
        HEDDLE_TRY(call(copied));
      } else {
        for (const auto& inner : copied->blocks()) HEDDLE_TRY(block(inner.get()));
      }
      copied = following;
    }
    stack_.pop_back();
    node->destroy();
    return ok_status();
  }

  // Hangs the call behind the outermost place the copied node was inlined at already.
  void place_inside(ir::Node* node, const Ref<const ir::CallSite>& site) {
    node->inlined_at = rebase(node->inlined_at, site);
    for (const auto& inner : node->blocks()) {
      ir::for_each_node(inner.get(), [&](ir::Node* nested) { place_inside(nested, site); });
    }
  }

  static Ref<const ir::CallSite> rebase(const Ref<const ir::CallSite>& inner, const Ref<const ir::CallSite>& site) {
    if (!inner) return site;
    return make_ref<ir::CallSite>(rebase(inner->outer, site), inner->range, inner->function, inner->module);
  }

  ir::Graph& graph_;
  std::vector<const Callable*> stack_;
};

}  // namespace

Status inline_calls(ir::Graph& graph) { return Inliner(graph).block(graph.block()); }

}  // namespace heddle::passes
