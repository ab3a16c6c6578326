// Lists, dicts and tuples of libtorch's face over the library's boxes.
#include "compat/src/face.h"
#include "heddle/jit.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN

namespace {
heddle::ListValue& list_of(void* list) { return box_as<heddle::ListValue>(list); }
heddle::DictValue& dict_of(void* dict) { return box_as<heddle::DictValue>(dict); }
}  // namespace

Handle list_new(const c10::TypePtr& element, const c10::IValue* values, size_t count) {
  std::vector<heddle::IValue> items;
  items.reserve(count);
  for (size_t i = 0; i < count; ++i) items.push_back(in(values[i]));
  return to_handle(heddle::make_ref<heddle::ListValue>(in(element), std::move(items)));
}
size_t list_size(void* list) noexcept { return list_of(list).items.size(); }
const c10::IValue* list_data(void* list) noexcept {
  return reinterpret_cast<const c10::IValue*>(list_of(list).items.data());
}
const c10::IValue& list_at(void* list, size_t i) {
  TORCH_CHECK_INDEX(i < list_size(list), "list index ", i, " is out of range: the list has ", list_size(list),
                    " elements");
  return list_data(list)[i];
}
void list_set(void* list, size_t i, c10::IValue value) {
  list_at(list, i);
  list_of(list).items[i] = in(std::move(value));
}
void list_insert(void* list, size_t i, c10::IValue value) {
  auto& items = list_of(list).items;
  TORCH_CHECK_INDEX(i <= items.size(), "list index ", i, " is out of range");
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(i), in(std::move(value)));
}
void list_erase(void* list, size_t from, size_t to) {
  auto& items = list_of(list).items;
  TORCH_CHECK_INDEX(from <= to && to <= items.size(), "list index ", to, " is out of range");
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(from), items.begin() + static_cast<std::ptrdiff_t>(to));
}
void list_resize(void* list, size_t count, const c10::IValue& fill) { list_of(list).items.resize(count, in(fill)); }
c10::TypePtr list_element_type(void* list) { return out(list_of(list).element_type); }

Handle dict_new(const c10::TypePtr& key, const c10::TypePtr& value) {
  return to_handle(heddle::make_ref<heddle::DictValue>(in(key), in(value)));
}
size_t dict_size(void* dict) noexcept { return dict_of(dict).size(); }
size_t dict_find(void* dict, const c10::IValue& key) {
  const heddle::IValue* found = dict_of(dict).find(in(key));
  if (!found) return dict_size(dict);
  for (size_t i = 0; i < dict_size(dict); ++i)
    if (&dict_of(dict).entries()[i].value == found) return i;
  return dict_size(dict);
}
const c10::IValue& dict_key(void* dict, size_t i) {
  TORCH_CHECK_INDEX(i < dict_size(dict), "the end of a dict has no key");
  return out_ref(dict_of(dict).entries()[i].key);
}
const c10::IValue& dict_value(void* dict, size_t i) {
  TORCH_CHECK_INDEX(i < dict_size(dict), "the end of a dict has no value");
  return out_ref(dict_of(dict).entries()[i].value);
}
const c10::IValue& dict_at(void* dict, const c10::IValue& key) {
  const heddle::IValue* found = dict_of(dict).find(in(key));
  if (!found) throw std::out_of_range(c10::str("Argument passed to at() was not in the map: ", key));
  return out_ref(*found);
}
bool dict_set(void* dict, c10::IValue key, c10::IValue value, bool overwrite) {
  heddle::IValue* found = dict_of(dict).find(in(key));
  if (!found || overwrite) dict_of(dict).set(in(key), in(std::move(value)));
  return !found;
}
bool dict_erase(void* dict, const c10::IValue& key) { return dict_of(dict).erase(in(key)); }
void dict_clear(void* dict) { dict_of(dict).clear(); }
c10::TypePtr dict_type(void* dict, bool of_value) {
  return out(of_value ? dict_of(dict).value_type : dict_of(dict).key_type);
}

Handle tuple_new(std::vector<c10::IValue> elements) {
  return to_handle(heddle::make_ref<heddle::TupleValue>(in(std::move(elements))));
}

HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN
namespace ivalue {
using heddle_torch::box_as;

namespace {
template <class T>
void* address(const T* box) {
  return const_cast<T*>(box);
}
}  // namespace

const TupleElements& Tuple::elements() const& {
  static_assert(sizeof(TupleElements) == sizeof(std::vector<heddle::IValue>));
  return reinterpret_cast<const TupleElements&>(box_as<heddle::TupleValue>(address(this)).items);
}
void Tuple::setElements(std::vector<IValue> elements) {
  auto& tuple = box_as<heddle::TupleValue>(this);
  const_cast<std::vector<heddle::IValue>&>(tuple.items) = heddle_torch::in(std::move(elements));
}
TypePtr Tuple::type() const {
  return heddle_torch::out(heddle::IValue(heddle_torch::share_as<heddle::TupleValue>(address(this))).type());
}

intrusive_ptr<ConstantString> ConstantString::create(std::string text) {
  heddle_torch::Handle handle = heddle_torch::to_handle(heddle::make_ref<heddle::StringValue>(std::move(text)));
  return intrusive_ptr<ConstantString>::reclaim(static_cast<ConstantString*>(handle.leak()));
}
const std::string& ConstantString::string() const { return box_as<heddle::StringValue>(address(this)).text; }

std::string Object::name() const { return box_as<heddle::ObjectValue>(address(this)).class_type->qualified_name(); }
TypePtr Object::type() const {
  return heddle_torch::out(heddle::TypePtr(box_as<heddle::ObjectValue>(address(this)).class_type));
}
IValue Object::getAttr(const std::string& name) const {
  const heddle::IValue* found = box_as<heddle::ObjectValue>(address(this)).find(name);
  TORCH_CHECK(found, this->name(), " does not have an attribute with name '", name, "'");
  return heddle_torch::out(*found);
}
void Object::setAttr(const std::string& name, IValue value) {
  heddle_torch::guarded([&] {
    heddle::IValue self(heddle_torch::share_as<heddle::ObjectValue>(this));
    heddle::jit::Module(self).setattr(name, heddle_torch::in(std::move(value)));
  });
}
IValue Object::getSlot(size_t slot) const {
  return heddle_torch::out(box_as<heddle::ObjectValue>(address(this)).slots.at(slot));
}

std::string EnumHolder::name() const { return box_as<heddle::EnumValue>(address(this)).name(); }
IValue EnumHolder::value() const { return heddle_torch::out(box_as<heddle::EnumValue>(address(this)).value()); }
TypePtr EnumHolder::type() const {
  return heddle_torch::out(heddle::TypePtr(box_as<heddle::EnumValue>(address(this)).enum_type));
}

}  // namespace ivalue
HEDDLE_TORCH_END
}  // namespace c10
