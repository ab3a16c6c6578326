#include "archive/type_tags.h"

#include "archive/pickle_values.h"
#include "core/boxes.h"

namespace heddle::archive {
namespace {

Status mismatch(const IValue& value, const Type& type) {
  return error(ErrorCode::kType, ": expected ", type.to_text(), ", got ", brief_type(value));
}

// What is wrong at a place inside a container.
Status within(const std::string& place, const Status& status) { return error(status.code(), place, status.message()); }

bool says_nothing(const Type& type) { return type.is(TypeKind::kAny) || type.is(TypeKind::kUnknown); }

Result<IValue> typed(IValue value, const TypePtr& type);

Result<IValue> typed_list(IValue value, const Type& type) {
  ListValue& list = value.as_list();
  const TypePtr& element = type.element();
  // Its items were checked when it got this type, and a list with a type takes no more items from the pickle.
  if (same_type(*list.element_type, *element)) return value;
  if (!says_nothing(*list.element_type) && !list.items.empty()) return mismatch(value, type);
  for (size_t i = 0; i < list.items.size(); ++i) {
    auto item = typed(list.items[i], element);
    if (!item.ok()) return within(concat('[', i, ']'), item.status());
    list.items[i] = std::move(item).value();
  }
  list.element_type = element;
  return value;
}

Result<IValue> typed_dict(IValue value, const Type& type) {
  DictValue& dict = value.as_dict();
  const TypePtr& key_type = type.contained()[0];
  const TypePtr& value_type = type.contained()[1];
  if (same_type(*dict.key_type, *key_type) && same_type(*dict.value_type, *value_type)) return value;
  if (!says_nothing(*dict.key_type) && dict.size()) return mismatch(value, type);
  const std::vector<DictValue::Entry> entries = dict.entries();
  for (const DictValue::Entry& entry : entries) {
    const auto key = typed(entry.key, key_type);
    if (!key.ok()) return within(concat("[key ", to_text(entry.key), ']'), key.status());
    auto item = typed(entry.value, value_type);
    if (!item.ok()) return within(concat('[', to_text(entry.key), ']'), item.status());
    if (!item->is_same(entry.value)) dict.set(entry.key, std::move(item).value());
  }
  dict.key_type = key_type;
  dict.value_type = value_type;
  return value;
}

Result<IValue> typed_tuple(IValue value, const TypePtr& type) {
  TupleValue& tuple = value.as_tuple();
  const std::span<const TypePtr> elements = type->contained();
  if (tuple.items.size() != elements.size()) return mismatch(value, *type);
  std::vector<IValue> items;
  bool same = true;
  for (size_t i = 0; i < elements.size(); ++i) {
    auto item = typed(tuple.items[i], elements[i]);
    if (!item.ok()) return within(concat('[', i, ']'), item.status());
    same &= item->is_same(tuple.items[i]);
    items.push_back(std::move(item).value());
  }
  const TypePtr named = as_named_tuple(*type) ? type : nullptr;
  // Tuples cannot change, so a copy is as good as the original, which others may hold by another type.
  if (same && named == tuple.named_type) return value;
  return IValue(make_ref<TupleValue>(std::move(items), named));
}

Result<IValue> typed_union(IValue value, const Type& type) {
  // The first that fits. Asking value_is() before would walk untyped lists that share parts over and over.
  for (const TypePtr& member : type.contained()) {
    auto fitting = typed(value, member);
    if (fitting.ok()) return fitting;
  }
  return mismatch(value, type);
}

Result<IValue> typed(IValue value, const TypePtr& type) {
  switch (type->kind()) {
    case TypeKind::kAny:
      return value;
    case TypeKind::kOptional:
      if (value.is_none()) return value;
      return typed(std::move(value), type->element());
    case TypeKind::kUnion:
      return typed_union(std::move(value), *type);
    case TypeKind::kList:
      if (value.is_list()) return typed_list(std::move(value), *type);
      break;
    case TypeKind::kDict:
      if (value.is_dict()) return typed_dict(std::move(value), *type);
      break;
    case TypeKind::kTuple:
      if (value.is_tuple()) return typed_tuple(std::move(value), type);
      break;
    default:
      if (value_is(value, *type)) return value;
  }
  return mismatch(value, *type);
}

}  // namespace

Result<IValue> with_type(IValue value, const TypePtr& type) {
  auto result = typed(std::move(value), type);
  if (result.ok()) return result;
  const std::string& message = result.status().message();
  return error(result.status().code(), message.starts_with(": ") ? message.substr(2) : message);
}

}  // namespace heddle::archive
