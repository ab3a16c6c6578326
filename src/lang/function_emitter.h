// Compiles one function's body from syntax tree to IR: the state that all parts of the emitter share, and their
// methods, grouped by file. Made on the stack for one function and used by one thread. Nodes go to the graph's insert
// point. Failures are kSyntax at their place.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ir/function.h"
#include "lang/ast.h"
#include "lang/environment.h"
#include "lang/error.h"
#include "lang/flow.h"
#include "lang/refinement.h"
#include "lang/resolver.h"
#include "lang/schema_matcher.h"
#include "lang/sugared.h"

namespace heddle::lang {

class MethodSugar;

class FunctionEmitter {
 public:
  // Gives the function an empty graph with its schema's parameters. `enclosing` is the emitter of the function around a
  // nested one, whose names the nested one may capture; null for others.
  FunctionEmitter(Resolver& resolver, ir::Function& function, FunctionEmitter* enclosing = nullptr);

  // function_emitter.cpp
  // Compiles the body, and gives the schema a return type where it had none.
  Status emit_function(const FunctionDef& definition);
  // The function's body is this one expression.
  Status emit_expression_function(const Expr& expr);
  // Values of the enclosing function that the body used, whose stand-ins are the first inputs of the graph and of the
  // schema.
  const std::vector<ir::Value*>& captured() const { return captured_; }
  Resolver& resolver() { return resolver_; }
  ir::Function& function() { return function_; }
  ir::Graph& graph() { return *function_.graph; }
  Environment& environment() { return environment_; }
  ir::Value* constant(IValue value, const SourceRange& range, TypePtr type = nullptr);
  ir::Node* insert(ir::NodeKind kind, std::span<ir::Value* const> inputs, const SourceRange& range);
  ir::Node* insert(ir::NodeKind kind, std::initializer_list<ir::Value*> inputs, const SourceRange& range);
  // A node with one output of the type.
  ir::Value* insert_value(ir::NodeKind kind, std::initializer_list<ir::Value*> inputs, TypePtr type,
                          const SourceRange& range);
  // The same run-time value at another static type.
  ir::Value* cast(ir::Value* value, const TypePtr& type, const SourceRange& range);
  // The value converted as far as PyTorch does so unasked; an error when it does not fit. `what` begins the message.
  Result<ir::Value*> convert(ir::Value* value, const TypePtr& type, const SourceRange& range, std::string_view what);

  // emit_expressions.cpp
  // `hint` is the type wanted, for literals to follow; it may be null, and the result may have another type.
  Result<Meaning> emit(const Expr& expr, const TypePtr& hint = {});
  Result<ir::Value*> emit_value(const Expr& expr, const TypePtr& hint = {});
  Result<ir::Value*> emit_value_of_type(const Expr& expr, const TypePtr& type, std::string_view what);
  Result<ir::Value*> as_value(const Meaning& meaning, const SourceRange& range);
  // The expression as a type: `int`, `List[Tensor]`, `__torch__.M`.
  Result<TypePtr> emit_type(const Expr& expr);

  // emit_conditions.cpp
  Result<Condition> emit_condition(const Expr& expr);
  Result<ir::Value*> as_bool(ir::Value* value, const SourceRange& range);
  ir::Value* condition_value(const Condition& condition, const SourceRange& range);

  // emit_literals.cpp
  // A null element type is found from the elements.
  Result<ir::Value*> emit_list(std::span<ir::Value* const> elements, TypePtr element, const SourceRange& range);
  ir::Value* emit_tuple(std::span<ir::Value* const> elements, const SourceRange& range, TypePtr named = nullptr);
  Result<TypePtr> common_type(std::span<ir::Value* const> values, const SourceRange& range, std::string_view what);

  // emit_loops.cpp
  // A loop whose body assigns no names outside of it.
  Status emit_each(Iterable& iterable, const SourceRange& range, const std::function<Status(const Meaning&)>& body);

  // emit_attributes.cpp
  Result<Meaning> attribute(const Meaning& object, const std::string& name, const SourceRange& range);
  Result<Ref<Iterable>> iterate(const Meaning& meaning, const SourceRange& range);
  // The parts of a tuple or of anything of a length known now; of a list too, when `count` says how many there must be.
  Result<std::vector<Meaning>> unpack(const Meaning& meaning, std::optional<size_t> count, const SourceRange& range);

  // emit_subscripts.cpp
  Result<ir::Value*> emit_element(ir::Value* container, ir::Value* index, const SourceRange& range);

  // emit_calls.cpp
  // The arguments from the `skip`th on.
  Result<CallArguments> emit_arguments(const Call& call, size_t skip = 0);
  Result<ir::Value*> call_function(ir::Function& function, CallArguments arguments, const SourceRange& range,
                                   std::span<ir::Value* const> captured = {});
  Result<ir::Value*> call_bound(const MethodSugar& method, CallArguments arguments, const SourceRange& range);
  Result<ir::Value*> call_method(ir::Value* self, const std::string& name, CallArguments arguments,
                                 const SourceRange& range);
  Result<ir::Value*> call_method(ir::Value* self, const std::string& name, ir::Value* argument,
                                 const SourceRange& range);
  // A value that is called: a module, an object with __call__.
  Result<ir::Value*> call_value(ir::Value* callee, CallArguments arguments, const SourceRange& range);
  // The operator, or a note that it is missing (see Resolver).
  Result<ir::Value*> call_operator(const std::string& name, const CallArguments& arguments, const SourceRange& range);
  Result<ir::Value*> call_operator(const std::string& name, std::initializer_list<ir::Value*> arguments,
                                   const SourceRange& range);
  // What the function returns; compiles it when its source does not say.
  Result<TypePtr> return_type(ir::Function& function);

 private:
  // What follows a statement in its block; empty when nothing does.
  using Rest = std::function<Result<Flow>()>;
  using Part = std::function<Result<ir::Value*>()>;
  struct Branch {
    Flow flow;
    std::vector<ScopedBinding> bindings;
  };
  struct BranchBinding {
    const Binding* binding;  // null where the branch did not bind the variable
    const Flow& flow;
  };
  struct LoopContext {
    size_t depth;  // scopes around the body
    bool unrolled;
  };
  struct LoopPlan {
    SourceRange range;
    std::vector<std::string_view> assigned;
    ir::Value* trips = nullptr;
    ir::Value* go = nullptr;
    bool is_endless = false;                        // `while True`
    std::function<Status(ir::Value* index)> start;  // runs before the body in each turn
    Rest body;
    Part again;  // whether another turn follows; empty: it does
  };
  // A tensor after the view operators of a subscript, and the tensors that then index its dimensions (negative: counted
  // from the end).
  struct TensorView {
    struct Gather {
      int64_t dim;
      ir::Value* index;
    };
    ir::Value* tensor;
    std::vector<Gather> gathers;
  };

  // function_emitter.cpp
  Status finish(const Flow& flow, const SourceRange& range);
  void move_captured_first(size_t parameters);

  // emit_statements.cpp
  Result<Flow> emit_statements(const Body& body, size_t from = 0);
  Result<Flow> emit_statement(const Stmt& statement);
  Result<Flow> emit_guarded(const Flow& before, const Rest& rest, const SourceRange& range);
  Status enter_nesting(const SourceRange& range);
  Status check_in_loop(const SourceRange& range, std::string_view what);
  Status emit_expression_statement(const ExprStmt& statement);
  Result<Flow> emit_return(const Return& statement);
  Status emit_raise(const Raise& statement);
  Result<Flow> emit_assert(const Assert& statement);
  Status emit_delete(const Delete& statement);
  Result<Flow> emit_with(const With& statement);

  // emit_branches.cpp
  ir::Node* insert_if(ir::Value* condition, const SourceRange& range);
  Result<Flow> emit_if(const If& statement, const Rest& rest, bool& rest_is_inside);
  Result<ir::Value*> emit_choice(const Condition& condition, const SourceRange& range, const Part& then_part,
                                 const Part& else_part);
  bool is_needed_behind(const Flow& flow, Variable variable) const;
  void merge_bindings(ir::Node& node, const Branch& then_branch, const Branch& else_branch);
  void merge_variable(ir::Node& node, Variable variable, const BranchBinding& then_side,
                      const BranchBinding& else_side);

  // emit_loops.cpp
  Result<Flow> emit_while(const While& statement);
  Result<Flow> emit_for(const For& statement);
  Result<Flow> emit_unrolled(const For& statement, Iterable& iterable, size_t at);
  Result<Flow> emit_loop(const LoopPlan& plan);
  Result<ir::Value*> emit_next_turn(const LoopPlan& plan, const Flow& flow);
  Flow flow_behind_loop(ir::Node& loop, const Flow& body, bool is_endless);

  // emit_assignments.cpp
  Status emit_assign(const Assign& statement);
  Status assign_in_parallel(const TupleLiteral& names, const TupleLiteral& values);
  TypePtr assignment_hint(const Expr& target);
  Status assign(const Expr& target, const Meaning& value, const SourceRange& range, const TypePtr& annotated = {});
  Status assign_name(const std::string& name, const Meaning& value, const TypePtr& annotated, const SourceRange& range);
  Status assign_parts(const ExprList& targets, const Meaning& value, const SourceRange& range);
  Status assign_attribute(const Attribute& target, const Meaning& value, const TypePtr& annotated,
                          const SourceRange& range);
  Status emit_augmented_assign(const AugAssign& statement);

  // emit_conditions.cpp
  void apply_refinements(const Refinements& refinements, const SourceRange& range);
  Result<Condition> emit_short_circuit(const BoolOp& expr, size_t at);
  Result<Condition> emit_identity(const Compare& compare);

  // emit_expressions.cpp
  Result<ir::Value*> emit_first_class(const Expr& expr, const TypePtr& hint);
  Result<Meaning> emit_name(const Name& name);
  // Empty when the function and those around it have no such name.
  Result<Meaning> find_local(const std::string& name, const SourceRange& range);

  // emit_operators.cpp
  Result<ir::Value*> emit_unary(const Unary& unary);
  Result<ir::Value*> emit_binary(BinaryOp op, ir::Value* left, ir::Value* right, const SourceRange& range);
  Result<ir::Value*> emit_in_place(BinaryOp op, ir::Value* left, ir::Value* right, const SourceRange& range);
  Result<ir::Value*> emit_comparison(CompareOp op, const Expr& left, const Expr& right, const SourceRange& range);
  Result<ir::Value*> emit_comparison(CompareOp op, ir::Value* left, ir::Value* right, const SourceRange& range);
  Result<ir::Value*> emit_contains(ir::Value* container, ir::Value* item, const SourceRange& range);
  Result<ir::Value*> emit_compare(const Compare& compare);
  Result<ir::Value*> emit_compare_chain(const Compare& compare, size_t at, ir::Value* left);

  // emit_literals.cpp
  Result<std::vector<ir::Value*>> emit_elements(const ExprList& elements, const std::function<TypePtr(size_t)>& hint);
  Result<ir::Value*> emit_list_literal(const ListLiteral& list, const TypePtr& hint);
  Result<ir::Value*> emit_tuple_literal(const TupleLiteral& tuple, const TypePtr& hint);
  Result<ir::Value*> emit_dict_literal(const DictLiteral& dict, const TypePtr& hint);
  Status emit_comprehension(const Expr& target, const Expr& iterable, const ExprList& conditions,
                            const std::function<Status()>& add);
  Result<ir::Value*> emit_list_comprehension(const ListComp& comp, const TypePtr& hint);
  Result<ir::Value*> emit_dict_comprehension(const DictComp& comp, const TypePtr& hint);
  Result<ir::Value*> emit_format_string(const FormatString& string);
  Result<ir::Value*> emit_percent_format(ir::Value* format, ir::Value* values, const SourceRange& range);

  // emit_subscripts.cpp
  Result<Meaning> emit_subscript(const Subscript& subscript, const TypePtr& hint);
  Result<ir::Value*> emit_index(const Subscript& subscript);
  Result<Meaning> emit_static_element(const Meaning& container, const Subscript& subscript);
  Result<ir::Value*> emit_chosen_module(ir::Value* container, ir::Value* index, const TypePtr& hint,
                                        const SourceRange& range);
  Result<ir::Value*> emit_tuple_element(ir::Value* tuple, ir::Value* index, const SourceRange& range);
  Result<ir::Value*> emit_slice(ir::Value* container, const Slice& slice);
  Result<ir::Value*> emit_tuple_slice(ir::Value* tuple, const Slice& slice);
  Status assign_subscript(const Subscript& target, ir::Value* value, const SourceRange& range);
  Status assign_element(ir::Value* container, ir::Value* index, ir::Value* value, const SourceRange& range);
  Status update_subscript(const Subscript& target, BinaryOp op, const Expr& operand, const SourceRange& range);

  // emit_tensor_indices.cpp
  Result<TensorView> emit_view(ir::Value* tensor, const Subscript& subscript);
  Result<ir::Value*> emit_tensor_slice(ir::Value* tensor, int64_t dim, const Slice& slice);
  Result<ir::Value*> emit_gather_list(const TensorView& view, const SourceRange& range);
  Result<ir::Value*> emit_tensor_subscript(ir::Value* tensor, const Subscript& subscript);
  Result<ir::Value*> tensor_like(ir::Value* value, ir::Value* tensor, const SourceRange& range);
  Status assign_tensor_subscript(ir::Value* tensor, const Subscript& target, ir::Value* value,
                                 const SourceRange& range);
  Status update_tensor_subscript(ir::Value* tensor, const Subscript& target, BinaryOp op, const Expr& operand,
                                 const SourceRange& range);

  // emit_attributes.cpp
  Result<Meaning> object_attribute(ir::Value* object, const ClassType& type, const std::string& name,
                                   const SourceRange& range);
  Result<std::vector<Meaning>> submodules(ir::Value* container, const SourceRange& range);

  // emit_calls.cpp
  Result<Meaning> emit_call(const Call& call, const TypePtr& hint);
  Result<ir::Value*> call_module(ir::Value* module, const ClassType& type, CallArguments arguments,
                                 const SourceRange& range);
  Result<ir::Value*> call_missing(const std::string& name, const CallArguments& arguments, const SourceRange& range,
                                  std::string reason);

  // emit_closures.cpp
  Status emit_nested_function(const FunctionDef& definition);

  Resolver& resolver_;
  ir::Function& function_;
  FunctionEmitter* enclosing_;
  Environment environment_;
  std::vector<LoopContext> loops_;
  TypePtr declared_return_;  // null when the source does not say
  std::vector<ir::Value*> captured_;
  int nesting_ = 0;
};

}  // namespace heddle::lang
