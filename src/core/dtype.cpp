#include "core/dtype.h"

#include <array>

namespace heddle {
namespace {

struct DTypeRow {
  std::string_view name;
  std::string_view python_name;
  int64_t size;
};

constexpr std::array<DTypeRow, 16> kRows = {{
    {"Byte", "uint8", 1},
    {"Char", "int8", 1},
    {"Short", "int16", 2},
    {"Int", "int32", 4},
    {"Long", "int64", 8},
    {"Half", "float16", 2},
    {"Float", "float32", 4},
    {"Double", "float64", 8},
    {"ComplexHalf", "complex32", 4},
    {"ComplexFloat", "complex64", 8},
    {"ComplexDouble", "complex128", 16},
    {"Bool", "bool", 1},
    {"QInt8", "qint8", 1},
    {"QUInt8", "quint8", 1},
    {"QInt32", "qint32", 4},
    {"BFloat16", "bfloat16", 2},
}};

const DTypeRow& row(DType dtype) { return kRows[static_cast<size_t>(dtype)]; }

// Order of the categories bool < integral < floating < complex.
int category(DType dtype) {
  if (dtype == DType::kBool) return 0;
  if (is_integral(dtype)) return 1;
  return is_floating(dtype) ? 2 : 3;
}

DType promote_integral(DType a, DType b) {
  const bool a_byte = a == DType::kUInt8;
  const bool b_byte = b == DType::kUInt8;
  // uint8 has no common type with int8 below int16; the other integers hold every uint8.
  if ((a_byte && b == DType::kInt8) || (b_byte && a == DType::kInt8)) return DType::kInt16;
  if (a_byte) return b;
  if (b_byte) return a;
  return element_size(a) >= element_size(b) ? a : b;
}

DType promote_floating(DType a, DType b) {
  if (element_size(a) == 2 && element_size(b) == 2) return DType::kFloat32;
  return element_size(a) >= element_size(b) ? a : b;
}

}  // namespace

int64_t element_size(DType dtype) { return row(dtype).size; }
std::string_view dtype_name(DType dtype) { return row(dtype).name; }
std::string_view python_name(DType dtype) { return row(dtype).python_name; }

std::optional<DType> dtype_from_number(int64_t number) {
  if (number < 0 || number >= static_cast<int64_t>(kRows.size())) return std::nullopt;
  return static_cast<DType>(number);
}

std::optional<DType> dtype_from_python_name(std::string_view name) {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].python_name == name) return static_cast<DType>(i);
  }
  struct Alias {
    std::string_view name;
    DType dtype;
  };
  static constexpr Alias kAliases[] = {
      {"float", DType::kFloat32},    {"double", DType::kFloat64},     {"half", DType::kFloat16},
      {"long", DType::kInt64},       {"int", DType::kInt32},          {"short", DType::kInt16},
      {"cfloat", DType::kComplex64}, {"cdouble", DType::kComplex128}, {"chalf", DType::kComplex32},
  };
  for (const Alias& alias : kAliases) {
    if (alias.name == name) return alias.dtype;
  }
  return std::nullopt;
}

bool is_floating(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64 || dtype == DType::kFloat16 || dtype == DType::kBFloat16;
}
bool is_complex(DType dtype) {
  return dtype == DType::kComplex64 || dtype == DType::kComplex128 || dtype == DType::kComplex32;
}
bool is_integral(DType dtype) { return static_cast<int>(dtype) <= static_cast<int>(DType::kInt64); }
bool is_quantized(DType dtype) { return dtype == DType::kQInt8 || dtype == DType::kQUInt8 || dtype == DType::kQInt32; }

DType real_dtype(DType dtype) {
  switch (dtype) {
    case DType::kComplex32:
      return DType::kFloat16;
    case DType::kComplex64:
      return DType::kFloat32;
    case DType::kComplex128:
      return DType::kFloat64;
    default:
      return dtype;
  }
}

DType complex_dtype(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return DType::kComplex32;
    case DType::kFloat64:
    case DType::kComplex128:
      return DType::kComplex128;
    case DType::kComplex32:
      return DType::kComplex32;
    default:
      return DType::kComplex64;
  }
}

std::optional<DType> promote_types(DType a, DType b) {
  if (a == b) return a;
  if (is_quantized(a) || is_quantized(b)) return std::nullopt;
  if (category(a) < category(b)) std::swap(a, b);
  if (category(a) == category(b)) {
    if (category(a) == 1) return promote_integral(a, b);
    if (category(a) == 2) return promote_floating(a, b);
    return element_size(a) >= element_size(b) ? a : b;
  }
  if (category(a) == 3 && category(b) == 2) {
    // A complex type takes at least the precision of the real one beside it.
    const DType wanted = b == DType::kBFloat16 ? DType::kComplex64 : complex_dtype(b);
    return element_size(a) >= element_size(wanted) ? a : wanted;
  }
  return a;
}

bool can_cast(DType from, DType to) {
  if (from == to) return true;
  if (is_quantized(from) || is_quantized(to)) return false;
  return category(from) <= category(to);
}

}  // namespace heddle
