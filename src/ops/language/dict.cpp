// Dictionaries, one set of operators a key type. They keep insertion order and are shared by reference.
#include "core/boxes.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::TableBuilder;

Result<IValue> get_item(DictValue* dict, const IValue& key) {
  const IValue* value = dict->find(key);
  HEDDLE_REQUIRE_CODE(value, kNotFound, "KeyError: ", to_text(key));
  return *value;
}
IValue get(DictValue* dict, const IValue& key) {
  const IValue* value = dict->find(key);
  return value ? *value : IValue();
}
IValue get_or(DictValue* dict, const IValue& key, const IValue& other) {
  const IValue* value = dict->find(key);
  return value ? *value : other;
}
void set_item(DictValue* dict, const IValue& key, const IValue& value) { dict->set(key, value); }
IValue set_default(DictValue* dict, const IValue& key, const IValue& value) {
  if (const IValue* found = dict->find(key)) return *found;
  dict->set(key, value);
  return value;
}
Status delete_item(DictValue* dict, const IValue& key) {
  HEDDLE_REQUIRE_CODE(dict->erase(key), kNotFound, "KeyError: ", to_text(key));
  return ok_status();
}
Result<IValue> pop(DictValue* dict, const IValue& key) {
  IValue value = HEDDLE_TRY(get_item(dict, key));
  dict->erase(key);
  return value;
}
IValue pop_or(DictValue* dict, const IValue& key, const IValue& other) {
  IValue value = get_or(dict, key, other);
  dict->erase(key);
  return value;
}
// The first entry: PyTorch's, where Python takes the last.
Result<IValue> pop_item(DictValue* dict) {
  HEDDLE_REQUIRE_CODE(dict->size() > 0, kNotFound, "popitem(): dictionary is empty");
  const DictValue::Entry entry = dict->entries()[0];
  dict->erase(entry.key);
  return make_tuple({entry.key, entry.value});
}
bool contains(DictValue* dict, const IValue& key) { return dict->find(key) != nullptr; }
int64_t length(DictValue* dict) { return static_cast<int64_t>(dict->size()); }
void clear(DictValue* dict) { dict->clear(); }
void update(DictValue* dict, DictValue* other) {
  if (dict == other) return;
  for (const DictValue::Entry& entry : other->entries()) dict->set(entry.key, entry.value);
}
IValue copy(DictValue* dict) {
  auto result = make_ref<DictValue>(dict->key_type, dict->value_type);
  for (const DictValue::Entry& entry : dict->entries()) result->set(entry.key, entry.value);
  return IValue(std::move(result));
}
IValue keys(DictValue* dict) {
  std::vector<IValue> items;
  for (const DictValue::Entry& entry : dict->entries()) items.push_back(entry.key);
  return make_list(dict->key_type, std::move(items));
}
IValue values(DictValue* dict) {
  std::vector<IValue> items;
  for (const DictValue::Entry& entry : dict->entries()) items.push_back(entry.value);
  return make_list(dict->value_type, std::move(items));
}
IValue items(DictValue* dict) {
  std::vector<IValue> pairs;
  for (const DictValue::Entry& entry : dict->entries()) pairs.push_back(make_tuple({entry.key, entry.value}));
  return make_list(types::tuple({dict->key_type, dict->value_type}), std::move(pairs));
}
Result<IValue> from_pairs(ListValue* pairs) {
  const Type& pair = *pairs->element_type;
  const bool typed = pair.is(TypeKind::kTuple) && pair.contained().size() == 2;
  auto result =
      make_ref<DictValue>(typed ? pair.contained()[0] : types::any(), typed ? pair.contained()[1] : types::any());
  for (const IValue& item : pairs->items) {
    HEDDLE_REQUIRE_CODE(item.is_tuple() && item.as_tuple().items.size() == 2, kType,
                        "dict() needs pairs of key and value, but got ", item.type_text());
    result->set(item.as_tuple().items[0], item.as_tuple().items[1]);
  }
  return IValue(std::move(result));
}

IValue empty() { return IValue(make_ref<DictValue>(types::string(), types::tensor())); }

void add_dict(TableBuilder& table, std::string_view key) {
  const std::string dict = concat("Dict(", key, ", t)");
  const auto add = [&](std::string_view name, const std::string& signature, schema::Kernel kernel) {
    table.add(concat("aten::", name, key, signature), kernel);
  };
  add("__getitem__.Dict_", concat("(", dict, " self, ", key, " key) -> t(*)"), boxed<&get_item>());
  add("get.", concat("(", dict, " self, ", key, " key) -> t(*)?"), boxed<&get>());
  add("get.default_", concat("(", dict, " self, ", key, " key, t default_value) -> t(*)"), boxed<&get_or>());
  add("setdefault.", concat("(", dict, "(a!) self, ", key, "(b -> *) key, t(c -> *) default_value) -> t(*)"),
      boxed<&set_default>());
  add("_set_item.", concat("(", dict, "(a!) l, ", key, "(b -> *) idx, t(c -> *) v) -> ()"), boxed<&set_item>());
  add("Delete.Dict_", concat("(", dict, "(a!) self, ", key, " key) -> ()"), boxed<&delete_item>());
  add("pop.Dict_", concat("(", dict, "(a!) self, ", key, " key) -> t(*)"), boxed<&pop>());
  add("pop.Dict_default_", concat("(", dict, "(a!) self, ", key, " key, t default_value) -> t(*)"), boxed<&pop_or>());
  add("popitem.", concat("(", dict, "(a!) self) -> ((", key, ", t))"), boxed<&pop_item>());
  add("__contains__.", concat("(", dict, " dict, ", key, " key) -> bool"), boxed<&contains>());
  add("len.Dict_", concat("(", dict, " self) -> int"), boxed<&length>());
  add("clear.", concat("(", dict, "(a!) self) -> ()"), boxed<&clear>());
  add("update.", concat("(", dict, "(a!) self, ", dict, "(a!) to_add) -> ()"), boxed<&update>());
  add("copy.Dict_", concat("(", dict, "(a) self) -> ", dict), boxed<&copy>());
  add("dict.Dict_", concat("(", dict, "(a) self) -> ", dict), boxed<&copy>());
  add("keys.", concat("(", dict, " self) -> ", key, "[](*)"), boxed<&keys>());
  add("values.", concat("(", dict, " self) -> t[](*)"), boxed<&values>());
  add("items.", concat("(", dict, " self) -> ((", key, ", t)[])"), boxed<&items>());
  add("dict.", concat("((", key, ", tVal)[] inputs) -> Dict(", key, ", tVal)"), boxed<&from_pairs>());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_dict) {
  // OrderedDict() in a model's source: PyTorch knows it for this one type only.
  table.add("aten::dict() -> Dict(str, Tensor)", heddle::schema::boxed<&heddle::ops::empty>());
  for (std::string_view key : {"str", "int", "bool", "float", "complex", "Tensor"}) heddle::ops::add_dict(table, key);
}
