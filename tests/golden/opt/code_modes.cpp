// Modes of lowering and running. The input is one or more functions, the last of which is the subject:
//   function NAME:
//   graph(...): ...
#include "base/text.h"
#include "code/code.h"
#include "exec/exec.h"
#include "ir/function.h"
#include "ir/parser.h"
#include "ir/verifier.h"
#include "lower/lower.h"
#include "modes.h"
#include "ops/operators.h"

namespace heddle::opt {
namespace {

constexpr std::string_view kHeading = "function ";

Status install_operators() {
  static bool installed = false;
  if (!installed) schema::install_operators(HEDDLE_TRY(ops::build_operator_table()));
  installed = true;
  return ok_status();
}

struct Section {
  std::string name;
  std::string text;
};

Result<std::vector<Section>> split_functions(const std::string& text) {
  std::vector<Section> sections;
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(kHeading) && line.ends_with(':')) {
      sections.push_back({std::string(line.substr(kHeading.size(), line.size() - kHeading.size() - 1)), ""});
    } else if (!sections.empty()) {
      sections.back().text += concat(line, "\n");
    } else {
      HEDDLE_REQUIRE(line.empty(), "expected 'function NAME:', but got ", quoted(line));
    }
  }
  HEDDLE_REQUIRE(!sections.empty(), "expected at least one function");
  return sections;
}

schema::FunctionSchema schema_of(const std::string& name, const ir::Graph& graph) {
  schema::FunctionSchema schema;
  schema.name = name;
  for (const auto& input : graph.inputs()) {
    schema::Argument argument;
    argument.type = input->type();
    schema.arguments.push_back(std::move(argument));
  }
  return schema;
}

// All functions with their code.
Result<Ref<ir::CompilationUnit>> compile(const std::string& text) {
  HEDDLE_TRY(install_operators());
  auto unit = make_ref<ir::CompilationUnit>();
  const std::vector<Section> sections = HEDDLE_TRY(split_functions(text));
  for (const Section& section : sections) unit->add_function(make_ref<ir::Function>(section.name));
  for (const Section& section : sections) {
    ir::Function& function = *unit->find_function(section.name);
    function.graph = HEDDLE_TRY(ir::parse_graph(section.text, unit.get()));
    function.schema = schema_of(section.name, *function.graph);
  }
  for (const Ref<ir::Function>& function : unit->functions()) {
    HEDDLE_TRY(ir::verify(*function->graph));
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
