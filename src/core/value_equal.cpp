// Python's == over run-time values.
#include <algorithm>

#include "core/boxes.h"
#include "core/element.h"

namespace heddle {
namespace {

// Values nested deeper than this can only be rings through List[Any].
constexpr int kMaxDepth = 1000;

bool numbers_equal(const Scalar& a, const Scalar& b) {
  if (a.is_complex() || b.is_complex()) return a.to_complex() == b.to_complex();
  if (a.is_integral_or_bool() && b.is_integral_or_bool()) return a.to_int() == b.to_int();
  // long double holds every int64 and every double, so large integers do not round to a false match.
  const auto exact = [](const Scalar& s) {
    return s.is_double() ? static_cast<long double>(s.to_double()) : static_cast<long double>(s.to_int());
  };
  return exact(a) == exact(b);
}

Result<bool> tensors_equal(const Tensor& a, const Tensor& b) {
  if (a.is_same(b)) return true;
  HEDDLE_REQUIRE(
      a.numel() == 1 && b.numel() == 1,
      "Boolean value of Tensor with more than one value is ambiguous: comparing containers compares the tensors "
      "of sizes ",
      to_text(a.sizes().span()), " and ", to_text(b.sizes().span()), " in them");
  return numbers_equal(load_single(a), load_single(b));
}

Result<bool> equal_at(const IValue& a, const IValue& b, int depth);

Result<bool> items_equal(std::span<const IValue> a, std::span<const IValue> b, int depth) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!HEDDLE_TRY(equal_at(a[i], b[i], depth))) return false;
  }
  return true;
}

Result<bool> dicts_equal(const DictValue& a, DictValue& b, int depth) {
  if (a.size() != b.size()) return false;
  for (const DictValue::Entry& entry : a.entries()) {
    const IValue* other = b.find(entry.key);
    if (!other || !HEDDLE_TRY(equal_at(entry.value, *other, depth))) return false;
  }
  return true;
}

Result<bool> equal_at(const IValue& a, const IValue& b, int depth) {
  HEDDLE_REQUIRE_CODE(depth < kMaxDepth, kLimit, "comparing values nested more than ", kMaxDepth, " deep");
  if (a.is_number() && b.is_number()) return numbers_equal(a.as_scalar(), b.as_scalar());
  if (a.tag() != b.tag()) return false;
  switch (a.tag()) {
    case IValue::Tag::kNone:
      return true;
    case IValue::Tag::kString:
      return a.as_string() == b.as_string();
    case IValue::Tag::kDevice:
      return a.as_device() == b.as_device();
    case IValue::Tag::kTensor:
      return tensors_equal(a.as_tensor(), b.as_tensor());
    case IValue::Tag::kList:
      return items_equal(a.as_list().items, b.as_list().items, depth + 1);
    case IValue::Tag::kTuple:
      return items_equal(a.as_tuple().items, b.as_tuple().items, depth + 1);
    case IValue::Tag::kDict:
      return dicts_equal(a.as_dict(), b.as_dict(), depth + 1);
    case IValue::Tag::kEnum:
      return a.as_enum().enum_type == b.as_enum().enum_type && a.as_enum().member_index == b.as_enum().member_index;
    default:
      return a.is_same(b);
  }
}

}  // namespace

Result<bool> values_equal(const IValue& a, const IValue& b) { return equal_at(a, b, 0); }

}  // namespace heddle
