// A compiled function or method: its schema and its graph, made on first need. And the unit that owns all functions and
// types of one program. Compilation is single-threaded (program holds the lock); afterwards both are read-only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "core/callable.h"
#include "core/class_type.h"
#include "ir/graph.h"
#include "schema/function_schema.h"

namespace heddle::ir {

class Function final : public Callable {
 public:
  using Definer = std::function<Status(Function&)>;
  explicit Function(std::string qualified_name) : Callable(std::move(qualified_name)) {}

  // The signature is known before the body is compiled; the return type of a function without annotation only after.
  schema::FunctionSchema schema;
  SourceRange range;
  std::unique_ptr<Graph> graph;  // null before ensure_defined(), and for methods of interfaces
  bool specialised = false;      // to known objects: only frozen code calls it

  // Sets what compiles the body when first asked for. Calls may be mutually recursive: compiling a body needs only
  // schemas of others.
  void set_definer(Definer definer) { definer_ = std::move(definer); }
  // A function that calls itself while its return type is still unknown is an error, as in PyTorch.
  Status ensure_defined();
  bool being_defined() const { return defining_; }

 private:
  Definer definer_;
  bool defining_ = false;
  Status failure_;
};

// Methods of classes and interfaces are Functions; core sees only their names.
inline Function& as_function(const Ref<Callable>& callable) { return static_cast<Function&>(*callable); }

// An operator the table did not have when a function was compiled; reaching the call raises.
struct MissingOperator {
  std::string name;    // "aten::foo"
  std::string reason;  // why no overload took the call; empty when there is no operator of the name at all
  SourceRange range;
};

class CompilationUnit final : public RefCounted {
 public:
  ~CompilationUnit() override;
  // Null when there is none.
  Ref<Function> find_function(std::string_view qualified_name) const;
  TypePtr find_type(std::string_view qualified_name) const;
  void add_function(Ref<Function> function);
  // A type by its qualified name: class, interface, named tuple or enum.
  void add_type(std::string qualified_name, TypePtr type);
  // "__torch__.M" or, if taken, "__torch__.___heddle_mangle_0.M".
  std::string unique_name(std::string_view qualified_name) const;
  const std::vector<Ref<Function>>& functions() const { return functions_; }
  const std::vector<TypePtr>& types() const { return types_; }
  // In the order of compilation, once a call. Functions that were never compiled add nothing.
  std::vector<MissingOperator> missing_operators;

 private:
  std::vector<Ref<Function>> functions_;
  std::vector<TypePtr> types_;
  std::unordered_map<std::string, Ref<Function>> function_index_;
  std::unordered_map<std::string, TypePtr> type_index_;
};

}  // namespace heddle::ir
