#include "ir/parser.h"

#include <algorithm>
#include <map>

#include "core/boxes.h"
#include "ir/cursor.h"

namespace heddle::ir {
namespace {

class Reader {
 public:
  Reader(std::string_view text, const CompilationUnit* unit, const std::vector<IValue>& constants)
      : cursor_(text), unit_(unit), constants_(constants), graph_(std::make_unique<Graph>()) {}

  Result<std::unique_ptr<Graph>> graph() {
    HEDDLE_TRY(cursor_.expect("graph"));
    HEDDLE_TRY(inputs(graph_->block()));
    HEDDLE_TRY(nodes(graph_->block(), "return"));
    HEDDLE_TRY(cursor_.expect("return"));
    HEDDLE_TRY(outputs(graph_->block()));
    if (!cursor_.at_end()) return cursor_.fail("the end of the graph");
    return std::move(graph_);
  }

 private:
  struct Declared {
    std::string name;
    TypePtr type;
  };

  // "%a : T, %b : U" up to a token that cannot go on.
  Result<std::vector<Declared>> declarations() {
    std::vector<Declared> out;
    while (cursor_.peek("%")) {
      Declared value;
      value.name = HEDDLE_TRY(value_name());
      HEDDLE_TRY(cursor_.expect(":"));
      value.type = HEDDLE_TRY(read_type(cursor_, unit_));
      out.push_back(std::move(value));
      if (!cursor_.accept(",")) break;
    }
    return out;
  }

  Result<std::string> value_name() {
    HEDDLE_TRY(cursor_.expect("%"));
    return std::string(HEDDLE_TRY(cursor_.word(".")));
  }

  Result<Value*> value() {
    const std::string name = HEDDLE_TRY(value_name());
    const auto found = values_.find(name);
    if (found == values_.end()) return cursor_.fail("a value defined before, not %", name);
    return found->second;
  }

  void define(const Declared& declared, Value* value) {
    values_[declared.name] = value;
    if (std::isdigit(static_cast<unsigned char>(declared.name[0]))) return;
    // The printer numbers the second value of a name: "%x.3" is another x.
    value->set_name(std::string_view(declared.name).substr(0, declared.name.find('.')));
  }

  Status inputs(Block* block) {
    HEDDLE_TRY(cursor_.expect("("));
    for (const Declared& declared : HEDDLE_TRY(declarations())) define(declared, block->add_input(declared.type));
    HEDDLE_TRY(cursor_.expect(")"));
    return cursor_.expect(":");
  }

  Status outputs(Block* block) {
    HEDDLE_TRY(cursor_.expect("("));
    while (!cursor_.accept(")")) {
      block->add_output(HEDDLE_TRY(value()));
      if (!cursor_.peek(")")) HEDDLE_TRY(cursor_.expect(","));
    }
    return ok_status();
  }

  Status nodes(Block* block, std::string_view end) {
    while (!cursor_.peek(end)) {
      if (cursor_.at_end()) return cursor_.fail("'", end, "'");
      HEDDLE_TRY(node(block));
    }
    return ok_status();
  }

  Status node(Block* block) {
    const std::vector<Declared> results = HEDDLE_TRY(declarations());
    if (!results.empty()) HEDDLE_TRY(cursor_.expect("="));
    const std::string name(HEDDLE_TRY(cursor_.word(":.")));
    Node* node = graph_->create(HEDDLE_TRY(kind_of(name)));
    block->append(node);
    if (node->is(NodeKind::kOperator)) {
      const size_t dot = name.find('.');
      node->op = schema::operators().find(name.substr(0, dot), dot == name.npos ? "" : name.substr(dot + 1));
      if (!node->op) return cursor_.fail("an operator of the table, not ", name);
    }
    if (cursor_.accept("[")) HEDDLE_TRY(attributes(node));
    HEDDLE_TRY(cursor_.expect("("));
    while (!cursor_.accept(")")) {
      node->add_input(HEDDLE_TRY(value()));
      if (!cursor_.peek(")")) HEDDLE_TRY(cursor_.expect(","));
    }
    while (cursor_.peek("block")) {
      HEDDLE_TRY(cursor_.word());
      HEDDLE_TRY(cursor_.enter());
      const std::map<std::string, Value*> outside = values_;
      Block* nested = node->add_block();
      HEDDLE_TRY(inputs(nested));
      HEDDLE_TRY(nodes(nested, "->"));
      HEDDLE_TRY(cursor_.expect("->"));
      HEDDLE_TRY(outputs(nested));
      values_ = outside;
      cursor_.leave();
    }
    for (const Declared& declared : results) define(declared, node->add_output(declared.type));
    if (node->output_count() == 1) settle_lists(node->constant, *node->output()->type());
    return ok_status();
  }

  // The text of an empty list does not tell what it may hold; the declaration does.
  static void settle_lists(const IValue& value, const Type& type) {
    if (value.is_list() && type.is(TypeKind::kList)) {
      const std::vector<IValue>& items = value.as_list().items;
      for (const IValue& item : items) settle_lists(item, *type.element());
      const auto fits = [&](const IValue& item) { return value_is(item, *type.element()); };
      if (std::all_of(items.begin(), items.end(), fits)) value.as_list().element_type = type.element();
    } else if (value.is_tuple() && type.is(TypeKind::kTuple)) {
      const std::vector<IValue>& items = value.as_tuple().items;
      for (size_t i = 0; i < std::min(items.size(), type.contained().size()); ++i) {
        settle_lists(items[i], *type.contained()[i]);
      }
    }
  }

  Result<NodeKind> kind_of(const std::string& name) {
    static const std::map<std::string_view, NodeKind> kinds = {
#define HEDDLE_NODE(kind, text, flags) {text, NodeKind::kind},
#include "ir/nodes.def"
#undef HEDDLE_NODE
    };
    const auto found = kinds.find(name);
    if (found != kinds.end() && found->second != NodeKind::kParam && found->second != NodeKind::kReturn)
      return found->second;
    if (name.find("::") == name.npos) return cursor_.fail("a node, not '", name, "'");
    return NodeKind::kOperator;
  }

  Status attributes(Node* node) {
    while (!cursor_.accept("]")) {
      const std::string_view key = HEDDLE_TRY(cursor_.word());
      HEDDLE_TRY(cursor_.expect("="));
      if (key == "value") {
        node->constant = HEDDLE_TRY(literal());
      } else if (key == "name") {
        node->name = HEDDLE_TRY(cursor_.string());
      } else if (key == "function") {
        const std::string name = HEDDLE_TRY(cursor_.string());
        node->function = unit_ ? unit_->find_function(name) : nullptr;
        if (!node->function) return cursor_.fail("a known function, not ", name);
      } else if (key == "types") {
        HEDDLE_TRY(cursor_.expect("["));
        while (!cursor_.accept("]")) {
          node->types.push_back(HEDDLE_TRY(read_type(cursor_, unit_)));
          cursor_.accept(",");
        }
      } else if (key == "integers") {
        const IValue list = HEDDLE_TRY(literal());
        if (!value_is(list, *types::list(types::integer())) && !(list.is_list() && list.as_list().items.empty())) {
          return cursor_.fail("a list of integers");
        }
        for (const IValue& item : list.as_list().items) node->integers.push_back(item.as_int());
      } else {
        return cursor_.fail("an attribute, not '", key, "'");
      }
      cursor_.accept(",");
    }
    return ok_status();
  }

  Result<std::vector<IValue>> literals(std::string_view close) {
    std::vector<IValue> items;
    HEDDLE_TRY(cursor_.enter());
    while (!cursor_.accept(close)) {
      items.push_back(HEDDLE_TRY(literal()));
      if (!cursor_.peek(close)) HEDDLE_TRY(cursor_.expect(","));
    }
    cursor_.leave();
    return items;
  }

  Result<IValue> literal() {
    if (cursor_.accept("[")) {
      std::vector<IValue> items = HEDDLE_TRY(literals("]"));
      const TypePtr element = items.empty() ? types::any() : items[0].type();
      return make_list(element, std::move(items));
    }
    if (cursor_.accept("(")) return make_tuple(HEDDLE_TRY(literals(")")));
    if (cursor_.peek("'") || cursor_.peek("\"")) return IValue(HEDDLE_TRY(cursor_.string()));
    const std::string_view word = HEDDLE_TRY(cursor_.word(".+-#"));
    if (word == "None") return IValue();
    if (word == "True") return IValue(true);
    if (word == "False") return IValue(false);
    if (word == "device") {
      HEDDLE_TRY(cursor_.expect("("));
      const Device device = HEDDLE_TRY(parse_device(HEDDLE_TRY(cursor_.string())));
      HEDDLE_TRY(cursor_.expect(")"));
      return IValue(device);
    }
    const char* end = word.data() + word.size();
    int64_t integer = 0;
    if (word.starts_with("constant#")) {
      std::from_chars(word.data() + 9, end, integer);
      if (integer < 0 || integer >= static_cast<int64_t>(constants_.size()))
        return cursor_.fail("a constant that was given, not ", word);
      return constants_[static_cast<size_t>(integer)];
    }
    if (auto r = std::from_chars(word.data(), end, integer); r.ec == std::errc() && r.ptr == end)
      return IValue(integer);
    double real = 0;
    if (auto r = std::from_chars(word.data(), end, real); r.ec == std::errc() && r.ptr == end) return IValue(real);
    return cursor_.fail("a literal, not '", word, "'");
  }

  Cursor cursor_;
  const CompilationUnit* unit_;
  const std::vector<IValue>& constants_;
  std::unique_ptr<Graph> graph_;
  std::map<std::string, Value*> values_;
};

}  // namespace

Result<std::unique_ptr<Graph>> parse_graph(std::string_view text, const CompilationUnit* unit,
                                           const std::vector<IValue>& constants) {
  return Reader(text, unit, constants).graph();
}

}  // namespace heddle::ir
