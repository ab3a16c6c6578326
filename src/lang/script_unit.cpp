#include "lang/script_unit.h"

#include "core/class_type.h"
#include "lang/builtin_names.h"
#include "lang/callables.h"
#include "lang/class_definer.h"
#include "lang/error.h"
#include "lang/function_emitter.h"
#include "lang/parser.h"
#include "schema/custom_class.h"

namespace heddle::lang {
namespace {

std::string qualified(const std::string& name) { return concat("__torch__.", name); }

// A name that an import gives to something the language knows: F for torch.nn.functional.
class ImportedSugar final : public SugaredValue {
 public:
  explicit ImportedSugar(std::string path) : path_(std::move(path)) {}
  std::string describe() const override { return concat("'", path_, "'"); }

  Result<ir::Value*> as_value(FunctionEmitter& emitter, const SourceRange& range) override {
    const Meaning meaning = HEDDLE_TRY(resolve(emitter, range));
    return emitter.as_value(meaning, range);
  }
  Result<Meaning> attribute(FunctionEmitter& emitter, const SourceRange& range, const std::string& name) override {
    const Meaning meaning = HEDDLE_TRY(resolve(emitter, range));
    return emitter.attribute(meaning, name, range);
  }
  Result<Meaning> call(FunctionEmitter& emitter, const Call& call, const TypePtr& hint) override {
    const Meaning meaning = HEDDLE_TRY(resolve(emitter, call.range));
    if (!meaning.sugar) return SugaredValue::call(emitter, call, hint);
    return meaning.sugar->call(emitter, call, hint);
  }

 private:
  Result<Meaning> resolve(FunctionEmitter& emitter, const SourceRange& range) {
    const std::vector<std::string_view> parts = split(path_, '.');
    Meaning meaning(builtin_name(std::string(parts[0])));
    if (!meaning) return error_at(range, "The imported module '", path_, "' is not known");
    for (size_t i = 1; i < parts.size(); ++i) {
      meaning = HEDDLE_TRY(emitter.attribute(meaning, std::string(parts[i]), range));
    }
    return meaning;
  }

  std::string path_;
};

}  // namespace

Result<Ref<ScriptUnit>> ScriptUnit::define(ir::CompilationUnit& unit, Ref<const Source> source) {
  auto script = Ref<ScriptUnit>::adopt(new ScriptUnit(unit));
  script->file_ = HEDDLE_TRY(parse_file(std::move(source)));
  HEDDLE_TRY(script->define_all());
  return script;
}

Status ScriptUnit::define_all() {
  for (const StmtPtr& statement : file_->body) {
    std::string name;
    if (const auto* function = try_as<FunctionDef>(*statement)) name = function->name;
    if (const auto* type = try_as<ClassDef>(*statement)) name = type->name;
    if (!name.empty()) {
      if (!definitions_.emplace(name, statement.get()).second)
        return error_at(statement->range, "'", name, "' is defined twice");
    } else if (!read_import(*statement) && !is<ExprStmt>(*statement) && !is<Pass>(*statement)) {
      return error_at(statement->range, "Expected functions and classes, not ", kind_name(statement->kind));
    }
  }
  for (const StmtPtr& statement : file_->body) {
    if (const auto* type = try_as<ClassDef>(*statement)) HEDDLE_TRY(class_named(type->name));
  }
  for (const StmtPtr& statement : file_->body) {
    if (const auto* function = try_as<FunctionDef>(*statement)) HEDDLE_TRY(function_named(function->name));
  }
  // By index: compiling a body registers the functions it contains.
  for (size_t i = 0; i < unit().functions().size(); ++i) HEDDLE_TRY(unit().functions()[i]->ensure_defined());
  return ok_status();
}

bool ScriptUnit::read_import(const Stmt& statement) {
  if (const auto* import = try_as<Import>(statement)) {
    for (const ImportName& name : import->names) {
      if (!name.alias.empty()) imports_[name.alias] = name.path;
    }
    return true;
  }
  const auto* from = try_as<ImportFrom>(statement);
  if (!from) return false;
  // What typing and enum hold is part of the language.
  const bool is_known = from->module == "torch" || from->module == "math" || from->module.starts_with("torch.");
  for (const ImportName& name : from->names) {
    if (is_known) imports_[name.alias.empty() ? name.path : name.alias] = concat(from->module, ".", name.path);
  }
  return true;
}

Result<TypePtr> ScriptUnit::class_named(const std::string& name) {
  if (TypePtr known = unit().find_type(qualified(name))) return known;
  const auto found = definitions_.find(name);
  if (found == definitions_.end() || !is<ClassDef>(*found->second)) return TypePtr();
  TypePtr type =
      HEDDLE_TRY(define_class({file_, &as<ClassDef>(*found->second), qualified(name)}, Ref<Resolver>::share(this)));
  // Attributes are what __init__ assigns, so it comes before everything that reads them.
  if (const ClassType* defined = as_class(*type)) {
    if (const Ref<Callable> init = defined->find_method("__init__")) HEDDLE_TRY(ir::as_function(init).ensure_defined());
  }
  return type;
}

Result<Ref<ir::Function>> ScriptUnit::function_named(const std::string& name) {
  if (Ref<ir::Function> known = unit().find_function(name)) return known;
  const auto found = definitions_.find(name);
  if (found == definitions_.end() || !is<FunctionDef>(*found->second)) return Ref<ir::Function>();
  Ref<ir::Function> function =
      HEDDLE_TRY(define_function({file_, &as<FunctionDef>(*found->second), name}, nullptr, Ref<Resolver>::share(this)));
  unit().add_function(function);
  return function;
}

Result<Ref<SugaredValue>> ScriptUnit::find_value(const std::string& name, const SourceRange&) {
  if (Ref<ir::Function> function = HEDDLE_TRY(function_named(name)))
    return Ref<SugaredValue>(make_ref<FunctionSugar>(std::move(function)));
  if (TypePtr type = HEDDLE_TRY(class_named(name))) return Ref<SugaredValue>(make_ref<ClassSugar>(std::move(type)));
  const auto imported = imports_.find(name);
  if (imported != imports_.end()) return Ref<SugaredValue>(make_ref<ImportedSugar>(imported->second));
  return Ref<SugaredValue>();
}

Result<TypePtr> ScriptUnit::find_type(const std::string& dotted_name, const SourceRange&) {
  if (TypePtr known = unit().find_type(dotted_name)) return known;
  if (schema::find_custom_class(dotted_name)) return make_ref<ClassType>(dotted_name, /*is_module=*/false);
  return class_named(dotted_name);
}

bool ScriptUnit::may_add_attributes(const ClassType& type, const ir::Function& function) const {
  return function.qualified_name() == concat(type.qualified_name(), ".__init__");
}

}  // namespace heddle::lang
