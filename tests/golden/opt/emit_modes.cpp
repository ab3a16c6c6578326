// Modes of the emitter: source to graphs.
#include <map>

#include "base/text.h"
#include "core/boxes.h"
#include "core/class_type.h"
#include "ir/verifier.h"
#include "lang/importer.h"
#include "lang/parser.h"
#include "lang/script_unit.h"
#include "modes.h"

namespace heddle::opt {
namespace {

std::string member_list(const ClassType& type) {
  std::string out = concat(type.is_module() ? "module " : "class ", type.qualified_name(), "\n");
  for (const ClassAttribute& attribute : type.attributes) {
    const char* role = attribute.is_parameter ? " (parameter)" : attribute.is_buffer ? " (buffer)" : "";
    out += concat("  ", attribute.name, " : ", attribute.type->to_text(), role, "\n");
  }
  for (const ClassConstant& constant : type.constants) {
    out += concat("  ", constant.name, " = ", to_text(constant.value), "\n");
  }
  for (const std::string& hook : type.forward_pre_hooks) out += concat("  before forward: ", hook, "\n");
  for (const std::string& hook : type.forward_hooks) out += concat("  after forward: ", hook, "\n");
  return out;
}

// Classes, then functions in the order they came up, then operators that are missing.
Result<std::string> print_unit(const ir::CompilationUnit& unit) {
  std::string out;
  for (const TypePtr& type : unit.types()) {
    if (const ClassType* object = as_class(*type)) out += member_list(*object);
  }
  for (const Ref<ir::Function>& function : unit.functions()) {
    HEDDLE_TRY(ir::verify(*function->graph));
    out += concat(function->schema.to_text(), "\n", HEDDLE_TRY(print_twice(*function->graph, &unit)));
  }
  for (const ir::MissingOperator& missing : unit.missing_operators) {
    out += concat("missing ", missing.name, " at line ", missing.range.line(), "\n");
  }
  return out;
}

// "# FILE: __torch__.a" begins the code of a module.
std::map<std::string, std::string> split_files(const std::string& text) {
  constexpr std::string_view kMark = "# FILE: ";
  std::map<std::string, std::string> files;
  std::string* current = &files["__torch__"];
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(kMark)) {
      current = &files[std::string(line.substr(kMark.size()))];
    } else {
      *current += concat(line, "\n");
    }
  }
  return files;
}

}  // namespace

Result<std::string> run_emit(Ref<const Source> input, std::string_view) {
  HEDDLE_TRY(install_operators());
  auto unit = make_ref<ir::CompilationUnit>();
  HEDDLE_TRY(lang::ScriptUnit::define(*unit, std::move(input)));
  return print_unit(*unit);
}

Result<std::string> run_import(Ref<const Source> input, std::string_view) {
  HEDDLE_TRY(install_operators());
  std::map<std::string, Ref<const Source>> sources;
  for (const auto& [name, text] : split_files(input->text())) sources[name] = make_ref<const Source>(name, text);
  auto unit = make_ref<ir::CompilationUnit>();
  auto importer = make_ref<lang::Importer>(*unit, [&](const std::string& module) -> Result<Ref<const Source>> {
    const auto found = sources.find(module);
    return found == sources.end() ? nullptr : found->second;
  });
  importer->set_constants({IValue(int64_t{7}), IValue("seven")});
  for (const auto& [name, source] : sources) {
    const auto file = HEDDLE_TRY(lang::parse_file(source));
    for (const lang::StmtPtr& statement : file->body) {
      if (const auto* type = lang::try_as<lang::ClassDef>(*statement)) {
        HEDDLE_TRY(importer->import_type(concat(name, ".", type->name)));
      } else if (const auto* function = lang::try_as<lang::FunctionDef>(*statement)) {
        HEDDLE_TRY(importer->import_function(concat(name, ".", function->name)));
      }
    }
  }
  for (size_t i = 0; i < unit->functions().size(); ++i) HEDDLE_TRY(unit->functions()[i]->ensure_defined());
  return print_unit(*unit);
}

}  // namespace heddle::opt
