#include "functions.h"

#include "base/text.h"
#include "ir/parser.h"
#include "ir/verifier.h"
#include "modes.h"

namespace heddle::opt {
namespace {

struct Section {
  std::string kind;  // "class" or "function"
  std::string name;
  std::string text;
};

Result<std::vector<Section>> split_sections(const std::string& text) {
  std::vector<Section> sections;
  for (const std::string_view line : split(text, '\n')) {
    const size_t space = line.find(' ');
    const std::string_view word = line.substr(0, std::min(space, line.size()));
    if ((word == "class" || word == "function") && line.ends_with(':')) {
      sections.push_back({std::string(word), std::string(line.substr(space + 1, line.size() - space - 2)), ""});
    } else if (!sections.empty()) {
      sections.back().text += concat(line, "\n");
    } else {
      HEDDLE_REQUIRE(line.empty(), "expected 'function NAME:', but got ", quoted(line));
    }
  }
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

Status read_attributes(const Section& section, const ir::CompilationUnit& unit) {
  auto& type = const_cast<ClassType&>(static_cast<const ClassType&>(*unit.find_type(section.name)));
  for (const std::string_view line : split(section.text, '\n')) {
    const size_t colon = line.find(" : ");
    if (colon == std::string_view::npos) continue;
    ClassAttribute attribute;
    attribute.name = line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' '));
    attribute.type = HEDDLE_TRY(ir::parse_type(line.substr(colon + 3), &unit));
    type.attributes.push_back(std::move(attribute));
  }
  return ok_status();
}

}  // namespace

Result<Ref<ir::CompilationUnit>> read_functions(const std::string& text) {
  HEDDLE_TRY(install_operators());
  auto unit = make_ref<ir::CompilationUnit>();
  const std::vector<Section> sections = HEDDLE_TRY(split_sections(text));
  for (const Section& section : sections) {
    if (section.kind == "class") {
      unit->add_type(section.name, make_ref<ClassType>(section.name, false));
    } else {
      unit->add_function(make_ref<ir::Function>(section.name));
    }
  }
  HEDDLE_REQUIRE(!unit->functions().empty(), "expected at least one function");
  for (const Section& section : sections) {
    if (section.kind == "class") {
      HEDDLE_TRY(read_attributes(section, *unit));
      continue;
    }
    ir::Function& function = *unit->find_function(section.name);
    function.graph = HEDDLE_TRY(ir::parse_graph(section.text, unit.get()));
    function.schema = schema_of(section.name, *function.graph);
    HEDDLE_TRY(ir::verify(*function.graph));
  }
  return unit;
}

}  // namespace heddle::opt
