#include "heddle_torch/type.h"

#include "compat/src/face.h"
#include "core/class_type.h"
#include "schema/function_schema.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
using heddle_torch::in;
using heddle_torch::out;

namespace {

using Kind = heddle::TypeKind;

struct KindRow {
  Kind ours;
  TypeKind theirs;
};
constexpr KindRow kKinds[] = {
    {Kind::kAny, TypeKind::AnyType},           {Kind::kUnknown, TypeKind::AnyType},
    {Kind::kNone, TypeKind::NoneType},         {Kind::kTensor, TypeKind::TensorType},
    {Kind::kBool, TypeKind::BoolType},         {Kind::kInt, TypeKind::IntType},
    {Kind::kFloat, TypeKind::FloatType},       {Kind::kComplex, TypeKind::ComplexType},
    {Kind::kNumber, TypeKind::NumberType},     {Kind::kString, TypeKind::StringType},
    {Kind::kDevice, TypeKind::DeviceObjType},  {Kind::kGenerator, TypeKind::GeneratorType},
    {Kind::kStorage, TypeKind::StorageType},   {Kind::kStream, TypeKind::StreamObjType},
    {Kind::kCapsule, TypeKind::CapsuleType},   {Kind::kList, TypeKind::ListType},
    {Kind::kDict, TypeKind::DictType},         {Kind::kTuple, TypeKind::TupleType},
    {Kind::kOptional, TypeKind::OptionalType}, {Kind::kUnion, TypeKind::UnionType},
    {Kind::kFuture, TypeKind::FutureType},     {Kind::kAwait, TypeKind::AwaitType},
    {Kind::kClass, TypeKind::ClassType},       {Kind::kInterface, TypeKind::InterfaceType},
    {Kind::kEnum, TypeKind::EnumType},         {Kind::kFunction, TypeKind::FunctionType},
    {Kind::kAnyList, TypeKind::AnyListType},   {Kind::kAnyTuple, TypeKind::AnyTupleType},
    {Kind::kAnyEnum, TypeKind::AnyEnumType},   {Kind::kVariable, TypeKind::VarType},
};

const heddle::Type& of(const Type* type) {
  return static_cast<const heddle::Type&>(*static_cast<const heddle::RefCounted*>(static_cast<const void*>(type)));
}

Kind kind_for(TypeKind kind) {
  for (const KindRow& row : kKinds)
    if (row.theirs == kind) return row.ours;
  TORCH_CHECK(false, "Heddle has no type of kind ", typeKindToString(kind));
  return Kind::kAny;
}

}  // namespace

const char* typeKindToString(TypeKind kind) {
  static constexpr const char* kNames[] = {
      "AnyType",        "EnumType",   "AnyEnumType",      "TensorType",  "StorageType",   "TupleType",
      "ListType",       "DictType",   "NumberType",       "FloatType",   "ComplexType",   "FutureType",
      "AwaitType",      "RRefType",   "IntType",          "NoneType",    "StringType",    "GeneratorType",
      "QuantizerType",  "BoolType",   "OptionalType",     "VarType",     "DeviceObjType", "StreamObjType",
      "FunctionType",   "ClassType",  "PyObjectType",     "CapsuleType", "InterfaceType", "QSchemeType",
      "ScalarTypeType", "LayoutType", "MemoryFormatType", "AnyListType", "AnyTupleType",  "AnyClassType",
      "SymIntType",     "UnionType",  "DynamicType"};
  return kNames[static_cast<size_t>(kind)];
}

TypeKind Type::kind() const {
  for (const KindRow& row : kKinds)
    if (row.ours == of(this).kind()) return row.theirs;
  return TypeKind::AnyType;
}
std::string Type::annotation_str() const { return of(this).to_text(); }
std::string Type::str() const {
  const std::vector<TypePtr> parts = containedTypes();
  switch (kind()) {
    case TypeKind::ListType:
      return parts[0]->str() + "[]";
    case TypeKind::OptionalType:
      return parts[0]->str() + "?";
    case TypeKind::DictType:
      return "Dict(" + parts[0]->str() + ", " + parts[1]->str() + ")";
    case TypeKind::FutureType:
      return "Future(" + parts[0]->str() + ")";
    case TypeKind::NumberType:
      return "Scalar";
    case TypeKind::TupleType: {
      if (name()) return *name();
      std::string text;
      for (const TypePtr& part : parts) text += (text.empty() ? "" : ", ") + part->str();
      return "(" + text + ")";
    }
    default:
      return annotation_str();
  }
}
bool Type::isSubtypeOf(const Type& o) const { return heddle::is_subtype(of(this), of(&o)); }
bool Type::is_module() const {
  const heddle::ClassType* type = heddle::as_class(of(this));
  return type && type->is_module();
}
std::vector<TypePtr> Type::containedTypes() const {
  std::vector<TypePtr> parts;
  for (const heddle::TypePtr& part : of(this).contained()) parts.push_back(out(part));
  return parts;
}
optional<std::string> Type::name() const {
  if (const auto* type = heddle::as_class(of(this))) return type->qualified_name();
  if (const auto* type = heddle::as_named_tuple(of(this))) return type->qualified_name();
  if (const auto* type = heddle::as_enum(of(this))) return type->qualified_name();
  return nullopt;
}

namespace {
const heddle::ClassType& class_of(const Type* type) {
  const heddle::ClassType* found = heddle::as_class(of(type));
  TORCH_CHECK(found, "expected ClassType but got ", typeKindToString(type->kind()));
  return *found;
}
}  // namespace
size_t Type::numAttributes() const { return class_of(this).attributes.size(); }
const std::string& Type::getAttributeName(size_t slot) const { return class_of(this).attributes.at(slot).name; }
TypePtr Type::getAttribute(size_t slot) const { return out(class_of(this).attributes.at(slot).type); }
bool Type::hasAttribute(const std::string& name) const { return class_of(this).find_attribute(name).has_value(); }

bool operator==(const Type& a, const Type& b) { return heddle::same_type(of(&a), of(&b)); }
std::ostream& operator<<(std::ostream& out, const Type& type) { return out << type.str(); }

TypePtr parseType(const std::string& text) { return out(heddle_torch::value(heddle::schema::parse_schema_type(text))); }
TypePtr heddle_simple_type(TypeKind kind) { return out(heddle::simple_type(kind_for(kind))); }
TypePtr heddle_container_type(TypeKind kind, const std::vector<TypePtr>& contained) {
  std::vector<heddle::TypePtr> parts;
  for (const TypePtr& part : contained) parts.push_back(in(part));
  if (kind == TypeKind::OptionalType) return out(heddle::types::optional(parts.at(0)));
  return out(heddle::TypePtr(heddle::make_ref<heddle::ContainerType>(kind_for(kind), std::move(parts))));
}

HEDDLE_TORCH_END
}  // namespace c10
