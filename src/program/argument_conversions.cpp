#include "program/argument_conversions.h"

#include <optional>

#include "core/boxes.h"
#include "ops/common/copy.h"
#include "program/arguments.h"

namespace heddle::program {
namespace {

struct Number {
  Scalar value;
  bool from_tensor;
};

std::optional<Number> number_of(const IValue& value) {
  if (value.is_number()) return Number{value.as_scalar(), false};
  if (!value.is_tensor() || !value.as_tensor().defined() || value.as_tensor().numel() != 1) return std::nullopt;
  Result<Scalar> item = ops::item(value.as_tensor());
  if (!item.ok()) return std::nullopt;
  return Number{*item, true};
}

std::optional<IValue> to_int(const IValue& value) {
  const std::optional<Number> number = number_of(value);
  if (!number || number->value.is_complex()) return std::nullopt;
  constexpr double kLimit = 9223372036854775808.0;
  const double real = number->value.to_double();
  if (number->value.is_double() && !(number->from_tensor && real >= -kLimit && real < kLimit)) return std::nullopt;
  return IValue(number->value.to_int());
}

std::optional<IValue> to_float(const IValue& value) {
  const std::optional<Number> number = number_of(value);
  if (!number || number->value.is_complex()) return std::nullopt;
  return IValue(number->value.to_double());
}

std::optional<IValue> to_complex(const IValue& value) {
  const std::optional<Number> number = number_of(value);
  if (!number) return std::nullopt;
  return IValue(number->value.to_complex());
}

std::optional<IValue> to_bool(const IValue& value) {
  if (value.is_none()) return IValue(false);
  const std::optional<Number> number = number_of(value);
  if (!number) return std::nullopt;
  return IValue(number->value.to_bool());
}

std::optional<IValue> to_device(const IValue& value) {
  if (!value.is_string()) return std::nullopt;
  const Result<Device> device = parse_device(value.as_string());
  if (!device.ok()) return std::nullopt;
  return IValue(*device);
}

bool convert_all(std::vector<IValue>& items, const TypePtr& type) {
  for (IValue& item : items) {
    if (!convert_value(item, type)) return false;
  }
  return true;
}

std::optional<IValue> to_list(const IValue& value, const TypePtr& element) {
  if (!value.is_list() && !value.is_tuple()) return std::nullopt;
  std::vector<IValue> items = value.is_list() ? value.as_list().items : value.as_tuple().items;
  if (!convert_all(items, element)) return std::nullopt;
  return make_list(element, std::move(items));
}

std::optional<IValue> to_dict(const IValue& value, const TypePtr& key_type, const TypePtr& value_type) {
  if (!value.is_dict()) return std::nullopt;
  auto copy = make_ref<DictValue>(key_type, value_type);
  for (const DictValue::Entry& entry : value.as_dict().entries()) {
    IValue key = entry.key;
    IValue item = entry.value;
    if (!convert_value(key, key_type) || !convert_value(item, value_type)) return std::nullopt;
    copy->set(std::move(key), std::move(item));
  }
  return IValue(std::move(copy));
}

std::optional<IValue> to_tuple(const IValue& value, const TypePtr& type) {
  if (!value.is_list() && !value.is_tuple()) return std::nullopt;
  std::vector<IValue> items = value.is_list() ? value.as_list().items : value.as_tuple().items;
  if (items.size() != type->contained().size()) return std::nullopt;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!convert_value(items[i], type->contained()[i])) return std::nullopt;
  }
  return IValue(make_ref<TupleValue>(std::move(items), as_named_tuple(*type) ? type : nullptr));
}

std::optional<IValue> converted(const IValue& value, const TypePtr& type) {
  switch (type->kind()) {
    case TypeKind::kInt:
      return to_int(value);
    case TypeKind::kFloat:
      return to_float(value);
    case TypeKind::kComplex:
      return to_complex(value);
    case TypeKind::kBool:
      return to_bool(value);
    case TypeKind::kDevice:
      return to_device(value);
    case TypeKind::kList:
      return to_list(value, type->element());
    case TypeKind::kDict:
      return to_dict(value, type->contained()[0], type->contained()[1]);
    case TypeKind::kTuple:
      return to_tuple(value, type);
    case TypeKind::kOptional:
      return converted(value, type->element());
    default:
      return std::nullopt;
  }
}

}  // namespace

bool convert_value(IValue& value, const TypePtr& type) {
  IValue adapted = value;
  std::optional<IValue> result = adapt_value(adapted, type) ? std::move(adapted) : converted(value, type);
  if (result) value = *std::move(result);
  return result.has_value();
}

}  // namespace heddle::program
