#include "heddle_torch/ivalue.h"

#include <ostream>

#include "compat/src/face.h"
#include "heddle/jit.h"
#include "heddle_torch/module.h"

namespace c10 {
HEDDLE_TORCH_BEGIN
using heddle_torch::box_as;
using heddle_torch::in;
using heddle_torch::out;
using heddle_torch::share_as;
using heddle_torch::to_handle;

IValue::IValue(complex<double> v) : IValue(out(heddle::IValue(std::complex<double>(v)))) {}
IValue::IValue(const Scalar& v) : IValue(out(heddle::IValue(in(v)))) {}
IValue::IValue(at::Generator v) noexcept : IValue(Tag::Generator, v.handle()) {}
IValue::IValue(c10::Storage v) noexcept
    : IValue(out(heddle::IValue(heddle::make_ref<heddle::StorageValue>(share_as<heddle::Storage>(v.handle().get()),
                                                                       heddle::DType::kUInt8)))) {}
IValue::IValue(std::string v) : IValue(out(heddle::IValue(std::move(v)))) {}
IValue::IValue(intrusive_ptr<ivalue::Tuple> v) : IValue(Tag::Tuple, heddle_torch::Handle::adopt(v.release())) {}
IValue::IValue(intrusive_ptr<ivalue::ConstantString> v)
    : IValue(Tag::String, heddle_torch::Handle::adopt(v.release())) {}
IValue::IValue(intrusive_ptr<ivalue::Future> v) : IValue(Tag::Future, heddle_torch::Handle::adopt(v.release())) {}
IValue::IValue(intrusive_ptr<ivalue::Object> v) : IValue(Tag::Object, heddle_torch::Handle::adopt(v.release())) {}
IValue::IValue(intrusive_ptr<ivalue::EnumHolder> v) : IValue(Tag::Enum, heddle_torch::Handle::adopt(v.release())) {}

namespace {
const char* tag_name(IValue::Tag tag) {
  static constexpr const char* kNames[] = {
      "None",        "Bool",  "Int",    "Double", "Device", "Tensor",   "ComplexDouble", "String",  "GenericList",
      "GenericDict", "Tuple", "Object", "Enum",   "Future", "Function", "Generator",     "Storage", "Capsule"};
  return kNames[static_cast<size_t>(tag)];
}
// As messages call them.
const char* wanted_name(IValue::Tag tag) {
  switch (tag) {
    case IValue::Tag::Bool:
      return "bool";
    case IValue::Tag::Int:
      return "int";
    case IValue::Tag::Double:
      return "double";
    default:
      return tag_name(tag);
  }
}
}  // namespace

std::string IValue::tagKind() const { return tag_name(tag_); }
void IValue::fail(Tag wanted) const {
  TORCH_CHECK(false, "Expected ", wanted_name(wanted), " but got ", tagKind());
  std::abort();
}

TypePtr IValue::type() const {
  if (isTensor()) return TensorType::get();
  return out(in(*this).type());
}
std::string IValue::toNone() const {
  check(Tag::None);
  return "None";
}
complex<double> IValue::toComplexDouble() const {
  check(Tag::ComplexDouble);
  return in(*this).as_complex();
}
Scalar IValue::toScalar() const {
  TORCH_CHECK(isScalar(), "IValue is not a Scalar");
  return out(in(*this).as_scalar());
}
intrusive_ptr<ivalue::ConstantString> IValue::toString() const {
  check(Tag::String);
  return intrusive_ptr<ivalue::ConstantString>::reclaim_copy(static_cast<ivalue::ConstantString*>(box()));
}
const std::string& IValue::toStringRef() const {
  check(Tag::String);
  return box_as<heddle::StringValue>(box()).text;
}
optional<std::reference_wrapper<const std::string>> IValue::toOptionalStringRef() const {
  if (isNone()) return nullopt;
  return std::cref(toStringRef());
}
intrusive_ptr<ivalue::Tuple> IValue::toTuple() const {
  check(Tag::Tuple);
  return intrusive_ptr<ivalue::Tuple>::reclaim_copy(static_cast<ivalue::Tuple*>(box()));
}
const ivalue::Tuple& IValue::toTupleRef() const {
  check(Tag::Tuple);
  return *static_cast<const ivalue::Tuple*>(box());
}
intrusive_ptr<ivalue::Future> IValue::toFuture() const {
  check(Tag::Future);
  return intrusive_ptr<ivalue::Future>::reclaim_copy(static_cast<ivalue::Future*>(box()));
}
at::Generator IValue::toGenerator() const {
  check(Tag::Generator);
  return at::Generator(heddle_torch::Handle::share(box()));
}
Storage IValue::toStorage() const {
  check(Tag::Storage);
  return Storage(to_handle(box_as<heddle::StorageValue>(box()).storage));
}
intrusive_ptr<ivalue::EnumHolder> IValue::toEnumHolder() const {
  check(Tag::Enum);
  return intrusive_ptr<ivalue::EnumHolder>::reclaim_copy(static_cast<ivalue::EnumHolder*>(box()));
}
intrusive_ptr<ivalue::Object> IValue::toObject() const {
  check(Tag::Object);
  return intrusive_ptr<ivalue::Object>::reclaim_copy(static_cast<ivalue::Object*>(box()));
}
const ivalue::Object& IValue::toObjectRef() const {
  check(Tag::Object);
  return *static_cast<const ivalue::Object*>(box());
}
bool IValue::isModule() const { return isObject() && box_as<heddle::ObjectValue>(box()).class_type->is_module(); }
torch::jit::Module IValue::toModule() const { return torch::jit::Module(toObject()); }
bool IValue::isCustomClass() const { return isCapsule(); }

List<IValue> IValue::toList() const {
  check(Tag::GenericList);
  return List<IValue>(heddle_torch::Handle::share(box()));
}
ArrayRef<IValue> IValue::toListRef() const {
  check(Tag::GenericList);
  return ArrayRef<IValue>(heddle_torch::list_data(box()), heddle_torch::list_size(box()));
}
bool IValue::is_list_of(TypeKind kind) const {
  return isList() && heddle_torch::list_element_type(box())->kind() == kind;
}
bool IValue::isOptionalTensorList() const {
  if (!is_list_of(TypeKind::OptionalType)) return false;
  return heddle_torch::list_element_type(box())->containedType(0)->kind() == TypeKind::TensorType;
}

namespace {
template <class T>
List<T> typed_list(const IValue& v, bool fits, const char* wanted) {
  TORCH_CHECK(fits || (v.isList() && heddle_torch::list_size(v.box()) == 0), "Expected ", wanted, " but got ",
              v.tagKind());
  return List<T>(heddle_torch::Handle::share(v.box()));
}
}  // namespace
List<int64_t> IValue::toIntList() const { return typed_list<int64_t>(*this, isIntList(), "IntList"); }
List<double> IValue::toDoubleList() const { return typed_list<double>(*this, isDoubleList(), "DoubleList"); }
List<bool> IValue::toBoolList() const { return typed_list<bool>(*this, isBoolList(), "BoolList"); }
List<at::Tensor> IValue::toTensorList() const { return typed_list<at::Tensor>(*this, isTensorList(), "TensorList"); }
List<optional<at::Tensor>> IValue::toOptionalTensorList() const {
  return typed_list<optional<at::Tensor>>(*this, isOptionalTensorList() || isTensorList(), "OptionalTensorList");
}
std::vector<int64_t> IValue::toIntVector() const { return toIntList().vec(); }
std::vector<double> IValue::toDoubleVector() const { return toDoubleList().vec(); }
std::vector<at::Tensor> IValue::toTensorVector() const { return toTensorList().vec(); }
Dict<IValue, IValue> IValue::toGenericDict() const {
  check(Tag::GenericDict);
  return Dict<IValue, IValue>(heddle_torch::Handle::share(box()));
}

bool IValue::is(const IValue& o) const { return in(*this).is_same(in(o)); }
IValue IValue::equals(const IValue& o) const { return heddle_torch::value(heddle::values_equal(in(*this), in(o))); }
bool IValue::isAliasOf(const IValue& o) const {
  if (isTensor() && o.isTensor() && box() && o.box()) {
    return in(*this).as_tensor().storage() == in(o).as_tensor().storage();
  }
  return isPtrType() && is(o);
}
const void* IValue::internalToPointer() const {
  TORCH_CHECK(isPtrType(), "Can only call internalToPointer() for pointer types");
  return box();
}

IValue IValue::copy() const {
  if (isList()) return toList().copy();
  if (isGenericDict()) return toGenericDict().copy();
  return *this;
}
IValue IValue::deepcopy() const {
  if (isTensor()) return toTensor().defined() ? IValue(toTensor().clone()) : IValue(at::Tensor());
  if (isList()) {
    List<IValue> list = toList().copy();
    for (size_t i = 0; i < list.size(); ++i) list.set(i, list.get(i).deepcopy());
    return list;
  }
  if (isTuple()) {
    std::vector<IValue> parts;
    for (const IValue& part : toTupleRef().elements()) parts.push_back(part.deepcopy());
    return ivalue::Tuple::create(std::move(parts));
  }
  if (isGenericDict()) {
    Dict<IValue, IValue> dict(toGenericDict().keyType(), toGenericDict().valueType());
    for (const auto& entry : toGenericDict()) dict.insert(entry.key().deepcopy(), entry.value().deepcopy());
    return dict;
  }
  if (isModule()) return toModule().deepcopy()._ivalue();
  return *this;
}
size_t IValue::hash(const IValue& v) { return std::hash<std::string>()(heddle::repr_text(in(v))); }

std::ostream& operator<<(std::ostream& out, const IValue& value) {
  if (value.isTensor() && !value.box()) return out << value.toTensor();
  return out << heddle::to_text(in(value));
}
std::ostream& IValue::repr(std::ostream& out, std::function<bool(std::ostream&, const IValue&)> custom) const {
  if (custom && custom(out, *this)) return out;
  return out << heddle::repr_text(in(*this));
}

HEDDLE_TORCH_END
}  // namespace c10
