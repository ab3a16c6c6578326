// Modes of lowering and running functions that are given as graphs (functions.h).
#include "base/text.h"
#include "code/code.h"
#include "exec/exec.h"
#include "functions.h"
#include "lower/lower.h"
#include "modes.h"

namespace heddle::opt {
namespace {

// All functions with their code.
Result<Ref<ir::CompilationUnit>> compile(const std::string& text) {
  Ref<ir::CompilationUnit> unit = HEDDLE_TRY(read_functions(text));
  for (const Ref<ir::Function>& function : unit->functions()) {
    function->set_code(HEDDLE_TRY(lower::lower_graph(*function->graph, function->qualified_name())));
  }
  return unit;
}

Ref<const code::Code> subject(const ir::CompilationUnit& unit) {
  return static_ref_cast<const code::Code>(unit.functions().back()->code());
}

// Functions that call themselves hold their code in rings.
void break_rings(const ir::CompilationUnit& unit) {
  for (const Ref<ir::Function>& function : unit.functions()) function->set_code(nullptr);
}

}  // namespace

Result<std::string> run_lower(Ref<const Source> input, std::string_view) {
  const Ref<ir::CompilationUnit> unit = HEDDLE_TRY(compile(input->text()));
  std::string text = code::to_text(*subject(*unit));
  break_rings(*unit);
  return text;
}

Result<std::string> run_execute(Ref<const Source> input, std::string_view) {
  const Ref<ir::CompilationUnit> unit = HEDDLE_TRY(compile(input->text()));
  const Result<IValue> result = exec::run(subject(*unit), {}, unit);
  break_rings(*unit);
  if (result.ok()) return repr_text(result.value()) + "\n";
  const ErrorInfo& info = result.status().info();
  std::string out = concat("error: ", info.python_type, info.python_type.empty() ? "" : ": ", info.message, "\n");
  for (const ScriptFrame& frame : info.stack) out += concat("  in ", frame.function, "\n");
  return out;
}

}  // namespace heddle::opt
