#include "ir/function.h"

namespace heddle::ir {

Status Function::ensure_defined() {
  if (!failure_.ok()) return failure_.clone();
  if (!definer_) return ok_status();
  if (defining_) {
    return error(ErrorCode::kSyntax, "function '", qualified_name(),
                 "' is called recursively while its body is compiled; annotate its return type\n", range.highlight());
  }
  defining_ = true;
  Status status;
  try {
    status = definer_(*this);
  } catch (...) {
    defining_ = false;
    throw;
  }
  defining_ = false;
  definer_ = nullptr;
  if (!status.ok()) failure_ = status.clone();
  return status;
}

CompilationUnit::~CompilationUnit() {
  // Objects hold the unit, so none is left: classes may let go of each other now.
  for (const TypePtr& type : types_) {
    if (type->is(TypeKind::kClass)) const_cast<ClassType&>(static_cast<const ClassType&>(*type)).clear();
    if (type->is(TypeKind::kInterface))
      const_cast<InterfaceType&>(static_cast<const InterfaceType&>(*type)).methods.clear();
  }
  // Functions may hold each other through call nodes and definers.
  for (const Ref<Function>& function : functions_) {
    function->graph.reset();
    function->set_definer(nullptr);
  }
}

Ref<Function> CompilationUnit::find_function(std::string_view qualified_name) const {
  const auto found = function_index_.find(std::string(qualified_name));
  return found == function_index_.end() ? nullptr : found->second;
}

TypePtr CompilationUnit::find_type(std::string_view qualified_name) const {
  const auto found = type_index_.find(std::string(qualified_name));
  return found == type_index_.end() ? nullptr : found->second;
}

void CompilationUnit::add_function(Ref<Function> function) {
  function_index_.insert_or_assign(function->qualified_name(), function);
  functions_.push_back(std::move(function));
}

void CompilationUnit::add_type(std::string qualified_name, TypePtr type) {
  types_.push_back(type);
  type_index_.insert_or_assign(std::move(qualified_name), std::move(type));
}

std::string CompilationUnit::unique_name(std::string_view qualified_name) const {
  std::string name(qualified_name);
  const size_t dot = name.rfind('.');
  const std::string prefix = dot == std::string::npos ? "" : name.substr(0, dot + 1);
  const std::string last = dot == std::string::npos ? name : name.substr(dot + 1);
  for (int64_t i = 0; find_type(name) || find_function(name); ++i) {
    name = concat(prefix, "___heddle_mangle_", i, ".", last);
  }
  return name;
}

}  // namespace heddle::ir
