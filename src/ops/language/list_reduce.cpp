// sum, min, max, all, any, sort and sorted over lists.
#include <algorithm>
#include <complex>

#include "core/boxes.h"
#include "core/element.h"
#include "ops/language/integer_math.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::TableBuilder;

int64_t sum_ints(const Dims& values) {
  int64_t sum = 0;
  for (int64_t v : values) sum = wrapping_add(sum, v);
  return sum;
}
double sum_floats(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v;
  return sum;
}
std::complex<double> sum_complex(const std::vector<Scalar>& values) {
  std::complex<double> sum = 0;
  for (const Scalar& v : values) sum += v.to_complex();
  return sum;
}
int64_t count_true(const std::vector<bool>& values) { return std::count(values.begin(), values.end(), true); }

// Truth of int, float, bool and str elements.
bool truth(const IValue& value) {
  if (value.is_string()) return !value.as_string().empty();
  return value.is_number() && value.as_scalar().to_bool();
}
bool all_of(ListValue* list) { return std::all_of(list->items.begin(), list->items.end(), truth); }
bool any_of(ListValue* list) { return std::any_of(list->items.begin(), list->items.end(), truth); }

// Python's <, over numbers, strings, and tuples or lists of them.
Result<bool> less(const IValue& a, const IValue& b);
Result<bool> less_items(const std::vector<IValue>& a, const std::vector<IValue>& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (HEDDLE_TRY(values_equal(a[i], b[i]))) continue;
    return less(a[i], b[i]);
  }
  return a.size() < b.size();
}
Result<bool> less(const IValue& a, const IValue& b) {
  if (a.is_number() && b.is_number() && !a.is_complex() && !b.is_complex()) {
    const Scalar x = a.as_scalar();
    const Scalar y = b.as_scalar();
    if (x.is_double() || y.is_double()) return x.to_double() < y.to_double();
    return x.to_int() < y.to_int();
  }
  if (a.is_string() && b.is_string()) return a.as_string() < b.as_string();
  if (a.is_tuple() && b.is_tuple()) return less_items(a.as_tuple().items, b.as_tuple().items);
  if (a.is_list() && b.is_list()) return less_items(a.as_list().items, b.as_list().items);
  if (a.is_tensor() && b.is_tensor() && a.as_tensor().numel() == 1 && b.as_tensor().numel() == 1) {
    return less(IValue(load_single(a.as_tensor())), IValue(load_single(b.as_tensor())));
  }
  return error(ErrorCode::kType, "'<' is not defined between ", a.type_text(), " and ", b.type_text());
}

template <bool larger>
Result<IValue> extreme_of(ListValue* list) {
  HEDDLE_REQUIRE(!list->items.empty(), larger ? "max" : "min", "() arg is an empty sequence");
  IValue best = list->items[0];
  for (const IValue& item : list->items) {
    if (HEDDLE_TRY(larger ? less(best, item) : less(item, best))) best = item;
  }
  return best;
}
template <bool larger>
Result<IValue> extreme_list(const IValue& a, const IValue& b) {
  return HEDDLE_TRY(larger ? less(a, b) : less(b, a)) ? b : a;
}
template <bool larger>
void add_extreme(TableBuilder& table, std::string_view name) {
  for (std::string_view element : {"int", "float", "bool"}) {
    table.add(concat("prim::", name, ".self_", element, "(", element, "[] self) -> ", element),
              boxed<&extreme_of<larger>>());
    table.add(concat("prim::", name, ".", element, "_list(", element, "[] l, ", element, "[] r) -> ", element, "[]"),
              boxed<&extreme_list<larger>>());
  }
}

// What has an order; objects of classes are sorted by the compiler's own code.
bool has_order(const IValue& v) {
  if (!v.is_tuple()) return v.is_number() || v.is_string() || v.is_tensor();
  return std::all_of(v.as_tuple().items.begin(), v.as_tuple().items.end(), has_order);
}

Result<std::vector<IValue>> sorted_items(std::vector<IValue> items, bool reverse) {
  Status failure;
  // A failing comparison says "not less" from then on, which is a consistent order of equal elements.
  const auto before = [&](const IValue& a, const IValue& b) {
    if (!failure.ok()) return false;
    Result<bool> result = reverse ? less(b, a) : less(a, b);
    if (result.ok()) return *result;
    failure = std::move(result).status();
    return false;
  };
  const bool unordered = std::any_of(items.begin(), items.end(),
                                     [](const IValue& v) { return v.is_double() && v.as_double() != v.as_double(); });
  HEDDLE_REQUIRE(!unordered, "cannot sort a list with nan in it");
  const auto unsortable = std::find_if_not(items.begin(), items.end(), has_order);
  HEDDLE_REQUIRE_CODE(unsortable == items.end(), kType, "Contained elements in ", unsortable->type_text(),
                      " are not sortable. Only ints, bools, floats, strings, tensors, objects whose class defines "
                      "__lt__, and tuples of these are");
  std::stable_sort(items.begin(), items.end(), before);
  if (!failure.ok()) return failure;
  return items;
}
Status sort(ListValue* list, bool reverse) {
  list->items = HEDDLE_TRY(sorted_items(list->items, reverse));
  return ok_status();
}
Result<IValue> sorted(ListValue* list) {
  return make_list(list->element_type, HEDDLE_TRY(sorted_items(list->items, false)));
}

// Elements of a list that knows no type of theirs: PyTorch sorts those of one type alone.
Status check_one_type(const std::vector<IValue>& items) {
  if (items.empty()) return ok_status();
  const std::string first = items[0].type_text();
  for (const IValue& item : items) {
    HEDDLE_REQUIRE_CODE(item.type_text() == first, kType, "Only values of same type can be compared. Found ", first,
                        " and ", item.type_text());
  }
  return ok_status();
}
Status sort_any(ListValue* list, bool reverse) {
  HEDDLE_TRY(check_one_type(list->items));
  return sort(list, reverse);
}
Result<IValue> sorted_any(ListValue* list) {
  HEDDLE_TRY(check_one_type(list->items));
  return sorted(list);
}

IValue range_list(int64_t n) {
  Dims values(static_cast<size_t>(std::max<int64_t>(n, 0)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>(i);
  return make_int_list(values);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_list_reduce) {
  using namespace heddle::schema;
  table.add("aten::sum.int(int[] self) -> int", boxed<&sum_ints>());
  table.add("aten::sum.float(float[] self) -> float", boxed<&sum_floats>());
  table.add("aten::sum.complex(complex[] self) -> complex", boxed<&sum_complex>());
  table.add("aten::sum.bool(bool[] self) -> int", boxed<&count_true>());
  for (std::string_view element : {"int", "float", "bool"}) {
    table.add(concat("aten::all.", element, "(", element, "[] self) -> bool"), boxed<&all_of>());
    table.add(concat("aten::any.", element, "(", element, "[] self) -> bool"), boxed<&any_of>());
  }
  table.add("aten::any.str(str[] self) -> bool", boxed<&any_of>());
  add_extreme<true>(table, "max");
  add_extreme<false>(table, "min");
  for (std::string_view element : {"int", "float", "bool", "str"}) {
    table.add(concat("aten::sort.", element, "(", element, "[](a!) self, bool reverse=False) -> ()"), boxed<&sort>());
    table.add(concat("aten::sorted.", element, "(", element, "[](a) input) -> ", element, "[]"), boxed<&sorted>());
  }
  table.add("aten::sort.Tensor(Tensor[](a!) self, bool reverse=False) -> ()", boxed<&sort>());
  table.add("aten::sorted.Tensor(Tensor[](a) input) -> Tensor[]", boxed<&sorted>());
  table.add("aten::sort.any(t[](a!) self, bool reverse=False) -> ()", boxed<&sort_any>());
  table.add("aten::sorted.any(t[](a) self) -> t[]", boxed<&sorted_any>());
  table.add("prim::rangelist(int n) -> int[]", boxed<&range_list>());
}
