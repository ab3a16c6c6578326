#include "program/arguments.h"

#include "core/boxes.h"
#include "program/argument_conversions.h"

namespace heddle::program {
namespace {

std::string short_name(const schema::FunctionSchema& schema) {
  const size_t dot = schema.name.rfind('.');
  return dot == std::string::npos ? schema.name : schema.name.substr(dot + 1);
}

// The declaration as people know it: without the module path in front of the function's name.
std::string declaration(const schema::FunctionSchema& schema) {
  const std::string text = schema.to_text();
  return concat(short_name(schema), text.substr(text.find('(')));
}

Status wrong_type(const schema::FunctionSchema& schema, const schema::Argument& argument, size_t position,
                  const IValue& value) {
  return error(ErrorCode::kType, short_name(schema), "() Expected a value of type '", argument.type->to_text(),
               "' for argument '", argument.name, "' but instead found type '", value.type_text(),
               "'.\nPosition: ", position, "\nDeclaration: ", declaration(schema));
}

bool adapt_list(IValue& value, const TypePtr& element) {
  auto copy = make_ref<ListValue>(element, value.as_list().items);
  for (IValue& item : copy->items) {
    if (!adapt_value(item, element)) return false;
  }
  value = IValue(std::move(copy));
  return true;
}

bool adapt_dict(IValue& value, const TypePtr& key_type, const TypePtr& value_type) {
  auto copy = make_ref<DictValue>(key_type, value_type);
  for (const DictValue::Entry& entry : value.as_dict().entries()) {
    IValue key = entry.key;
    IValue item = entry.value;
    if (!adapt_value(key, key_type) || !adapt_value(item, value_type)) return false;
    copy->set(std::move(key), std::move(item));
  }
  value = IValue(std::move(copy));
  return true;
}

bool adapt_tuple(IValue& value, const TypePtr& type) {
  std::vector<IValue> items = value.as_tuple().items;
  if (items.size() != type->contained().size()) return false;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!adapt_value(items[i], type->contained()[i])) return false;
  }
  value = IValue(make_ref<TupleValue>(std::move(items), as_named_tuple(*type) ? type : nullptr));
  return true;
}

}  // namespace

bool adapt_value(IValue& value, const TypePtr& type) {
  if (value_is(value, *type)) return true;
  switch (type->kind()) {
    case TypeKind::kFloat:
      if (!value.is_int()) return false;
      value = IValue(static_cast<double>(value.as_int()));
      return true;
    case TypeKind::kList:
      if (value.is_tuple()) value = make_list(type->element(), value.as_tuple().items);
      return value.is_list() && adapt_list(value, type->element());
    case TypeKind::kDict:
      return value.is_dict() && adapt_dict(value, type->contained()[0], type->contained()[1]);
    case TypeKind::kTuple:
      if (value.is_list()) value = make_tuple(value.as_list().items);
      return value.is_tuple() && adapt_tuple(value, type);
    case TypeKind::kOptional:
      return adapt_value(value, type->element());
    case TypeKind::kUnion:
      for (const TypePtr& member : type->contained()) {
        if (adapt_value(value, member)) return true;
      }
      return false;
    default:
      return false;
  }
}

Result<std::vector<IValue>> bind_arguments(const schema::FunctionSchema& schema, const IValue* self,
                                           std::vector<IValue> positional,
                                           const std::vector<std::pair<std::string, IValue>>& keywords, bool convert) {
  const size_t first = self ? 1 : 0;
  const size_t declared = schema.arguments.size();
  size_t by_position = 0;
  while (by_position < declared && !schema.arguments[by_position].kwarg_only) ++by_position;
  HEDDLE_REQUIRE_CODE(positional.size() + first <= by_position, kType, short_name(schema), "() expected at most ",
                      by_position - first, " argument(s) but received ", positional.size(),
                      " argument(s). Declaration: ", declaration(schema));
  std::vector<IValue> bound(declared);
  std::vector<bool> given(declared);
  if (self) {
    bound[0] = *self;
    given[0] = true;
  }
  for (size_t i = 0; i < positional.size(); ++i) {
    bound[first + i] = std::move(positional[i]);
    given[first + i] = true;
  }
  for (const auto& [name, value] : keywords) {
    const std::optional<size_t> at = schema.find_argument(name);
    HEDDLE_REQUIRE_CODE(at.has_value(), kType, short_name(schema), "() got an unexpected keyword argument '", name,
                        "'. Declaration: ", declaration(schema));
    HEDDLE_REQUIRE_CODE(!given[*at], kType, short_name(schema), "() got multiple values for argument '", name,
                        "'. Declaration: ", declaration(schema));
    bound[*at] = value;
    given[*at] = true;
  }
  for (size_t i = 0; i < declared; ++i) {
    const schema::Argument& argument = schema.arguments[i];
    if (!given[i]) {
      HEDDLE_REQUIRE_CODE(argument.default_value.has_value(), kType, short_name(schema),
                          "() is missing value for argument '", argument.name, "'. Declaration: ", declaration(schema));
      bound[i] = *argument.default_value;
    } else if (!(self && i == 0) && !value_is(bound[i], *argument.type)) {
      IValue given_value = bound[i];
      if (!(convert ? convert_value(bound[i], argument.type) : adapt_value(bound[i], argument.type)))
        return wrong_type(schema, argument, i - first, given_value);
    }
  }
  return bound;
}

}  // namespace heddle::program
