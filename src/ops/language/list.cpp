// Lists: indexing, slicing, growing, shrinking. A list is shared by reference, as in Python.
#include <algorithm>

#include "core/boxes.h"
#include "ops/language/sequence.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<IValue> get_item(ListValue* list, int64_t index) {
  return list->items[HEDDLE_TRY(wrap_index(index, list->items.size(), "list"))];
}
Result<IValue> set_item(const IValue& self, int64_t index, const IValue& value) {
  HEDDLE_REQUIRE_CODE(self.is_list(), kType, "expected a list, but got ", self.type_text());
  std::vector<IValue>& items = self.as_list().items;
  items[HEDDLE_TRY(wrap_index(index, items.size(), "list"))] = value;
  return self;
}
Status delete_item(ListValue* list, int64_t index) {
  const size_t at = HEDDLE_TRY(wrap_index(index, list->items.size(), "list"));
  list->items.erase(list->items.begin() + static_cast<std::ptrdiff_t>(at));
  return ok_status();
}
Result<IValue> pop(ListValue* list, int64_t index) {
  HEDDLE_REQUIRE_CODE(!list->items.empty(), kIndex, "pop from empty list");
  const size_t at = HEDDLE_TRY(wrap_index(index, list->items.size(), "list"));
  IValue value = std::move(list->items[at]);
  list->items.erase(list->items.begin() + static_cast<std::ptrdiff_t>(at));
  return value;
}
Result<IValue> append(const IValue& self, const IValue& value) {
  HEDDLE_REQUIRE_CODE(self.is_list(), kType, "expected a list, but got ", self.type_text());
  self.as_list().items.push_back(value);
  return self;
}
void extend(ListValue* list, ListValue* other) {
  // By index: the two may be one list.
  const size_t count = other->items.size();
  list->items.reserve(list->items.size() + count);
  for (size_t i = 0; i < count; ++i) list->items.push_back(other->items[i]);
}
void insert(ListValue* list, int64_t index, const IValue& value) {
  const auto size = static_cast<int64_t>(list->items.size());
  const int64_t at = std::clamp<int64_t>(index < 0 ? index + size : index, 0, size);
  list->items.insert(list->items.begin() + at, value);
}
void clear(ListValue* list) { list->items.clear(); }
void reverse(ListValue* list) { std::reverse(list->items.begin(), list->items.end()); }
int64_t length(ListValue* list) { return static_cast<int64_t>(list->items.size()); }
IValue copy(ListValue* list) { return make_list(list->element_type, list->items); }

IValue slice_list(ListValue* list, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  const SliceRange range = slice_range(list->items.size(), start, end, step);
  std::vector<IValue> items;
  items.reserve(static_cast<size_t>(range.count));
  for (int64_t i = 0, at = range.start; i < range.count; ++i, at += step)
    items.push_back(list->items[static_cast<size_t>(at)]);
  return make_list(list->element_type, std::move(items));
}
Result<IValue> slice(ListValue* list, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  HEDDLE_TRY(check_step(step));
  return slice_list(list, start, end, step);
}

IValue concatenate(ListValue* a, ListValue* b) {
  std::vector<IValue> items = a->items;
  items.insert(items.end(), b->items.begin(), b->items.end());
  return make_list(a->element_type, std::move(items));
}
Result<IValue> concatenate_in_place(const IValue& self, ListValue* other) {
  HEDDLE_REQUIRE_CODE(self.is_list(), kType, "expected a list, but got ", self.type_text());
  extend(&self.as_list(), other);
  return self;
}
Result<std::vector<IValue>> repeated(const std::vector<IValue>& items, int64_t times) {
  int64_t total = 0;
  constexpr int64_t kMostItems = int64_t{1} << 40;
  HEDDLE_REQUIRE_CODE(
      times <= 0 || (!__builtin_mul_overflow(static_cast<int64_t>(items.size()), times, &total) && total < kMostItems),
      kLimit, "a list of ", items.size(), " elements times ", times, " is too long");
  std::vector<IValue> result;
  result.reserve(static_cast<size_t>(total));
  for (int64_t i = 0; i < times; ++i) result.insert(result.end(), items.begin(), items.end());
  return result;
}
Result<IValue> repeat(ListValue* list, int64_t times) {
  return make_list(list->element_type, HEDDLE_TRY(repeated(list->items, times)));
}
Result<IValue> repeat_reversed(int64_t times, ListValue* list) { return repeat(list, times); }
Result<IValue> repeat_in_place(const IValue& self, int64_t times) {
  HEDDLE_REQUIRE_CODE(self.is_list(), kType, "expected a list, but got ", self.type_text());
  std::vector<IValue>& items = self.as_list().items;
  items = HEDDLE_TRY(repeated(items, times));
  return self;
}

// Position of the first equal element; size() when there is none.
Result<size_t> find(ListValue* list, const IValue& value) {
  size_t i = 0;
  while (i < list->items.size() && !HEDDLE_TRY(values_equal(list->items[i], value))) ++i;
  return i;
}
Result<bool> contains(ListValue* list, const IValue& value) {
  return HEDDLE_TRY(find(list, value)) < list->items.size();
}
Result<int64_t> index(ListValue* list, const IValue& value) {
  const size_t at = HEDDLE_TRY(find(list, value));
  HEDDLE_REQUIRE(at < list->items.size(), "'", to_text(value), "' is not in list");
  return static_cast<int64_t>(at);
}
Result<int64_t> count(ListValue* list, const IValue& value) {
  int64_t n = 0;
  for (const IValue& item : list->items) n += HEDDLE_TRY(values_equal(item, value));
  return n;
}
Status remove(ListValue* list, const IValue& value) {
  const size_t at = HEDDLE_TRY(find(list, value));
  HEDDLE_REQUIRE(at < list->items.size(), "list.remove(x): x not in list");
  list->items.erase(list->items.begin() + static_cast<std::ptrdiff_t>(at));
  return ok_status();
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_list) {
  using namespace heddle::schema;
  table.add("aten::__getitem__.t(t[](a) list, int idx) -> t(*)", boxed<&get_item>());
  table.add("aten::select.t(t[](a) list, int idx) -> t(*)", boxed<&get_item>());
  table.add("aten::_set_item.t(t[](a!) l, int idx, t(b -> *) el) -> t[](a!)", boxed<&set_item>());
  table.add("aten::Delete.t(t[](a!) self, int idx) -> ()", boxed<&delete_item>());
  table.add("aten::pop.t(t[](a!) self, int idx=-1) -> t(*)", boxed<&pop>());
  table.add("aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)", boxed<&append>());
  table.add("aten::extend.t(t[](a!) self, t[] other) -> ()", boxed<&extend>());
  table.add("aten::insert.t(t[](a!) self, int idx, t(b -> *) el) -> ()", boxed<&insert>());
  table.add("aten::clear.t(t[](a!) self) -> ()", boxed<&clear>());
  table.add("aten::reverse.t(t[](a!) self) -> ()", boxed<&reverse>());
  table.add("aten::len.t(t[] a) -> int", boxed<&length>());
  table.add("aten::len.any(Any[] a) -> int", boxed<&length>());
  table.add("aten::copy.t(t[](a) self) -> t[]", boxed<&copy>());
  table.add("aten::list.t(t[] l) -> t[]", boxed<&copy>());
  table.add("aten::slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t[]", boxed<&slice>());
  table.add("aten::add.t(t[] a, t[] b) -> t[]", boxed<&concatenate>());
  table.add("aten::add_.t(t[](a!) self, t[] b) -> t[]", boxed<&concatenate_in_place>());
  table.add("aten::mul.left_t(t[] l, int n) -> t[]", boxed<&repeat>());
  table.add("aten::mul.right_(int n, t[] l) -> t[]", boxed<&repeat_reversed>());
  table.add("aten::mul_.t(t[](a!) l, int n) -> t[](a!)", boxed<&repeat_in_place>());

  for (std::string_view element : {"int", "float", "bool", "str"}) {
    table.add(concat("aten::index.list_", element, "(", element, "[] self, ", element, " el) -> int"), boxed<&index>());
    table.add(concat("aten::count.", element, "(", element, "[] self, ", element, " el) -> int"), boxed<&count>());
    table.add(concat("aten::remove.", element, "(", element, "[](a!) self, ", element, " el) -> ()"), boxed<&remove>());
  }
  table.add("aten::index.list_Tensor(Tensor[] self, Tensor el) -> int", boxed<&index>());
  table.add("aten::count.Tensor(Tensor[] self, Tensor el) -> int", boxed<&count>());
  table.add("aten::remove.Tensor(Tensor[](a!) self, Tensor el) -> ()", boxed<&remove>());
  for (std::string_view element : {"int", "float", "str"}) {
    table.add(concat("aten::__contains__.", element, "_list(", element, "[] l, ", element, " item) -> bool"),
              boxed<&contains>());
  }
}
