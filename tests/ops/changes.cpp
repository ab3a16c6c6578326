#include "changes.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/boxes.h"
#include "core/element.h"
#include "core/quantizer.h"
#include "core/tensor.h"

namespace heddle::test {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kIntegers[] = {kMin,
                                 kMin + 1,
                                 -(int64_t{1} << 62),
                                 -(int64_t{1} << 32) - 1,
                                 -(int64_t{1} << 31) - 1,
                                 -1000,
                                 -3,
                                 -2,
                                 -1,
                                 0,
                                 1,
                                 2,
                                 3,
                                 5,
                                 17,
                                 1000,
                                 (int64_t{1} << 31) - 1,
                                 int64_t{1} << 31,
                                 (int64_t{1} << 32) + 1,
                                 int64_t{1} << 40,
                                 int64_t{1} << 61,
                                 int64_t{1} << 62,
                                 kMax - 1,
                                 kMax};
const double kFloats[] = {std::numeric_limits<double>::quiet_NaN(),
                          std::numeric_limits<double>::infinity(),
                          -std::numeric_limits<double>::infinity(),
                          1e308,
                          -1e308,
                          9.3e18,
                          -9.3e18,
                          2147483648.0,
                          0.0,
                          -0.0,
                          -1.0,
                          5e-324};

using Changes = std::vector<Change>;

void add(Changes& out, size_t argument, std::string what, std::function<void(IValue&)> apply) {
  out.push_back({argument, std::move(what), std::move(apply)});
}

void set_elements(const Tensor& t, const Scalar& value, int64_t first, int64_t count) {
  if (t.numel() == 0) return;
  Dims at(t.sizes().size(), 0);
  for (int64_t n = 0; n < t.numel(); ++n) {
    int64_t offset = 0;
    for (size_t d = 0; d < at.size(); ++d) offset += at[d] * t.strides()[d];
    if (n >= first && n < first + count)
      store_element(t.data<char>() + offset * element_size(t.dtype()), t.dtype(), value);
    for (size_t d = at.size(); d-- > 0 && ++at[d] == t.sizes()[d];) at[d] = 0;
  }
}

// A tensor of these sizes with small numbers, quantised as the one it stands for.
void replace(IValue& value, Dims sizes, bool expanded) {
  const Tensor& old = value.as_tensor();
  const Dims dense = expanded ? Dims(sizes.size(), 1) : sizes;
  const Result<Tensor> made = Tensor::empty(dense, old.dtype());
  if (!made.ok()) return;
  set_elements(*made, Scalar(int64_t{1}), 0, made->numel());
  const Tensor result = expanded ? made->alias(sizes, Dims(sizes.size(), 0), 0) : *made;
  if (is_quantized(old.dtype())) set_quantizer(result, quantizer_of(old));
  value = IValue(result);
}

void add_sizes(Changes& out, size_t argument, const Tensor& t) {
  std::vector<Dims> shapes = {{},     {0},       {1},       {7},          {0, 3},         {3, 0},
                              {2, 2}, {1, 1, 1}, {2, 0, 2}, {2, 3, 4, 5}, {1, 2, 1, 2, 1}};
  shapes.push_back(Dims(9, 1));
  for (size_t d = 0; d < t.sizes().size(); ++d) {
    for (const int64_t size : {int64_t{0}, int64_t{1}, t.sizes()[d] - 1, t.sizes()[d] + 1, int64_t{33}}) {
      Dims sizes = t.sizes();
      if (size < 0 || size == sizes[d]) continue;
      sizes[d] = size;
      shapes.push_back(sizes);
    }
  }
  if (!t.sizes().empty()) {
    Dims fewer = t.sizes();
    fewer.erase(0);
    shapes.push_back(fewer);
  }
  for (const Dims& sizes : shapes) {
    add(out, argument, concat("sizes ", to_text(sizes.span())), [sizes](IValue& v) { replace(v, sizes, false); });
  }
  // One element seen many times: sums of sizes grow while memory does not.
  add(out, argument, concat("expanded ", to_text(t.sizes().span())),
      [](IValue& v) { replace(v, v.as_tensor().sizes(), true); });
}

void add_values(Changes& out, size_t argument, const Tensor& t) {
  if (t.numel() == 0 || t.dtype() == DType::kBool || t.dtype() == DType::kComplex32) return;
  std::vector<Scalar> values;
  if (is_integral(t.dtype()) || is_quantized(t.dtype())) {
    for (const int64_t i : kIntegers) values.emplace_back(i);
  } else {
    for (const double f : kFloats) values.emplace_back(f);
  }
  for (const Scalar& value : values) {
    const std::string text = value.is_int() ? concat(value.to_int()) : concat(value.to_double());
    add(out, argument, concat("all elements ", text),
        [value](IValue& v) { set_elements(v.as_tensor(), value, 0, v.as_tensor().numel()); });
    add(out, argument, concat("the last element ", text),
        [value](IValue& v) { set_elements(v.as_tensor(), value, v.as_tensor().numel() - 1, 1); });
    if (t.numel() > 2) {
      add(out, argument, concat("the first element ", text),
          [value](IValue& v) { set_elements(v.as_tensor(), value, 0, 1); });
    }
  }
}

void add_numbers(Changes& out, size_t argument, const Type& type) {
  if (!type.is(TypeKind::kFloat)) {
    for (const int64_t i : kIntegers) add(out, argument, concat(i), [i](IValue& v) { v = IValue(i); });
  }
  if (!type.is(TypeKind::kInt)) {
    for (const double f : kFloats) add(out, argument, concat(f), [f](IValue& v) { v = IValue(f); });
  }
}

void add_list(Changes& out, size_t argument, const IValue& value) {
  const std::vector<IValue>& items = value.as_list().items;
  const auto resized = [&](const char* what, size_t size) {
    add(out, argument, what, [size](IValue& v) {
      std::vector<IValue> copy = v.as_list().items;
      if (copy.empty()) return;
      copy.resize(size, copy.back());
      v = make_list(v.as_list().element_type, std::move(copy));
    });
  };
  resized("an empty list", 0);
  resized("one item less", items.empty() ? 0 : items.size() - 1);
  resized("one item more", items.size() + 1);
  resized("a list of 100", 100);
  for (size_t i = 0; i < items.size() && i < 8; ++i) {
    Changes inner;
    if (items[i].is_tensor()) {
      add_sizes(inner, argument, items[i].as_tensor());
      add_values(inner, argument, items[i].as_tensor());
    } else if (items[i].is_int() || items[i].is_double()) {
      add_numbers(inner, argument, *items[i].type());
    }
    for (Change& change : inner) {
      add(out, argument, concat("item ", i, ": ", change.what), [i, apply = std::move(change.apply)](IValue& v) {
        std::vector<IValue> copy = v.as_list().items;
        if (i < copy.size()) apply(copy[i]);
        v = make_list(v.as_list().element_type, std::move(copy));
      });
    }
  }
  if (items.empty() || !items[0].is_int()) return;
  for (const int64_t i : kIntegers) {
    add(out, argument, concat("all items ", i), [i](IValue& v) {
      v = make_list(v.as_list().element_type, std::vector<IValue>(v.as_list().items.size(), IValue(i)));
    });
  }
}

}  // namespace

Changes changes_of(const schema::FunctionSchema& schema, const std::vector<IValue>& arguments) {
  Changes out;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const IValue& value = arguments[i];
    const TypePtr declared = i < schema.arguments.size() ? schema.arguments[i].type : types::any();
    const bool optional = declared->is(TypeKind::kOptional);
    const Type& type = optional ? *declared->element() : *declared;
    if (optional && !value.is_none()) add(out, i, "None", [](IValue& v) { v = IValue(); });
    if (value.is_tensor()) {
      add_sizes(out, i, value.as_tensor());
      add_values(out, i, value.as_tensor());
    } else if (value.is_bool()) {
      add(out, i, "the other", [](IValue& v) { v = IValue(!v.as_bool()); });
    } else if (value.is_int() || value.is_double() ||
               (value.is_none() && (type.is(TypeKind::kInt) || type.is(TypeKind::kFloat)))) {
      add_numbers(out, i, type);
    } else if (value.is_list()) {
      add_list(out, i, value);
    } else if (value.is_none() && type.is(TypeKind::kList) && type.element()->is(TypeKind::kInt)) {
      for (const size_t count : {size_t{1}, size_t{2}, size_t{4}}) {
        for (const int64_t number : kIntegers) {
          add(out, i, concat(count, " of ", number), [count, number](IValue& v) {
            v = make_list(types::integer(), std::vector<IValue>(count, IValue(number)));
          });
        }
      }
    } else if (value.is_string()) {
      for (const std::string text : {"", "x", "reflect", "none"}) {
        add(out, i, concat("'", text, "'"), [text](IValue& v) { v = IValue(text); });
      }
    }
  }
  return out;
}

}  // namespace heddle::test
