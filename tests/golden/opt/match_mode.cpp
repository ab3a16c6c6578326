// Matches calls to schemas, for comparison with PyTorch's choice. Input lines:
//   schema aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
//   call aten::add; Tensor; int; alpha=float
// Each call prints the operators it makes, conversions included, or "no".
#include "base/text.h"
#include "lang/schema_matcher.h"
#include "lang/type_resolver.h"
#include "modes.h"
#include "schema/operator_table.h"

namespace heddle::opt {
namespace {

Result<ir::Value*> add_input(std::string_view type, ir::Graph& graph) {
  const lang::TypeLookup nothing = [](const std::string&, const SourceRange&) -> Result<TypePtr> { return TypePtr(); };
  return graph.block()->add_input(HEDDLE_TRY(lang::parse_type(type, nothing)));
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(begin);
}

Result<std::string> match(std::string_view call) {
  ir::Graph graph;
  const std::vector<std::string_view> parts = split(call, ';');
  lang::CallArguments arguments;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = trimmed(parts[i]);
    const size_t equals = part.find('=');
    const bool is_keyword = equals != std::string_view::npos;
    ir::Value* value = HEDDLE_TRY(add_input(is_keyword ? part.substr(equals + 1) : part, graph));
    (is_keyword ? arguments.keywords : arguments.positional)
        .push_back({value, {}, is_keyword ? std::string(part.substr(0, equals)) : std::string()});
  }
  if (!lang::emit_operator_call(parts[0], arguments, {}, graph).ok()) return std::string("no");
  std::string out;
  ir::for_each_node(graph.block(), [&](ir::Node* node) {
    if (!node->is(ir::NodeKind::kOperator)) return;
    if (!out.empty()) out += ' ';
    out += node->op->schema.full_name();
  });
  return out;
}

}  // namespace

Result<std::string> run_match(Ref<const Source> input, std::string_view) {
  schema::TableBuilder builder;
  std::vector<std::string_view> calls;
  for (const std::string_view line : split(input->text(), '\n')) {
    if (line.starts_with("schema ")) builder.add(line.substr(7), nullptr);
    if (line.starts_with("call ")) calls.push_back(line.substr(5));
  }
  schema::install_operators(HEDDLE_TRY(builder.build()));
  std::string out;
  for (const std::string_view call : calls) out += concat(call, " -> ", HEDDLE_TRY(match(call)), "\n");
  return out;
}

}  // namespace heddle::opt
