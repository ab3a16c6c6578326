// libFuzzer: any text as TorchScript. What parses is printed, and that text must parse to the same; then it is compiled
// twice, as source that a person writes and as an archive's code, against a table of a few operators.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "fuzz_operators.h"
#include "ir/parser.h"
#include "ir/printer.h"
#include "ir/verifier.h"
#include "lang/ast_printer.h"
#include "lang/importer.h"
#include "lang/parser.h"
#include "lang/script_unit.h"

namespace {

using namespace heddle;

void verify_all(const ir::CompilationUnit& unit) {
  for (const Ref<ir::Function>& function : unit.functions()) {
    if (function->graph && !function->schema.returns.empty() && !ir::verify(*function->graph).ok()) std::abort();
  }
}

void compile_script(const Ref<const Source>& source) {
  const auto unit = make_ref<ir::CompilationUnit>();
  if (lang::ScriptUnit::define(*unit, source).ok()) verify_all(*unit);
}

void import_code(const Ref<const Source>& source, const lang::File& file) {
  const auto unit = make_ref<ir::CompilationUnit>();
  const auto importer = make_ref<lang::Importer>(*unit, [&](const std::string& module) -> Result<Ref<const Source>> {
    return module == "__torch__" ? source : nullptr;
  });
  importer->set_constants({IValue(int64_t{7}), IValue("seven")});
  for (const lang::StmtPtr& statement : file.body) {
    if (const auto* type = lang::try_as<lang::ClassDef>(*statement)) {
      if (!importer->import_type(concat("__torch__.", type->name)).ok()) return;
    } else if (const auto* function = lang::try_as<lang::FunctionDef>(*statement)) {
      if (!importer->import_function(concat("__torch__.", function->name)).ok()) return;
    }
  }
  for (size_t i = 0; i < unit->functions().size(); ++i) {
    if (!unit->functions()[i]->ensure_defined().ok()) return;
  }
  verify_all(*unit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::install_operators();
  const auto source = make_ref<const Source>("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  const auto file = lang::parse_file(source);
  if (!file.ok()) return 0;
  const std::string printed = lang::to_text(**file);
  const auto again = lang::parse_file(make_ref<const Source>("printed", printed));
  if (!again.ok() || lang::to_text(**again) != printed) std::abort();
  compile_script(source);
  import_code(source, **file);
  return 0;
}
