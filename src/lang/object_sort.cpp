#include "lang/object_sort.h"

#include <algorithm>

#include "core/class_type.h"
#include "lang/callables.h"
#include "lang/class_definer.h"
#include "lang/parser.h"

namespace heddle::lang {
namespace {

// Stable, as Python's sort is; by insertion, since lists of objects in a model are short.
constexpr const char* kSort = R"(def sort(items: List[Element], reverse: bool=False) -> None:
  for i in range(1, len(items)):
    item = items[i]
    at = i
    moving = True
    while moving:
      moving = False
      if at > 0:
        other = items[at - 1]
        if reverse:
          moving = LESS(other, item)
        else:
          moving = LESS(item, other)
        if moving:
          items[at] = other
          at = at - 1
    items[at] = item
)";

constexpr const char* kUnsortable = R"(def sort(items: List[Element], reverse: bool=False) -> None:
  assert False, "To sort a list of NAME its class must define __lt__"
)";

bool has_order(const ClassType& type) {
  const Ref<Callable> less = type.find_method("__lt__");
  if (!less) return false;
  const schema::FunctionSchema& schema = ir::as_function(less).schema;
  if (schema.arguments.size() != 2 || !same_type(*schema.arguments[1].type, type)) return false;
  return schema.returns.empty() || schema.returns[0].type->is(TypeKind::kBool);
}

const ClassType* class_without_order(const Type& element) {
  const auto lacks_order = [](const Type& type) {
    const ClassType* object = as_class(type);
    return object && !has_order(*object) ? object : nullptr;
  };
  if (!element.is(TypeKind::kTuple)) return lacks_order(element);
  for (const TypePtr& part : element.contained()) {
    if (const ClassType* found = lacks_order(*part)) return found;
  }
  return nullptr;
}

// Tuples differ by their first parts that are not equal; an object equals itself only.
std::string less_source(const Type& element) {
  if (!element.is(TypeKind::kTuple)) {
    return "def less(a: Element, b: Element) -> bool:\n  return a < b\n";
  }
  std::string source = "def less(a: Element, b: Element) -> bool:\n";
  for (size_t i = 0; i < element.contained().size(); ++i) {
    const Type& part = *element.contained()[i];
    const std::string a = concat("a[", i, "]");
    const std::string b = concat("b[", i, "]");
    const bool is_bool = part.is(TypeKind::kBool);
    source += concat("  if ", a, as_class(part) ? " is not " : " != ", b, ":\n    return ");
    source += is_bool ? concat("int(", a, ") < int(", b, ")\n") : concat(a, " < ", b, "\n");
  }
  return source + "  return False\n";
}

// Knows two names: the type of what is sorted, and how it is ordered.
class ElementResolver final : public Resolver {
 public:
  ElementResolver(ir::CompilationUnit& unit, TypePtr element, Ref<ir::Function> less)
      : Resolver(unit), element_(std::move(element)), less_(std::move(less)) {}
  Result<Ref<SugaredValue>> find_value(const std::string& name, const SourceRange&) override {
    if (name == "LESS" && less_) return Ref<SugaredValue>(make_ref<FunctionSugar>(less_));
    return Ref<SugaredValue>();
  }
  Result<TypePtr> find_type(const std::string& name, const SourceRange&) override {
    return name == "Element" ? element_ : TypePtr();
  }
  bool tolerates_missing_operators() const override { return false; }

 private:
  TypePtr element_;
  Ref<ir::Function> less_;
};

Result<Ref<ir::Function>> define(ir::CompilationUnit& unit, const std::string& name, const std::string& text,
                                 const TypePtr& element, Ref<ir::Function> less) {
  const std::shared_ptr<const File> file = HEDDLE_TRY(parse_file(make_ref<Source>("<sort>", text)));
  const auto resolver = make_ref<ElementResolver>(unit, element, std::move(less));
  Ref<ir::Function> function =
      HEDDLE_TRY(define_function({file, &as<FunctionDef>(*file->body[0]), name}, nullptr, resolver));
  unit.add_function(function);
  return function;
}

// The sort of one type of elements, compiled once a program.
Result<Ref<ir::Function>> sort_function(ir::CompilationUnit& unit, const TypePtr& element) {
  const std::string name = concat("__heddle__.sort.", element->to_text());
  if (Ref<ir::Function> known = unit.find_function(name)) return known;
  if (const ClassType* unsortable = class_without_order(*element)) {
    std::string text = kUnsortable;
    text.replace(text.find("NAME"), 4, unsortable->qualified_name());
    return define(unit, name, text, element, nullptr);
  }
  Ref<ir::Function> less = HEDDLE_TRY(define(unit, name + ".less", less_source(*element), element, nullptr));
  return define(unit, name, kSort, element, std::move(less));
}

// Of a class, or a tuple that holds objects of one.
bool holds_objects(const Type& element) {
  if (as_class(element)) return true;
  if (!element.is(TypeKind::kTuple)) return false;
  const std::span<const TypePtr> parts = element.contained();
  return std::any_of(parts.begin(), parts.end(), [](const TypePtr& part) { return as_class(*part) != nullptr; });
}

}  // namespace

Result<ir::Value*> emit_object_sort(FunctionEmitter& emitter, const std::string& operator_name,
                                    const CallArguments& arguments, const SourceRange& range) {
  const bool in_place = operator_name == "aten::sort";
  if (!in_place && operator_name != "aten::sorted") return nullptr;
  CallArguments call = arguments;
  if (call.self) {
    call.positional.insert(call.positional.begin(), *call.self);
    call.self.reset();
  }
  if (call.positional.empty()) return nullptr;
  ir::Value*& list = call.positional[0].value;
  if (!list->type()->is(TypeKind::kList) || !holds_objects(*list->type()->element())) return nullptr;
  const TypePtr element = list->type()->element();
  if (!in_place) list = HEDDLE_TRY(emitter.call_operator("aten::list", {list}, range));
  ir::Value* sorted = list;
  const Ref<ir::Function> function = HEDDLE_TRY(sort_function(emitter.resolver().unit(), element));
  ir::Value* none = HEDDLE_TRY(emitter.call_function(*function, std::move(call), range));
  return in_place ? none : sorted;
}

}  // namespace heddle::lang
