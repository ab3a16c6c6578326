#include "ir/printer.h"

#include <unordered_map>

#include "core/boxes.h"

namespace heddle::ir {
namespace {

class Printer {
 public:
  Printer(const PrintOptions& options, std::vector<IValue>* constants) : options_(options), constants_(constants) {}

  std::string graph(const Graph& graph) {
    out_ += "graph(";
    values_with_types(graph.inputs(), ",\n      ");
    out_ += "):\n";
    nodes(*graph.block(), 1);
    out_ += "  return (";
    values(graph.outputs());
    out_ += ")\n";
    return std::move(out_);
  }

  std::string line(const Node& node) {
    head(node);
    return std::move(out_);
  }

 private:
  std::string name_of(const Value* value) {
    const auto found = names_.find(value);
    if (found != names_.end()) return found->second;
    std::string name = value->name().empty() ? concat("%", next_++) : concat("%", value->name());
    // Two values may carry one source name; the second gets a number so that the text parses back.
    while (used_.count(name)) name = concat("%", value->name(), ".", next_++);
    used_.emplace(name, true);
    names_[value] = name;
    return name;
  }

  void values(const std::vector<Value*>& list) {
    for (size_t i = 0; i < list.size(); ++i) out_ += concat(i ? ", " : "", name_of(list[i]));
  }

  void values_with_types(std::span<const std::unique_ptr<Value>> list, std::string_view separator) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (i) out_ += separator;
      out_ += concat(name_of(list[i].get()), " : ", list[i]->type()->to_text());
    }
  }

  void nodes(const Block& block, size_t depth) {
    for (const Node* node = block.first(); node != block.return_node(); node = node->next()) {
      out_ += std::string(depth * 2, ' ');
      head(*node);
      if (options_.with_places && node->range.known()) {
        out_ += concat(" # ", node->range.source->name(), ":", node->range.line());
      }
      out_ += "\n";
      for (size_t i = 0; i < node->blocks().size(); ++i) nested(*node->block(i), i, depth + 1);
    }
  }

  void nested(const Block& block, size_t index, size_t depth) {
    const std::string indent(depth * 2, ' ');
    out_ += concat(indent, "block", index, "(");
    values_with_types(block.inputs(), ", ");
    out_ += "):\n";
    nodes(block, depth + 1);
    out_ += concat(indent, "  -> (");
    values(block.outputs());
    out_ += ")\n";
  }

  void head(const Node& node) {
    values_with_types(node.outputs(), ", ");
    if (node.output_count()) out_ += " = ";
    out_ += node.is(NodeKind::kOperator) ? node.op->schema.full_name() : std::string(node_name(node.kind()));
    attributes(node);
    out_ += "(";
    values(node.inputs());
    out_ += ")";
  }

  void attributes(const Node& node) {
    std::vector<std::string> parts;
    if (node.is(NodeKind::kConstant)) parts.push_back(concat("value=", literal(node.constant)));
    if (!node.name.empty()) parts.push_back(concat("name=", quoted(node.name)));
    if (node.function) parts.push_back(concat("function=", quoted(node.function->qualified_name())));
    if (!node.types.empty()) {
      std::vector<std::string> names;
      for (const TypePtr& type : node.types) names.push_back(type->to_text());
      parts.push_back(concat("types=[", join(names, ", "), "]"));
    }
    if (!node.integers.empty()) parts.push_back(concat("integers=", heddle::to_text(node.integers)));
    if (!parts.empty()) out_ += concat("[", join(parts, ", "), "]");
  }

  static bool has_literal(const IValue& value) {
    switch (value.tag()) {
      case IValue::Tag::kNone:
      case IValue::Tag::kBool:
      case IValue::Tag::kInt:
      case IValue::Tag::kDouble:
      case IValue::Tag::kString:
        return true;
      case IValue::Tag::kList:
        for (const IValue& item : value.as_list().items) {
          if (!has_literal(item)) return false;
        }
        return true;
      case IValue::Tag::kTuple:
        if (value.as_tuple().named_type) return false;
        for (const IValue& item : value.as_tuple().items) {
          if (!has_literal(item)) return false;
        }
        return true;
      case IValue::Tag::kDevice:
        return true;
      default:
        return false;
    }
  }

  std::string literal(const IValue& value) {
    if (!has_literal(value)) {
      if (!constants_) return "<" + value.type_text() + ">";
      constants_->push_back(value);
      return concat("constant#", constants_->size() - 1);
    }
    switch (value.tag()) {
      case IValue::Tag::kNone:
        return "None";
      case IValue::Tag::kBool:
        return value.as_bool() ? "True" : "False";
      case IValue::Tag::kInt:
        return concat(value.as_int());
      case IValue::Tag::kDouble:
        return float_repr(value.as_double());
      case IValue::Tag::kString:
        return quoted(value.as_string());
      case IValue::Tag::kDevice:
        return concat("device(", quoted(heddle::to_text(value.as_device())), ")");
      case IValue::Tag::kList:
        return sequence(value.as_list().items, "[", "]");
      default:
        return sequence(value.as_tuple().items, "(", ")");
    }
  }

  std::string sequence(const std::vector<IValue>& items, std::string_view open, std::string_view close) {
    std::vector<std::string> parts;
    for (const IValue& item : items) parts.push_back(literal(item));
    return concat(open, join(parts, ", "), close);
  }

  const PrintOptions options_;
  std::vector<IValue>* constants_;
  std::string out_;
  size_t next_ = 0;
  std::unordered_map<const Value*, std::string> names_;
  std::unordered_map<std::string, bool> used_;
};

}  // namespace

std::string to_text(const Graph& graph, const PrintOptions& options, std::vector<IValue>* constants) {
  return Printer(options, constants).graph(graph);
}

std::string to_text(const Node& node) { return Printer({}, nullptr).line(node); }

}  // namespace heddle::ir
