#include "cli/json_value.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "cli/elements.h"
#include "core/boxes.h"

namespace heddle::cli {
namespace {

constexpr int kMaxDepth = 100;

Result<IValue> from_json(const Json& json, int depth);

// A list of ints and floats is one of floats, as in torch.tensor.
void unify_numbers(std::vector<IValue>& items) {
  bool ints = false, floats = false;
  for (const IValue& item : items) {
    ints |= item.is_int();
    floats |= item.is_double();
    if (!item.is_int() && !item.is_double()) return;
  }
  if (!ints || !floats) return;
  for (IValue& item : items) {
    if (item.is_int()) item = IValue(static_cast<double>(item.as_int()));
  }
}

// Any for no items and for items without a common type.
TypePtr common_type(const std::vector<IValue>& items) {
  TypePtr common;
  for (const IValue& item : items) {
    common = common ? unify(common, item.type()) : item.type();
    if (!common) break;
  }
  return common ? common : types::any();
}

Result<IValue> list_from_json(const Json& json, int depth) {
  std::vector<IValue> items;
  items.reserve(json.size());
  for (const Json& part : json) items.push_back(HEDDLE_TRY(from_json(part, depth + 1)));
  unify_numbers(items);
  TypePtr element = common_type(items);
  return make_list(std::move(element), std::move(items));
}

Result<IValue> dict_from_json(const Json& json, int depth) {
  std::vector<IValue> values;
  for (const Json& part : json) values.push_back(HEDDLE_TRY(from_json(part, depth + 1)));
  unify_numbers(values);
  auto dict = make_ref<DictValue>(types::string(), common_type(values));
  size_t at = 0;
  for (const auto& [key, part] : json.items()) dict->set(IValue(key), values[at++]);
  return IValue(std::move(dict));
}

Result<IValue> from_json(const Json& json, int depth) {
  HEDDLE_REQUIRE(depth <= kMaxDepth, "JSON nested deeper than ", kMaxDepth);
  switch (json.type()) {
    case Json::value_t::null:
      return IValue();
    case Json::value_t::boolean:
      return IValue(json.get<bool>());
    case Json::value_t::number_integer:
      return IValue(json.get<int64_t>());
    case Json::value_t::number_unsigned:
      HEDDLE_REQUIRE(json.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()), "the integer ",
                     json.get<uint64_t>(), " does not fit 64 bits");
      return IValue(json.get<int64_t>());
    case Json::value_t::number_float:
      return IValue(json.get<double>());
    case Json::value_t::string:
      return IValue(json.get<std::string>());
    case Json::value_t::array:
      return list_from_json(json, depth);
    case Json::value_t::object:
      return dict_from_json(json, depth);
    default:
      return invalid("JSON of an unknown kind");
  }
}

Json number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

Json scalar_to_json(const Scalar& value) {
  if (value.is_bool()) return value.to_bool();
  if (value.is_int()) return value.to_int();
  if (value.is_double()) return number(value.to_double());
  return Json::array({number(value.to_complex().real()), number(value.to_complex().imag())});
}

Json nested(const Tensor& tensor, int64_t dim, int64_t offset) {
  if (dim == tensor.dim()) return scalar_to_json(element_at(tensor, offset));
  Json list = Json::array();
  for (int64_t i = 0; i < tensor.size(dim); ++i)
    list.push_back(nested(tensor, dim + 1, offset + i * tensor.stride(dim)));
  return list;
}

Json items_to_json(const std::vector<IValue>& items) {
  Json list = Json::array();
  for (const IValue& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

Result<IValue> parse_json_value(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  HEDDLE_REQUIRE(!json.is_discarded(), "this is no JSON: ", text);
  return from_json(json, 0);
}

Json to_json(const Tensor& tensor) { return nested(tensor, 0, 0); }

Json to_json(const IValue& value) {
  switch (value.tag()) {
    case IValue::Tag::kNone:
      return nullptr;
    case IValue::Tag::kBool:
    case IValue::Tag::kInt:
    case IValue::Tag::kDouble:
    case IValue::Tag::kComplex:
      return scalar_to_json(value.as_scalar());
    case IValue::Tag::kTensor:
      return to_json(value.as_tensor());
    case IValue::Tag::kString:
      return value.as_string();
    case IValue::Tag::kList:
      return items_to_json(value.as_list().items);
    case IValue::Tag::kTuple:
      return items_to_json(value.as_tuple().items);
    case IValue::Tag::kDict: {
      Json object = Json::object();
      for (const DictValue::Entry& entry : value.as_dict().entries()) {
        object[entry.key.is_string() ? entry.key.as_string() : to_text(entry.key)] = to_json(entry.value);
      }
      return object;
    }
    case IValue::Tag::kObject: {
      Json object = Json::object();
      const ObjectValue& instance = value.as_object();
      for (size_t i = 0; i < instance.slots.size(); ++i) {
        object[instance.class_type->attributes[i].name] = to_json(instance.slots[i]);
      }
      return object;
    }
    default:
      return to_text(value);
  }
}

}  // namespace heddle::cli
