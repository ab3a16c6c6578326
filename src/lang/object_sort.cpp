#include "lang/object_sort.h"

#include "core/class_type.h"
#include "lang/class_definer.h"
#include "lang/parser.h"

namespace heddle::lang {
namespace {

// Stable, as Python's sort is; by insertion, since lists of objects in a model are short.
constexpr const char* kSource = R"(def sort(items: List[Element], reverse: bool=False) -> None:
  for i in range(1, len(items)):
    item = items[i]
    at = i
    moving = True
    while moving:
      moving = False
      if at > 0:
        other = items[at - 1]
        if reverse:
          moving = other < item
        else:
          moving = item < other
        if moving:
          items[at] = other
          at = at - 1
    items[at] = item
)";

// Knows one name: the class whose objects are sorted.
class ElementResolver final : public Resolver {
 public:
  ElementResolver(ir::CompilationUnit& unit, TypePtr element) : Resolver(unit), element_(std::move(element)) {}
  Result<Ref<SugaredValue>> find_value(const std::string&, const SourceRange&) override { return Ref<SugaredValue>(); }
  Result<TypePtr> find_type(const std::string& name, const SourceRange&) override {
    return name == "Element" ? element_ : TypePtr();
  }
  bool tolerates_missing_operators() const override { return false; }

 private:
  TypePtr element_;
};

// The sort of one class, compiled once a program.
Result<Ref<ir::Function>> sort_function(ir::CompilationUnit& unit, const ClassType& element) {
  const std::string name = concat("__heddle__.sort.", element.qualified_name());
  if (Ref<ir::Function> known = unit.find_function(name)) return known;
  static const Ref<const Source> source = make_ref<Source>("<sort>", kSource);
  const std::shared_ptr<const File> file = HEDDLE_TRY(parse_file(source));
  const auto resolver = make_ref<ElementResolver>(unit, TypePtr::share(&element));
  Ref<ir::Function> function =
      HEDDLE_TRY(define_function({file, &as<FunctionDef>(*file->body[0]), name}, nullptr, resolver));
  unit.add_function(function);
  return function;
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
  const ClassType* element = list->type()->is(TypeKind::kList) ? as_class(*list->type()->element()) : nullptr;
  if (!element) return nullptr;
  if (!element->find_method("__lt__")) {
    return error_at(range, "To sort a list of ", element->qualified_name(), " its class must define __lt__");
  }
  if (!in_place) list = HEDDLE_TRY(emitter.call_operator("aten::list", {list}, range));
  ir::Value* sorted = list;
  const Ref<ir::Function> function = HEDDLE_TRY(sort_function(emitter.resolver().unit(), *element));
  ir::Value* none = HEDDLE_TRY(emitter.call_function(*function, std::move(call), range));
  return in_place ? none : sorted;
}

}  // namespace heddle::lang
