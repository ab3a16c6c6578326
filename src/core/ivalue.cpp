#include "core/ivalue.h"

#include <algorithm>

#include "core/boxes.h"
#include "core/custom_object.h"
#include "core/future.h"
#include "core/generator.h"

namespace heddle {

template <class T>
IValue IValue::boxed(Tag tag, Ref<T> v) {
  return v ? IValue(tag, v.leak()) : IValue();
}

IValue::IValue(std::complex<double> v) : IValue(boxed(Tag::kComplex, make_ref<ComplexValue>(v))) {}
IValue::IValue(std::string v) : IValue(boxed(Tag::kString, make_ref<StringValue>(std::move(v)))) {}
IValue::IValue(Ref<StringValue> v) : IValue(boxed(Tag::kString, std::move(v))) {}
IValue::IValue(Ref<ListValue> v) : IValue(boxed(Tag::kList, std::move(v))) {}
IValue::IValue(Ref<DictValue> v) : IValue(boxed(Tag::kDict, std::move(v))) {}
IValue::IValue(Ref<TupleValue> v) : IValue(boxed(Tag::kTuple, std::move(v))) {}
IValue::IValue(Ref<ObjectValue> v) : IValue(boxed(Tag::kObject, std::move(v))) {}
IValue::IValue(Ref<EnumValue> v) : IValue(boxed(Tag::kEnum, std::move(v))) {}
IValue::IValue(Ref<FutureValue> v) : IValue(boxed(Tag::kFuture, std::move(v))) {}
IValue::IValue(Ref<FunctionValue> v) : IValue(boxed(Tag::kFunction, std::move(v))) {}
IValue::IValue(Ref<GeneratorValue> v) : IValue(boxed(Tag::kGenerator, std::move(v))) {}
IValue::IValue(Ref<StorageValue> v) : IValue(boxed(Tag::kStorage, std::move(v))) {}
IValue::IValue(Ref<CapsuleValue> v) : IValue(boxed(Tag::kCapsule, std::move(v))) {}

IValue::IValue(const Scalar& v) : IValue() {
  switch (v.kind()) {
    case Scalar::Kind::kInt:
      *this = IValue(v.to_int());
      break;
    case Scalar::Kind::kDouble:
      *this = IValue(v.to_double());
      break;
    case Scalar::Kind::kBool:
      *this = IValue(v.to_bool());
      break;
    case Scalar::Kind::kComplex:
      *this = IValue(v.to_complex());
      break;
  }
}

std::complex<double> IValue::as_complex() const { return static_cast<ComplexValue*>(payload_.reference)->value; }
const std::string& IValue::as_string() const { return static_cast<StringValue*>(payload_.reference)->text; }
FutureValue& IValue::as_future() const { return static_cast<FutureValue&>(*payload_.reference); }
FunctionValue& IValue::as_function() const { return static_cast<FunctionValue&>(*payload_.reference); }
GeneratorValue& IValue::as_generator() const { return static_cast<GeneratorValue&>(*payload_.reference); }
StorageValue& IValue::as_storage() const { return static_cast<StorageValue&>(*payload_.reference); }
CapsuleValue& IValue::as_capsule() const { return static_cast<CapsuleValue&>(*payload_.reference); }

Scalar IValue::as_scalar() const {
  switch (tag_) {
    case Tag::kBool:
      return Scalar(as_bool());
    case Tag::kInt:
      return Scalar(as_int());
    case Tag::kDouble:
      return Scalar(as_double());
    default:
      return Scalar(as_complex());
  }
}

TypePtr IValue::type() const {
  switch (tag_) {
    case Tag::kNone:
      return types::none();
    case Tag::kBool:
      return types::boolean();
    case Tag::kInt:
      return types::integer();
    case Tag::kDouble:
      return types::floating();
    case Tag::kDevice:
      return types::device();
    case Tag::kTensor:
      return types::tensor();
    case Tag::kComplex:
      return types::complex();
    case Tag::kString:
      return types::string();
    case Tag::kList:
      return types::list(as_list().element_type);
    case Tag::kDict:
      return types::dict(as_dict().key_type, as_dict().value_type);
    case Tag::kTuple: {
      const TupleValue& tuple = as_tuple();
      if (tuple.named_type) return tuple.named_type;
      std::vector<TypePtr> elements;
      for (const IValue& item : tuple.items) elements.push_back(item.type());
      return types::tuple(std::move(elements));
    }
    case Tag::kObject:
      return as_object().class_type;
    case Tag::kEnum:
      return as_enum().enum_type;
    case Tag::kFuture:
      return types::future(as_future().element_type);
    case Tag::kFunction:
      return make_ref<FunctionType>(as_function().function);
    case Tag::kGenerator:
      return types::generator();
    case Tag::kStorage:
      return types::storage();
    case Tag::kCapsule:
      if (const auto* object = dynamic_cast<const CustomObject*>(&as_capsule())) {
        return make_ref<ClassType>(object->class_name, /*is_module=*/false);
      }
      return types::capsule();
  }
  return types::unknown();
}

namespace {

// A list that does not know its element type (made outside TorchScript) is judged by its items.
bool items_are(std::span<const IValue> items, const Type& type) {
  return std::all_of(items.begin(), items.end(), [&](const IValue& item) { return value_is(item, type); });
}

bool says_nothing(const Type& type) { return type.is(TypeKind::kAny) || type.is(TypeKind::kUnknown); }

bool list_is(const ListValue& list, const Type& element) {
  if (same_type(*list.element_type, element)) return true;
  return says_nothing(*list.element_type) && items_are(list.items, element);
}

bool dict_is(const DictValue& dict, const Type& key, const Type& value) {
  if (same_type(*dict.key_type, key) && same_type(*dict.value_type, value)) return true;
  if (!says_nothing(*dict.key_type) && !says_nothing(*dict.value_type)) return false;
  return std::all_of(dict.entries().begin(), dict.entries().end(), [&](const DictValue::Entry& entry) {
    return value_is(entry.key, key) && value_is(entry.value, value);
  });
}

bool is_custom_object(const IValue& value, const ClassType& type) {
  const auto* object = dynamic_cast<const CustomObject*>(&value.as_capsule());
  return object && object->class_name == type.qualified_name();
}

bool tuple_is(const TupleValue& tuple, const Type& type) {
  if (as_named_tuple(type) && !(tuple.named_type && is_subtype(*tuple.named_type, type))) return false;
  const std::span<const TypePtr> elements = type.contained();
  return std::equal(tuple.items.begin(), tuple.items.end(), elements.begin(), elements.end(),
                    [](const IValue& item, const TypePtr& element) { return value_is(item, *element); });
}

}  // namespace

bool value_is(const IValue& value, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kAny:
    case TypeKind::kUnknown:
    case TypeKind::kVariable:
      return true;
    case TypeKind::kNone:
      return value.is_none();
    case TypeKind::kTensor:
      return value.is_tensor();
    case TypeKind::kBool:
      return value.is_bool();
    case TypeKind::kInt:
      return value.is_int();
    case TypeKind::kFloat:
      return value.is_double();
    case TypeKind::kComplex:
      return value.is_complex();
    case TypeKind::kNumber:
      return value.is_number() && !value.is_bool();
    case TypeKind::kString:
      return value.is_string();
    case TypeKind::kDevice:
      return value.is_device();
    case TypeKind::kGenerator:
      return value.is_generator();
    case TypeKind::kStorage:
      return value.is_storage();
    case TypeKind::kStream:
      return false;
    case TypeKind::kCapsule:
      return value.is_capsule();
    case TypeKind::kFunction:
      return value.is_function();
    case TypeKind::kAnyList:
      return value.is_list();
    case TypeKind::kAnyTuple:
      return value.is_tuple();
    case TypeKind::kAnyEnum:
      return value.is_enum();
    case TypeKind::kList:
      return value.is_list() && list_is(value.as_list(), *type.element());
    case TypeKind::kDict:
      return value.is_dict() && dict_is(value.as_dict(), *type.contained()[0], *type.contained()[1]);
    case TypeKind::kTuple:
      return value.is_tuple() && tuple_is(value.as_tuple(), type);
    case TypeKind::kOptional:
      return value.is_none() || value_is(value, *type.element());
    case TypeKind::kUnion:
      return std::any_of(type.contained().begin(), type.contained().end(),
                         [&](const TypePtr& member) { return value_is(value, *member); });
    case TypeKind::kFuture:
    case TypeKind::kAwait:
      return value.is_future() && is_subtype(*value.as_future().element_type, *type.element());
    case TypeKind::kClass:
    case TypeKind::kInterface:
      if (value.is_capsule()) return type.is(TypeKind::kClass) && is_custom_object(value, *as_class(type));
      return value.is_object() && is_subtype(*value.as_object().class_type, type);
    case TypeKind::kEnum:
      return value.is_enum() && value.as_enum().enum_type.get() == &type;
  }
  return false;
}

}  // namespace heddle
