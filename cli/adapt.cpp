#include "cli/adapt.h"

#include <algorithm>
#include <charconv>

#include "core/boxes.h"
#include "core/class_type.h"

namespace heddle::cli {
namespace {

// The sizes of a nest of lists, going down its first items.
Dims sizes_of_nest(const IValue& value) {
  Dims sizes;
  for (const IValue* at = &value; at->is_list(); at = &at->as_list().items[0]) {
    sizes.push_back(static_cast<int64_t>(at->as_list().items.size()));
    if (at->as_list().items.empty()) break;
  }
  return sizes;
}

// Whether the nest has those sizes everywhere and numbers at its leaves, whose widest kind `dtype` becomes.
bool is_regular(const IValue& value, size_t depth, const Dims& sizes, DType& dtype) {
  if (depth == sizes.size()) {
    if (value.is_double()) dtype = DType::kFloat32;
    if (value.is_int() && dtype == DType::kBool) dtype = DType::kInt64;
    return value.is_double() || value.is_int() || value.is_bool();
  }
  if (!value.is_list() || static_cast<int64_t>(value.as_list().items.size()) != sizes[depth]) return false;
  const std::vector<IValue>& items = value.as_list().items;
  return std::all_of(items.begin(), items.end(),
                     [&](const IValue& item) { return is_regular(item, depth + 1, sizes, dtype); });
}

void fill_numbers(const IValue& value, const Tensor& tensor, int64_t& at) {
  if (value.is_list()) {
    for (const IValue& item : value.as_list().items) fill_numbers(item, tensor, at);
    return;
  }
  const Scalar number = value.as_scalar();
  if (tensor.dtype() == DType::kFloat32) {
    tensor.data<float>()[at++] = number.to<float>();
  } else if (tensor.dtype() == DType::kInt64) {
    tensor.data<int64_t>()[at++] = number.to_int();
  } else {
    tensor.data<bool>()[at++] = number.to_bool();
  }
}

IValue tensor_of_numbers(const IValue& value) {
  const Dims sizes = sizes_of_nest(value);
  DType dtype = DType::kBool;
  if (!is_regular(value, 0, sizes, dtype)) return value;
  // Without any number the type is torch's default one.
  const bool is_empty = sizes[sizes.size() - 1] == 0;
  Result<Tensor> tensor = Tensor::empty(sizes, is_empty ? DType::kFloat32 : dtype);
  if (!tensor.ok()) return value;
  int64_t at = 0;
  fill_numbers(value, *tensor, at);
  return IValue(std::move(*tensor));
}

IValue adapt_list(const IValue& value, const TypePtr& type) {
  std::vector<IValue> items;
  for (const IValue& item : value.as_list().items) {
    items.push_back(adapt_to_type(item, type->element()));
    if (!value_is(items.back(), *type->element())) return value;
  }
  return make_list(type->element(), std::move(items));
}

IValue adapt_tuple(const IValue& value, const TypePtr& type) {
  const std::vector<IValue>& given = value.is_list() ? value.as_list().items : value.as_tuple().items;
  if (given.size() != type->contained().size()) return value;
  std::vector<IValue> items;
  for (size_t i = 0; i < given.size(); ++i) items.push_back(adapt_to_type(given[i], type->contained()[i]));
  const bool named = dynamic_cast<const NamedTupleType*>(type.get()) != nullptr;
  return IValue(make_ref<TupleValue>(std::move(items), named ? type : nullptr));
}

IValue adapt_key(const IValue& key, const TypePtr& type) {
  if (!key.is_string() || !(type->is(TypeKind::kInt) || type->is(TypeKind::kFloat))) return key;
  const std::string& text = key.as_string();
  const char* end = text.data() + text.size();
  int64_t whole = 0;
  double real = 0;
  if (type->is(TypeKind::kInt)) {
    return std::from_chars(text.data(), end, whole).ptr == end ? IValue(whole) : key;
  }
  return std::from_chars(text.data(), end, real).ptr == end ? IValue(real) : key;
}

IValue adapt_dict(const IValue& value, const TypePtr& type) {
  const TypePtr& key_type = type->contained()[0];
  const TypePtr& value_type = type->contained()[1];
  auto dict = make_ref<DictValue>(key_type, value_type);
  for (const DictValue::Entry& entry : value.as_dict().entries()) {
    const IValue key = adapt_key(entry.key, key_type);
    const IValue item = adapt_to_type(entry.value, value_type);
    if (!value_is(key, *key_type) || !value_is(item, *value_type)) return value;
    dict->set(key, item);
  }
  return IValue(std::move(dict));
}

// A list stays a list where the union has one that fits, before it becomes a tensor; an int stays an int.
IValue adapt_to_member(const IValue& value, std::span<const TypePtr> members) {
  for (const bool same_kind : {true, false}) {
    for (const TypePtr& member : members) {
      IValue adapted = adapt_to_type(value, member);
      if (value_is(adapted, *member) && (!same_kind || adapted.tag() == value.tag())) return adapted;
    }
  }
  return value;
}

}  // namespace

IValue adapt_to_type(const IValue& value, const TypePtr& type) {
  switch (type->kind()) {
    case TypeKind::kTensor:
      return value.is_list() ? tensor_of_numbers(value) : value;
    case TypeKind::kFloat:
      return value.is_int() ? IValue(static_cast<double>(value.as_int())) : value;
    case TypeKind::kComplex:
      return value.is_int() || value.is_double() ? IValue(value.as_scalar().to_complex()) : value;
    case TypeKind::kDevice: {
      if (!value.is_string()) return value;
      const Result<Device> device = parse_device(value.as_string());
      return device.ok() ? IValue(device.value()) : value;
    }
    case TypeKind::kOptional:
      return value.is_none() ? value : adapt_to_type(value, without_none(type));
    case TypeKind::kUnion:
      return adapt_to_member(value, type->contained());
    case TypeKind::kList:
      return value.is_list() ? adapt_list(value, type) : value;
    case TypeKind::kTuple:
      return value.is_list() || value.is_tuple() ? adapt_tuple(value, type) : value;
    case TypeKind::kDict:
      return value.is_dict() ? adapt_dict(value, type) : value;
    default:
      return value;
  }
}

}  // namespace heddle::cli
