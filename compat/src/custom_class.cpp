#include "heddle_torch/custom_class.h"

#include <map>
#include <mutex>
#include <typeindex>

#include "archive/type_tags.h"
#include "compat/src/face.h"
#include "core/custom_object.h"
#include "schema/custom_class.h"
#include "schema/function_schema.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
namespace {

using Holder = c10::intrusive_ptr<torch::CustomClassHolder>;

// The program's object, as the library's custom objects hold it.
class HeldObject final : public heddle::RefCounted {
 public:
  explicit HeldObject(Holder held) : object(std::move(held)) {}
  const Holder object;
};

struct Classes {
  std::mutex mutex;
  std::map<std::type_index, std::string> names;  // entries stay where they are
};
Classes& classes() {
  static Classes& all = *new Classes();
  return all;
}

heddle::CustomObject* custom_object(const c10::IValue& v) {
  return v.isCapsule() ? dynamic_cast<heddle::CustomObject*>(&box_as<heddle::CapsuleValue>(v.box())) : nullptr;
}

std::string default_text(const c10::IValue& v) {
  if (v.isNone()) return "None";
  if (v.isBool()) return v.toBool() ? "True" : "False";
  return heddle::repr_text(in(v));
}

// "(__torch__... self, int by=2) -> Tensor"
std::string method_signature(const std::string& class_name, const TypedOperator& typed,
                             const std::vector<MethodArgument>& arguments) {
  std::string text = "(" + class_name + " self";
  for (size_t i = 1; i < typed.arguments.size(); ++i) {
    text += ", " + typed.arguments[i] + " ";
    if (arguments.empty()) {
      text += "_" + std::to_string(i);
    } else {
      const MethodArgument& argument = arguments[i - 1];
      text += argument.name;
      if (argument.has_default) text += "=" + default_text(argument.default_value);
    }
  }
  return text + ") -> " + typed.results;
}

// A state as the type that set_state takes.
c10::IValue call_with_state(const TypedOperator& set_state, const heddle::TypePtr& type, const heddle::IValue& state) {
  const c10::IValue typed = out(value(heddle::archive::with_type(state, type)));
  return set_state.function(c10::ArrayRef<c10::IValue>(typed)).at(0);
}

template <class F>
auto as_result(F&& f) -> heddle::Result<decltype(f())> {
  try {
    return f();
  } catch (const std::exception& failure) {
    return heddle::error(heddle::ErrorCode::kBadArchive, failure.what());
  }
}

}  // namespace

void register_class(const std::string& name, const std::type_info& type) {
  {
    const std::lock_guard lock(classes().mutex);
    const auto [entry, is_new] = classes().names.emplace(type, name);
    TORCH_CHECK(is_new && !heddle::schema::find_custom_class(name), "Custom class with name ", name,
                " is already registered. Ensure that registration with torch::class_ is only called once.");
  }
  heddle::schema::register_custom_class(name, nullptr);
  register_operator(heddle::schema::custom_method(name, "__new__") + "() -> " + name,
                    [name](c10::ArrayRef<c10::IValue>) -> std::vector<c10::IValue> {
                      heddle::Ref<heddle::CapsuleValue> empty = heddle::make_ref<heddle::CustomObject>(name);
                      return {out(heddle::IValue(std::move(empty)))};
                    });
}

void register_method(const std::string& class_name, const std::string& method, TypedOperator typed,
                     const std::vector<MethodArgument>& arguments) {
  TORCH_CHECK(!typed.arguments.empty(), "the method ", method, " of ", class_name, " has to take the object first");
  TORCH_CHECK(arguments.empty() || arguments.size() == typed.arguments.size() - 1,
              "Default values must be specified for none or all arguments");
  register_operator(heddle::schema::custom_method(class_name, method) + method_signature(class_name, typed, arguments),
                    std::move(typed.function));
}

void register_static_method(const std::string& class_name, const std::string& method, TypedOperator typed) {
  register_operator(heddle::schema::custom_method(class_name, method) + typed.signature(), std::move(typed.function));
}

void register_pickle(const std::string& class_name, TypedOperator get_state, TypedOperator set_state) {
  TORCH_CHECK(get_state.arguments.size() == 1 && set_state.arguments.size() == 1, "def_pickle of ", class_name,
              ": getstate takes the object, setstate the state, and neither anything else");
  TORCH_CHECK(get_state.results == set_state.arguments[0], "def_pickle of ", class_name, ": getstate gives ",
              get_state.results, ", but setstate takes ", set_state.arguments[0]);
  const heddle::TypePtr type = value(heddle::schema::parse_schema_type(set_state.arguments[0]));
  const auto restore = [set_state, type](const heddle::IValue& state) {
    return as_result([&]() -> heddle::Ref<const heddle::RefCounted> {
      const c10::IValue made = call_with_state(set_state, type, state);
      return custom_object(made)->content;
    });
  };
  const auto save = [get_state](const heddle::IValue& object) {
    return as_result([&] {
      std::vector<c10::IValue> results = get_state.function(c10::ArrayRef<c10::IValue>(out_ref(object)));
      // A tuple is several results of an operator, and one state.
      if (get_state.results[0] == '(') return heddle::make_tuple(in(std::move(results)));
      return in(results.at(0));
    });
  };
  heddle::schema::register_custom_class(class_name, restore, save);
  TypedOperator initialize;
  initialize.arguments = {class_name, set_state.arguments[0]};
  initialize.results = "()";
  initialize.function = [set_state](c10::ArrayRef<c10::IValue> arguments) -> std::vector<c10::IValue> {
    const c10::IValue made = set_state.function(arguments.slice(1)).at(0);
    custom_object(arguments[0])->content = custom_object(made)->content;
    return {};
  };
  register_method(class_name, "__setstate__", std::move(initialize), {});
  register_method(class_name, "__getstate__", std::move(get_state), {});
}

void fill_object(const c10::IValue& object, Holder content) {
  heddle::CustomObject* empty = custom_object(object);
  TORCH_CHECK(empty, "an object of a custom class was expected, not ", object.tagKind());
  empty->content = heddle::make_ref<HeldObject>(std::move(content));
}

const std::string& class_name_of(const std::type_info& type) {
  const std::lock_guard lock(classes().mutex);
  const auto found = classes().names.find(type);
  TORCH_CHECK(found != classes().names.end(), "Can't find class id in custom class type map for ", type.name());
  return found->second;
}

c10::IValue box_object(const std::type_info& type, Holder object) {
  heddle::Ref<const heddle::RefCounted> held = heddle::make_ref<HeldObject>(std::move(object));
  heddle::Ref<heddle::CapsuleValue> box = heddle::make_ref<heddle::CustomObject>(class_name_of(type), std::move(held));
  return out(heddle::IValue(std::move(box)));
}

torch::CustomClassHolder* object_in(const c10::IValue& v, const std::type_info& type) {
  const std::string& wanted = class_name_of(type);
  const heddle::CustomObject* object = custom_object(v);
  TORCH_CHECK(object, "Tried to cast IValue to custom class but it did not contain a custom class!");
  TORCH_CHECK(object->class_name == wanted, "Tried to convert an IValue of type ", object->class_name,
              " to custom class type ", wanted);
  const auto* held = dynamic_cast<const HeldObject*>(object->content.get());
  TORCH_CHECK(held && held->object, "the object of ", wanted, " holds nothing: its __init__ has not run");
  return held->object.get();
}

HEDDLE_TORCH_END
}  // namespace heddle_torch
