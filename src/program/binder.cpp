#include "program/binder.h"

#include "archive/type_tags.h"
#include "core/custom_object.h"
#include "schema/custom_class.h"

namespace heddle::program {
namespace {

Status fill_slots(ObjectValue& object, const IValue& state) {
  const ClassType& type = *object.class_type;
  HEDDLE_REQUIRE_CODE(state.is_dict(), kBadArchive, "the state of a ", type.qualified_name(), " is a ",
                      state.type_text(), "; expected a dict of its attributes");
  DictValue& values = state.as_dict();
  for (size_t i = 0; i < object.slots.size(); ++i) {
    const ClassAttribute& attribute = type.attributes[i];
    const IValue* value = values.find(IValue(attribute.name));
    if (!value) {
      HEDDLE_REQUIRE_CODE(admits_none(*attribute.type), kBadArchive, "the state of ", type.qualified_name(),
                          " lacks attribute '", attribute.name, "' of type ", attribute.type->to_text());
      continue;
    }
    Result<IValue> typed = archive::with_type(*value, attribute.type);
    if (!typed.ok()) {
      return error(ErrorCode::kBadArchive, "attribute '", attribute.name, "' of ", type.qualified_name(),
                   " should be of type ", attribute.type->to_text(), ": ", typed.status().message());
    }
    object.slots[i] = std::move(typed).value();
  }
  return ok_status();
}

Status restore_custom(CapsuleValue& capsule, const IValue& state) {
  auto* object = dynamic_cast<CustomObject*>(&capsule);
  HEDDLE_REQUIRE_CODE(object, kBadArchive, "a state is given to a value of type ", capsule.class_name);
  const schema::CustomClass& type = *schema::find_custom_class(object->class_name);
  HEDDLE_REQUIRE_CODE(type.restore, kBadArchive, "the archive has a state for the custom class ", type.name,
                      ", which was registered without def_pickle");
  object->content = HEDDLE_TRY(type.restore(state));
  return ok_status();
}

}  // namespace

Result<IValue> Binder::new_object(const std::string& qualified_name) {
  if (schema::is_custom_class_name(qualified_name)) {
    HEDDLE_REQUIRE_CODE(
        schema::find_custom_class(qualified_name), kUnsupported, "the archive holds an object of the custom class ",
        qualified_name.substr(std::string_view("__torch__.torch.classes.").size()), ", which Heddle does not have");
    return IValue(Ref<CapsuleValue>(make_ref<CustomObject>(qualified_name)));
  }
  const TypePtr type = HEDDLE_TRY(find_type_(qualified_name));
  HEDDLE_REQUIRE_CODE(type && type->is(TypeKind::kClass), kBadArchive, "the archive holds an object of ",
                      qualified_name, ", but its code defines no such class");
  auto mutable_type = Ref<ClassType>::share(const_cast<ClassType*>(as_class(*type)));
  return IValue(make_ref<ObjectValue>(std::move(mutable_type), owner_));
}

Status Binder::set_state(const IValue& object, IValue state) {
  if (object.is_capsule()) return restore_custom(object.as_capsule(), state);
  HEDDLE_REQUIRE_CODE(object.is_object(), kBadArchive, "a state is given to a value of type ", object.type_text());
  ObjectValue& target = object.as_object();
  if (target.class_type->find_method("__setstate__")) {
    pending_.emplace_back(object, std::move(state));
    return ok_status();
  }
  return fill_slots(target, state);
}

Result<IValue> Binder::make_enum(const std::string& qualified_name, IValue value) {
  const TypePtr type = HEDDLE_TRY(find_type_(qualified_name));
  const EnumType* found = type ? as_enum(*type) : nullptr;
  HEDDLE_REQUIRE_CODE(found, kBadArchive, "the archive holds a member of ", qualified_name,
                      ", but its code defines no such enum");
  for (size_t i = 0; i < found->members().size(); ++i) {
    const Result<bool> same = values_equal(found->members()[i].value, value);
    if (same.ok() && same.value()) return IValue(make_ref<EnumValue>(Ref<const EnumType>::share(found), i));
  }
  return error(ErrorCode::kBadArchive, "enum ", qualified_name, " has no member with the value ", to_text(value));
}

Result<IValue> Binder::restore_type(IValue value, const std::string& type) {
  const TypePtr wanted = HEDDLE_TRY(find_type_(type));
  HEDDLE_REQUIRE_CODE(wanted, kBadArchive, "unknown type ", type, " in a pickle");
  return archive::with_type(std::move(value), wanted);
}

Status Binder::run_pending(const RunMethod& run) {
  for (auto& [object, state] : pending_) {
    const ClassType& type = *object.as_object().class_type;
    HEDDLE_TRY(run(type.find_method("__setstate__"), object, std::move(state)));
    for (size_t i = 0; i < type.attributes.size(); ++i) {
      const ClassAttribute& attribute = type.attributes[i];
      HEDDLE_REQUIRE_CODE(value_is(object.as_object().slots[i], *attribute.type), kBadArchive, "__setstate__ of ",
                          type.qualified_name(), " left attribute '", attribute.name, "' without a value of type ",
                          attribute.type->to_text());
    }
  }
  pending_.clear();
  return ok_status();
}

}  // namespace heddle::program
