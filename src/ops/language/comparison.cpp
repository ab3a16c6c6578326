// == != < <= > >=, `is`, `not` on values that are no tensors.
#include <algorithm>
#include <complex>

#include "core/boxes.h"
#include "ops/language/integer_math.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::TableBuilder;
using Complex = std::complex<double>;

struct Equal {
  template <class T>
  static bool of(const T& a, const T& b) {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  static bool of(const T& a, const T& b) {
    return !(a == b);
  }
};
struct Less {
  template <class T>
  static bool of(const T& a, const T& b) {
    return a < b;
  }
};
struct LessEqual {
  template <class T>
  static bool of(const T& a, const T& b) {
    return a <= b;
  }
};
struct Greater {
  template <class T>
  static bool of(const T& a, const T& b) {
    return a > b;
  }
};
struct GreaterEqual {
  template <class T>
  static bool of(const T& a, const T& b) {
    return a >= b;
  }
};

template <class Op, class T>
bool compare(T a, T b) {
  return Op::of(a, b);
}
template <class Op>
Result<bool> compare_scalars(const Scalar& a, const Scalar& b) {
  if (a.is_complex() || b.is_complex()) {
    if constexpr (std::is_same_v<Op, Equal> || std::is_same_v<Op, NotEqual>) {
      return Op::of(a.to_complex(), b.to_complex());
    } else {
      return error(ErrorCode::kType, "complex numbers have no order");
    }
  }
  if (a.is_double() || b.is_double()) return Op::of(a.to_double(), b.to_double());
  return Op::of(a.to_int(), b.to_int());
}

template <class Op>
void add_ordered(TableBuilder& table, std::string_view name) {
  const auto overload = [&](std::string_view signature, schema::Kernel kernel) {
    table.add(concat("aten::", name, signature, " -> bool"), kernel);
  };
  const schema::Kernel real = boxed<&compare<Op, double>>();
  overload(".int(int a, int b)", boxed<&compare<Op, int64_t>>());
  overload(".float(float a, float b)", real);
  overload(".int_float(int a, float b)", real);
  overload(".float_int(float a, int b)", real);
  overload("(Scalar a, Scalar b)", boxed<&compare_scalars<Op>>());
  overload(".str(str a, str b)", boxed<&compare<Op, std::string_view>>());
}

template <bool wanted>
Result<bool> values_are(const IValue& a, const IValue& b) {
  return HEDDLE_TRY(values_equal(a, b)) == wanted;
}
// Enums are equal when they are the same member.
template <bool wanted>
bool enums_are(EnumValue* a, EnumValue* b) {
  const bool same_type = a->enum_type == b->enum_type || a->enum_type->to_text() == b->enum_type->to_text();
  return (same_type && a->name() == b->name()) == wanted;
}

template <class Op, bool wanted>
void add_equality(TableBuilder& table, std::string_view name) {
  const auto overload = [&](std::string_view kind, std::string_view a, std::string_view b, schema::Kernel kernel) {
    table.add(concat("aten::", name, ".", kind, "(", a, " a, ", b, " b) -> bool"), kernel);
  };
  const schema::Kernel complex = boxed<&compare<Op, Complex>>();
  overload("complex", "complex", "complex", complex);
  overload("complex_float", "complex", "float", complex);
  overload("float_complex", "float", "complex", complex);
  overload("bool", "bool", "bool", boxed<&compare<Op, bool>>());
  overload("device", "Device", "Device", boxed<&compare<Op, Device>>());
  for (std::string_view element : {"int", "float", "bool", "str"}) {
    const std::string list = concat(element, "[]");
    overload(concat(element, "_list"), list, list, boxed<&values_are<wanted>>());
  }
  overload("Tensor_list", "Tensor[]", "Tensor[]", boxed<&values_are<wanted>>());
  overload("enum", "AnyEnumType", "AnyEnumType", boxed<&enums_are<wanted>>());
}

bool is_same_value(const IValue& a, const IValue& b) { return a.is_same(b); }
bool is_other_value(const IValue& a, const IValue& b) { return !a.is_same(b); }

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_comparison) {
  using namespace heddle::schema;
  add_ordered<Equal>(table, "eq");
  add_ordered<NotEqual>(table, "ne");
  add_ordered<Less>(table, "lt");
  add_ordered<LessEqual>(table, "le");
  add_ordered<Greater>(table, "gt");
  add_ordered<GreaterEqual>(table, "ge");
  add_equality<Equal, true>(table, "eq");
  add_equality<NotEqual, false>(table, "ne");
  table.add("aten::__is__(t1 self, t2 obj) -> bool", boxed<&is_same_value>());
  table.add("aten::__isnot__(t1 self, t2 obj) -> bool", boxed<&is_other_value>());
  table.add("aten::__not__(bool self) -> bool", boxed<[](bool value) { return !value; }>());
}
