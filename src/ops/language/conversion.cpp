// int(), float(), bool(), complex(), str(), ord(), chr(), hex() and the implicit conversions of tensors to numbers.
#include <charconv>
#include <cmath>
#include <complex>
#include <limits>

#include "core/boxes.h"
#include "core/element.h"
#include "ops/common/copy.h"
#include "ops/language/integer_math.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using schema::TableBuilder;
using Complex = std::complex<double>;

int64_t to_integer(double value) {
  constexpr double kRange = 9223372036854775808.0;
  return value >= -kRange && value < kRange ? static_cast<int64_t>(value) : std::numeric_limits<int64_t>::min();
}
Result<int64_t> scalar_to_int(const Scalar& s) {
  HEDDLE_REQUIRE_CODE(is_real(s), kType, "can't convert complex to int");
  return s.is_double() ? to_integer(s.to_double()) : s.to_int();
}
Result<double> scalar_to_float(const Scalar& s) {
  HEDDLE_REQUIRE_CODE(is_real(s), kType, "can't convert complex to float");
  return s.to_double();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}
std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+' ? text.substr(1) : text;
}
Result<int64_t> parse_int(std::string_view text) {
  const std::string_view digits = without_plus(trimmed(text));
  int64_t value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  HEDDLE_REQUIRE(code == std::errc() && end == digits.data() + digits.size(),
                 "invalid literal for int() with base 10: ", quoted(text));
  return value;
}
Result<double> parse_float(std::string_view text) {
  const std::string_view digits = without_plus(trimmed(text));
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code == std::errc::result_out_of_range) return std::strtod(std::string(digits).c_str(), nullptr);
  HEDDLE_REQUIRE(code == std::errc() && end == digits.data() + digits.size(),
                 "could not convert string to float: ", quoted(text));
  return value;
}

Result<int64_t> tensor_to_int(const Tensor& t) { return scalar_to_int(HEDDLE_TRY(item(t))); }
Result<double> tensor_to_float(const Tensor& t) { return scalar_to_float(HEDDLE_TRY(item(t))); }
Result<bool> tensor_to_bool(const Tensor& t) {
  HEDDLE_REQUIRE(t.numel() != 0, "Boolean value of Tensor with no values is ambiguous");
  HEDDLE_REQUIRE(t.numel() == 1, "Boolean value of Tensor with more than one value is ambiguous");
  return load_single(t).to_bool();
}

// A tensor given where a number is expected: it must be zero-dimensional and of a kind that loses nothing.
Result<Scalar> implicit(const Tensor& t, std::string_view number) {
  HEDDLE_REQUIRE(!t.impl()->requires_grad, "Cannot input a tensor that requires grad as a scalar argument");
  HEDDLE_REQUIRE(t.dim() == 0, "Cannot input a tensor of dimension other than 0 as a scalar argument");
  HEDDLE_REQUIRE(number != "int" || is_integral_or_bool(t.dtype()), "Cannot input a tensor of type ",
                 dtype_name(t.dtype()), " as an integral argument");
  return item(t);
}
Result<int64_t> implicit_int(const Tensor& t) { return HEDDLE_TRY(implicit(t, "int")).to_int(); }
Result<double> implicit_float(const Tensor& t) { return scalar_to_float(HEDDLE_TRY(implicit(t, "float"))); }
Result<Complex> implicit_complex(const Tensor& t) { return HEDDLE_TRY(implicit(t, "complex")).to_complex(); }
Result<Scalar> implicit_scalar(const Tensor& t) { return implicit(t, "Scalar"); }

Complex make_complex(double real, double imag) { return {real, imag}; }
Result<Complex> complex_of_values(const IValue& real, const IValue& imag) {
  double parts[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    const IValue& value = i ? imag : real;
    HEDDLE_REQUIRE_CODE(value.is_tensor() || value.is_number(), kType, "complex() needs numbers, but got ",
                        value.type_text());
    const Scalar number = value.is_tensor() ? HEDDLE_TRY(item(value.as_tensor())) : value.as_scalar();
    parts[i] = HEDDLE_TRY(scalar_to_float(number));
  }
  return Complex(parts[0], parts[1]);
}

std::string in_base(int64_t value, std::string_view prefix, int base) {
  char digits[72];
  const uint64_t magnitude = value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const char* const end = std::to_chars(digits, digits + sizeof digits, magnitude, base).ptr;
  return concat(value < 0 ? "-" : "", prefix, std::string_view(digits, static_cast<size_t>(end - digits)));
}
std::string hex(int64_t value) { return in_base(value, "0x", 16); }
std::string oct(int64_t value) { return in_base(value, "0o", 8); }
std::string bin(int64_t value) { return in_base(value, "0b", 2); }

// One byte, as PyTorch's: its strings are bytes.
std::string chr(int64_t value) { return std::string(1, static_cast<char>(value)); }
Result<int64_t> ord(std::string_view text) {
  HEDDLE_REQUIRE(text.size() == 1, "String for ord() must be 1 character, found ", text.size());
  return static_cast<int64_t>(static_cast<uint8_t>(text[0]));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(language_conversion) {
  using namespace heddle::schema;
  table.add("aten::Int.Tensor(Tensor a) -> int", boxed<&tensor_to_int>());
  table.add("aten::Int.bool(bool a) -> int", boxed<[](bool a) { return static_cast<int64_t>(a); }>());
  table.add("aten::Int.float(float a) -> int", boxed<&to_integer>());
  table.add("aten::Int.Scalar(Scalar a) -> int", boxed<&scalar_to_int>());
  table.add("aten::Int.str(str a) -> int", boxed<&parse_int>());
  table.add("aten::Float.Tensor(Tensor a) -> float", boxed<&tensor_to_float>());
  table.add("aten::Float.bool(bool a) -> float", boxed<[](bool a) { return a ? 1.0 : 0.0; }>());
  table.add("aten::Float.int(int a) -> float", boxed<[](int64_t a) { return static_cast<double>(a); }>());
  table.add("aten::Float.Scalar(Scalar a) -> float", boxed<&scalar_to_float>());
  table.add("aten::Float.str(str a) -> float", boxed<&parse_float>());
  table.add("aten::Bool.Tensor(Tensor a) -> bool", boxed<&tensor_to_bool>());
  table.add("aten::Bool.int(int a) -> bool", boxed<[](int64_t a) { return a != 0; }>());
  table.add("aten::Bool.float(float a) -> bool", boxed<[](double a) { return a != 0; }>());

  table.add("aten::Complex.Scalar(Scalar a) -> complex", boxed<[](const Scalar& a) { return a.to_complex(); }>());
  table.add("aten::Complex.Tensor_Tensor(Tensor a, Tensor b) -> complex", boxed<&complex_of_values>());
  for (std::string_view x : {"int", "float", "bool"}) {
    for (std::string_view y : {"int", "float", "bool"}) {
      table.add(concat("aten::Complex.", x, "_", y, "(", x, " x, ", y, " y) -> complex"), boxed<&make_complex>());
    }
    table.add(concat("aten::Complex.Tensor_", x, "(Tensor x, ", x, " y) -> complex"), boxed<&complex_of_values>());
    table.add(concat("aten::Complex.", x, "_Tensor(", x, " x, Tensor y) -> complex"), boxed<&complex_of_values>());
  }

  table.add("aten::IntImplicit(Tensor a) -> int", boxed<&implicit_int>());
  table.add("aten::FloatImplicit(Tensor a) -> float", boxed<&implicit_float>());
  table.add("aten::ComplexImplicit(Tensor a) -> complex", boxed<&implicit_complex>());
  table.add("aten::ScalarImplicit(Tensor a) -> Scalar", boxed<&implicit_scalar>());
  table.add("aten::item(Tensor self) -> Scalar", boxed<&item>());
  table.add("aten::_local_scalar_dense(Tensor self) -> Scalar", boxed<&item>());

  table.add("aten::str(t elem) -> str", boxed<[](const IValue& value) { return to_text(value); }>());
  table.add("aten::hex(int i) -> str", boxed<&hex>());
  table.add("aten::oct(int i) -> str", boxed<&oct>());
  table.add("aten::bin(int i) -> str", boxed<&bin>());
  table.add("aten::chr(int i) -> str", boxed<&chr>());
  table.add("aten::ord(str string) -> int", boxed<&ord>());
}
