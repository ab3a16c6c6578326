// TorchScript source that a person writes: functions and classes of one text, as torch.jit.CompilationUnit takes it.
// One thread while it compiles.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "lang/ast.h"
#include "lang/resolver.h"

namespace heddle::lang {

class ScriptUnit final : public Resolver {
 public:
  // Parses the source and defines everything in it. Functions are registered in the unit under their own names, classes
  // under "__torch__.Name".
  static Result<Ref<ScriptUnit>> define(ir::CompilationUnit& unit, Ref<const Source> source);

  Result<Ref<SugaredValue>> find_value(const std::string& name, const SourceRange& range) override;
  Result<TypePtr> find_type(const std::string& dotted_name, const SourceRange& range) override;
  bool tolerates_missing_operators() const override { return false; }
  bool may_add_attributes(const ClassType& type, const ir::Function& function) const override;

 private:
  using Resolver::Resolver;
  Status define_all();
  // False for a statement that imports nothing.
  bool read_import(const Stmt& statement);
  Result<TypePtr> class_named(const std::string& name);
  Result<Ref<ir::Function>> function_named(const std::string& name);

  std::shared_ptr<const File> file_;
  std::unordered_map<std::string, const Stmt*> definitions_;
  std::unordered_map<std::string, std::string> imports_;  // name to dotted path
};

}  // namespace heddle::lang
