#include "cli/compare.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/elements.h"
#include "core/boxes.h"

namespace heddle::cli {
namespace {

class Comparer {
 public:
  Comparer(const Tolerance& tolerance, Comparison& result) : tolerance_(tolerance), result_(result) {}

  void values(const IValue& actual, const IValue& expected, const std::string& path) {
    if (actual.is_tensor() && expected.is_tensor()) {
      tensors(actual.as_tensor(), expected.as_tensor(), path);
    } else if (actual.is_number() && expected.is_number() && actual.tag() == expected.tag()) {
      numbers(actual.as_scalar(), expected.as_scalar(), path);
    } else if (is_sequence(actual) && is_sequence(expected)) {
      sequences(items_of(actual), items_of(expected), path);
    } else if (actual.is_dict() && expected.is_dict()) {
      dicts(actual.as_dict(), expected.as_dict(), path);
    } else if (actual.tag() != expected.tag()) {
      differ(path, concat("is ", actual.type_text(), ", expected ", expected.type_text()));
    } else if (const std::string a = repr_text(actual), e = repr_text(expected); a != e) {
      differ(path, concat("is ", a, ", expected ", e));
    }
  }

  void json(const Json& actual, const Json& expected, const std::string& path) {
    if (is_json_number(actual) && is_json_number(expected)) {
      numbers(json_number(actual), json_number(expected), path);
    } else if (actual.is_array() && expected.is_array()) {
      if (!same_size(actual.size(), expected.size(), path)) return;
      for (size_t i = 0; i < actual.size(); ++i) json(actual[i], expected[i], concat(path, "[", i, "]"));
    } else if (actual.is_object() && expected.is_object()) {
      if (!same_size(actual.size(), expected.size(), path)) return;
      for (const auto& [key, value] : expected.items()) {
        const std::string below = concat(path, "[", heddle::quoted(key), "]");
        if (actual.contains(key)) {
          json(actual[key], value, below);
        } else {
          differ(below, "is missing");
        }
      }
    } else if (actual != expected) {
      differ(path, concat("is ", actual.dump(), ", expected ", expected.dump()));
    }
  }

 private:
  static bool is_sequence(const IValue& value) { return value.is_list() || value.is_tuple(); }
  static const std::vector<IValue>& items_of(const IValue& value) {
    return value.is_list() ? value.as_list().items : value.as_tuple().items;
  }
  // JSON spells what it lacks as text: see to_json.
  static bool is_json_number(const Json& value) {
    return value.is_number() || value == "NaN" || value == "Infinity" || value == "-Infinity";
  }
  static Scalar json_number(const Json& value) {
    if (value.is_number_integer()) return value.get<int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value == "NaN") return std::nan("");
    return value == "Infinity" ? HUGE_VAL : -HUGE_VAL;
  }

  void differ(const std::string& path, std::string_view what) {
    result_.differences.push_back(concat(path, " ", what));
  }

  bool same_size(size_t actual, size_t expected, const std::string& path) {
    if (actual == expected) return true;
    differ(path, concat("has ", actual, " parts, expected ", expected));
    return false;
  }

  void sequences(const std::vector<IValue>& actual, const std::vector<IValue>& expected, const std::string& path) {
    if (!same_size(actual.size(), expected.size(), path)) return;
    for (size_t i = 0; i < actual.size(); ++i) values(actual[i], expected[i], concat(path, "[", i, "]"));
  }

  void dicts(DictValue& actual, DictValue& expected, const std::string& path) {
    if (!same_size(actual.size(), expected.size(), path)) return;
    for (const DictValue::Entry& entry : expected.entries()) {
      const std::string below = concat(path, "[", repr_text(entry.key), "]");
      if (const IValue* found = actual.find(entry.key)) {
        values(*found, entry.value, below);
      } else {
        differ(below, "is missing");
      }
    }
  }

  // Counts the pair; false when it is too far apart.
  bool close(const Scalar& actual, const Scalar& expected) {
    ++result_.compared;
    if (actual.is_integral_or_bool() && expected.is_integral_or_bool()) {
      const double distance = std::abs(static_cast<double>(actual.to_int()) - static_cast<double>(expected.to_int()));
      result_.largest = std::max(result_.largest, distance);
      return actual.to_int() == expected.to_int();
    }
    const std::complex<double> a = actual.to_complex(), e = expected.to_complex();
    const bool same_nan = std::isnan(a.real()) == std::isnan(e.real()) && std::isnan(a.imag()) == std::isnan(e.imag());
    if (a == e || (same_nan && (std::isnan(a.real()) || std::isnan(a.imag())))) return true;
    const double distance = std::abs(a - e);
    // A NaN on one side makes the distance NaN, and every comparison with it false.
    if (std::isnan(distance)) {
      result_.largest = HUGE_VAL;
      return false;
    }
    result_.largest = std::max(result_.largest, distance);
    return std::isfinite(distance) && distance <= tolerance_.atol + tolerance_.rtol * std::abs(e);
  }

  void numbers(const Scalar& actual, const Scalar& expected, const std::string& path) {
    if (!close(actual, expected))
      differ(path, concat("is ", repr_text(IValue(actual)), ", expected ", repr_text(IValue(expected))));
  }

  void tensors(const Tensor& actual, const Tensor& expected, const std::string& path) {
    if (actual.dtype() != expected.dtype()) {
      return differ(path,
                    concat("is of dtype ", python_name(actual.dtype()), ", expected ", python_name(expected.dtype())));
    }
    if (actual.sizes() != expected.sizes()) {
      return differ(
          path, concat("has shape ", to_text(actual.sizes().span()), ", expected ", to_text(expected.sizes().span())));
    }
    std::vector<int64_t> offsets;
    offsets.reserve(static_cast<size_t>(expected.numel()));
    for_each_element(expected, [&](const Dims&, int64_t offset) { offsets.push_back(offset); });
    size_t at = 0;
    int64_t apart = 0;
    std::string first;
    for_each_element(actual, [&](const Dims& index, int64_t offset) {
      const Scalar a = element_at(actual, offset), e = element_at(expected, offsets[at++]);
      if (close(a, e) || apart++ > 0) return;
      first = concat("at ", to_text(index.span()), " is ", repr_text(IValue(a)), ", expected ", repr_text(IValue(e)));
    });
    if (apart > 0) differ(path, concat("differs in ", apart, " of ", actual.numel(), " elements; the first ", first));
  }

  const Tolerance& tolerance_;
  Comparison& result_;
};

}  // namespace

Comparison compare(const IValue& actual, const IValue& expected, const Tolerance& tolerance) {
  Comparison result;
  Comparer(tolerance, result).values(actual, expected, "output");
  return result;
}

Comparison compare(const IValue& actual, const Json& expected, const Tolerance& tolerance) {
  Comparison result;
  Comparer(tolerance, result).json(to_json(actual), expected, "output");
  return result;
}

}  // namespace heddle::cli
