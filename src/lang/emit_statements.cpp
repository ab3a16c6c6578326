// Statements in order, and what follows a statement that may have left the function or the loop.
#include "core/class_type.h"
#include "ir/node_budget.h"
#include "lang/function_emitter.h"
#include "lang/special_forms.h"

namespace heddle::lang {

using ir::InsertPointGuard;
using ir::Value;

namespace {

// Each early return nests what follows one level deeper, here and in every pass behind; far beyond what people write.
constexpr int kMaxNesting = 1000;

}  // namespace

Result<Flow> FunctionEmitter::emit_statements(const Body& body, size_t from) {
  for (size_t i = from; i < body.size(); ++i) {
    const Stmt& statement = *body[i];
    bool rest_is_inside = false;
    const Rest rest = i + 1 == body.size() ? Rest() : [&, i]() { return emit_statements(body, i + 1); };
    Flow flow = is<If>(statement) ? HEDDLE_TRY(emit_if(as<If>(statement), rest, rest_is_inside))
                                  : HEDDLE_TRY(emit_statement(statement));
    if (rest_is_inside || !flow.falls) return flow;
    if (!flow.only_falls()) return emit_guarded(flow, rest, statement.range);
  }
  return Flow();
}

Result<Flow> FunctionEmitter::emit_statement(const Stmt& statement) {
  HEDDLE_TRY(ir::NodeBudget::check());
  switch (statement.kind) {
    case NodeKind::kExprStmt:
      HEDDLE_TRY(emit_expression_statement(as<ExprStmt>(statement)));
      return Flow();
    case NodeKind::kAssign:
      HEDDLE_TRY(emit_assign(as<Assign>(statement)));
      return Flow();
    case NodeKind::kAugAssign:
      HEDDLE_TRY(emit_augmented_assign(as<AugAssign>(statement)));
      return Flow();
    case NodeKind::kWhile:
      return emit_while(as<While>(statement));
    case NodeKind::kFor:
      return emit_for(as<For>(statement));
    case NodeKind::kBreak:
      HEDDLE_TRY(check_in_loop(statement.range, "break"));
      return Flow::break_loop();
    case NodeKind::kContinue:
      HEDDLE_TRY(check_in_loop(statement.range, "continue"));
      return Flow::continue_loop();
    case NodeKind::kPass:
      return Flow();
    case NodeKind::kReturn:
      return emit_return(as<Return>(statement));
    case NodeKind::kRaise:
      HEDDLE_TRY(emit_raise(as<Raise>(statement)));
      return Flow::raise();
    case NodeKind::kAssert:
      return emit_assert(as<Assert>(statement));
    case NodeKind::kDelete:
      HEDDLE_TRY(emit_delete(as<Delete>(statement)));
      return Flow();
    case NodeKind::kWith:
      return emit_with(as<With>(statement));
    case NodeKind::kFunctionDef:
      HEDDLE_TRY(emit_nested_function(as<FunctionDef>(statement)));
      return Flow();
    default:
      return error_at(statement.range, "A ", kind_name(statement.kind), " is not allowed inside a function");
  }
}

Result<Flow> FunctionEmitter::emit_guarded(const Flow& before, const Rest& rest, const SourceRange& range) {
  if (!rest) return before;
  HEDDLE_TRY(enter_nesting(range));
  ir::Node* guard = insert_if(before.left.value(), range);
  Branch left;
  left.flow = before;
  left.flow.falls = false;
  left.flow.left = Flag::always();
  if (before.stopped == before.left) left.flow.stopped = Flag::always();
  if (before.returned == before.left) left.flow.returned = Flag::always();
  Branch stayed;
  {
    InsertPointGuard at(graph(), guard->block(1));
    environment_.push_scope();
    environment_.join_scope();
    stayed.flow = HEDDLE_TRY(rest());
    stayed.bindings = environment_.pop_scope();
  }
  --nesting_;
  merge_bindings(*guard, left, stayed);
  return merge_flows(*guard, left.flow, stayed.flow);
}

Status FunctionEmitter::enter_nesting(const SourceRange& range) {
  if (++nesting_ > kMaxNesting) return error_at(range, "Control flow is nested deeper than ", kMaxNesting, " levels");
  return ok_status();
}

Status FunctionEmitter::check_in_loop(const SourceRange& range, std::string_view what) {
  if (loops_.empty()) return error_at(range, what, " outside of a loop");
  if (loops_.back().unrolled) {
    return error_at(range, what, " is not allowed in a loop over a tuple or module list, which is unrolled");
  }
  return ok_status();
}

Status FunctionEmitter::emit_expression_statement(const ExprStmt& statement) {
  if (is<StringLiteral>(*statement.value) || is<Ellipsis>(*statement.value)) return ok_status();  // documentation
  HEDDLE_TRY(emit(*statement.value));
  return ok_status();
}

Result<Flow> FunctionEmitter::emit_return(const Return& statement) {
  Value* result = statement.value ? HEDDLE_TRY(emit_value(*statement.value, declared_return_))
                                  : constant(IValue(), statement.range);
  if (declared_return_) {
    // A None that is no Optional may only be returned where the function says so.
    result = HEDDLE_TRY(convert_implicitly(result, declared_return_, statement.range, graph()));
    if (!is_subtype(*result->type(), *declared_return_)) {
      return error_at(statement.range, "The return value was annotated as having type ", declared_return_->to_text(),
                      " but is actually of type ", result->type()->to_text());
    }
  }
  return Flow::return_value(result);
}

Status FunctionEmitter::emit_raise(const Raise& statement) {
  if (!statement.exception) return error_at(statement.range, "raise needs an exception here");
  const Meaning exception = HEDDLE_TRY(emit(*statement.exception));
  const auto* raised = dynamic_cast<const ExceptionSugar*>(exception.sugar.get());
  if (!raised) return error_at(statement.range, "Only exceptions can be raised");
  Value* message = raised->message() ? raised->message() : constant("", statement.range);
  insert(ir::NodeKind::kRaise, {message, constant(concat("builtins.", raised->class_name()), statement.range)},
         statement.range);
  return ok_status();
}

Result<Flow> FunctionEmitter::emit_assert(const Assert& statement) {
  const Condition condition = HEDDLE_TRY(emit_condition(*statement.condition));
  const auto fail = [&]() -> Status {
    Value* message = constant("AssertionError: ", statement.range);
    if (statement.message) {
      Value* said = HEDDLE_TRY(emit_value(*statement.message));
      if (!said->type()->is(TypeKind::kString)) said = HEDDLE_TRY(call_operator("aten::str", {said}, statement.range));
      message = HEDDLE_TRY(call_operator("aten::add", {message, said}, statement.range));
    }
    insert(ir::NodeKind::kRaise, {message, constant(IValue(), statement.range)}, statement.range);
    return ok_status();
  };
  if (condition.known) {
    if (!*condition.known) {
      HEDDLE_TRY(fail());
      return Flow::raise();
    }
  } else {
    ir::Node* branch = insert_if(condition.value, statement.range);
    InsertPointGuard at(graph(), branch->block(1));
    environment_.push_scope();
    HEDDLE_TRY(fail());
    environment_.pop_scope();
  }
  apply_refinements(condition.when_true, statement.range);
  return Flow();
}

Status FunctionEmitter::emit_delete(const Delete& statement) {
  for (const ExprPtr& target : statement.targets) {
    if (const Name* name = try_as<Name>(target.get())) {
      const Variable variable = environment_.variable(name->id);
      if (!environment_.find(variable)) return error_at(name->range, "undefined value ", name->id);
      environment_.bind(variable, {{}, false, concat("'", name->id, "' was deleted")});
      continue;
    }
    const Subscript* subscript = try_as<Subscript>(target.get());
    if (!subscript || subscript->indices.size() != 1 || is<Slice>(*subscript->indices[0])) {
      return error_at(target->range, "del works on names and on single elements of lists and dicts");
    }
    Value* container = HEDDLE_TRY(emit_value(*subscript->value));
    Value* index = HEDDLE_TRY(emit_value(*subscript->indices[0]));
    if (as_class(*container->type())) {
      CallArguments arguments;
      arguments.positional.push_back({index, target->range, {}});
      HEDDLE_TRY(call_method(container, "__delitem__", std::move(arguments), target->range));
    } else {
      HEDDLE_TRY(call_operator("aten::Delete", {container, index}, target->range));
    }
  }
  return ok_status();
}

Result<Flow> FunctionEmitter::emit_with(const With& statement) {
  struct Entered {
    Value* object;
    Ref<Callable> exit;
    SourceRange range;
  };
  std::vector<Entered> entered;
  for (const WithItem& item : statement.items) {
    const Meaning context = HEDDLE_TRY(emit(*item.context));
    if (dynamic_cast<const InertContextSugar*>(context.sugar.get())) continue;
    Value* object = HEDDLE_TRY(as_value(context, item.range));
    const ClassType* type = as_class(*object->type());
    const Ref<Callable> enter = type ? type->find_method("__enter__") : nullptr;
    const Ref<Callable> exit = type ? type->find_method("__exit__") : nullptr;
    if (!enter || !exit) {
      return error_at(item.range, "with needs an object that has __enter__ and __exit__, not one of type ",
                      object->type()->to_text());
    }
    ir::Node* node = insert(ir::NodeKind::kEnter, {object}, item.range);
    node->function = enter;
    Value* result = node->add_output(HEDDLE_TRY(return_type(ir::as_function(enter))));
    if (item.target) HEDDLE_TRY(assign(*item.target, result, item.range));
    entered.push_back({object, exit, item.range});
  }
  const Flow flow = HEDDLE_TRY(emit_statements(statement.body));
  if (flow.is_dead()) return flow;
  for (auto item = entered.rbegin(); item != entered.rend(); ++item) {
    ir::Node* node = insert(ir::NodeKind::kExit, {item->object}, item->range);
    node->function = item->exit;
  }
  return flow;
}

}  // namespace heddle::lang
