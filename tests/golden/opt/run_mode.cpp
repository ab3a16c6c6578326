// Runs source that a person writes: compiled, lowered without passes, and its function main() called.
#include "base/text.h"
#include "code/code.h"
#include "core/boxes.h"
#include "exec/exec.h"
#include "ir/verifier.h"
#include "lang/script_unit.h"
#include "lower/lower.h"
#include "modes.h"

namespace heddle::opt {

Result<std::string> run_run(Ref<const Source> input, std::string_view) {
  HEDDLE_TRY(install_operators());
  auto unit = make_ref<ir::CompilationUnit>();
  HEDDLE_TRY(lang::ScriptUnit::define(*unit, std::move(input)));
  for (const Ref<ir::Function>& function : unit->functions()) {
    HEDDLE_TRY(ir::verify(*function->graph));
    function->set_code(HEDDLE_TRY(lower::lower_graph(*function->graph, function->qualified_name())));
  }
  const Ref<ir::Function> main = unit->find_function("main");
  HEDDLE_REQUIRE(main && main->schema.arguments.empty(), "expected a function main() without parameters");
  const Result<IValue> result = exec::run(static_ref_cast<const code::Code>(main->code()), {}, unit);
  // Functions that call themselves hold their code in rings.
  for (const Ref<ir::Function>& function : unit->functions()) function->set_code(nullptr);
  if (result.ok()) return repr_text(*result) + "\n";
  return concat("error: ", result.status().message(), "\n");
}

}  // namespace heddle::opt
