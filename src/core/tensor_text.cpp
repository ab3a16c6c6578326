// How C++ PyTorch prints a tensor. The Python manner is in tensor_repr.cpp.
#include "core/tensor_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/text.h"
#include "core/element.h"

namespace heddle {
namespace {

constexpr int64_t kLineSize = 80;

// One format for all numbers of a block, after a common factor is taken out.
struct NumberFormat {
  double scale = 1;
  int width = 0;
  const char* style = "%*.6g";  // printf's, with a width
};

// Digits before the point of the smallest and largest magnitude among the finite values.
std::pair<int, int> exponents(std::span<const double> values) {
  double least = HUGE_VAL;
  double most = 0;
  for (double v : values) {
    if (!std::isfinite(v)) continue;
    least = std::min(least, std::fabs(v));
    most = std::max(most, std::fabs(v));
  }
  if (least == HUGE_VAL) return {1, 1};
  const auto digits = [](double v) { return v == 0 ? 1 : static_cast<int>(std::floor(std::log10(v))) + 1; };
  return {digits(least), digits(most)};
}

NumberFormat choose_format(std::span<const double> values) {
  const bool integers =
      std::all_of(values.begin(), values.end(), [](double v) { return !std::isfinite(v) || v == std::ceil(v); });
  const auto [low, high] = exponents(values);
  if (integers) {
    if (high > 9) return {1, 11, "%*.4e"};
    return {1, high + 1, "%*.6g"};
  }
  if (high - low > 4) return {1, std::abs(high) > 99 || std::abs(low) > 99 ? 12 : 11, "%*.4e"};
  if (high > 5 || high < 0) return {std::pow(10.0, high - 1), 7, "%*.4f"};
  return {1, high == 0 ? 7 : high + 6, "%*.4f"};
}

std::string number_text(const NumberFormat& format, double value) {
  char buffer[64];
  const int size = std::snprintf(buffer, sizeof buffer, format.style, format.width, value / format.scale);
  return std::string(buffer, static_cast<size_t>(std::clamp(size, 0, static_cast<int>(sizeof buffer) - 1)));
}

std::string general(double value) { return number_text({1, 0, "%*.6g"}, value); }

std::string vector_text(std::span<const double> values) {
  const NumberFormat format = choose_format(values);
  std::string out;
  if (format.scale != 1) out += general(format.scale) + " *\n";
  for (double v : values) out += number_text(format, v) + "\n";
  return out;
}

// Wide matrices are cut into blocks of columns, as many as fit a line.
std::string matrix_text(std::span<const double> values, int64_t rows, int64_t columns, int64_t indent) {
  const NumberFormat format = choose_format(values);
  const std::string margin(static_cast<size_t>(indent), ' ');
  const int64_t per_line = std::max<int64_t>(1, (kLineSize - indent) / (format.width + 1));
  std::string out = margin;
  for (int64_t first = 0; first < columns; first += per_line) {
    const int64_t last = std::min(first + per_line, columns) - 1;
    if (per_line < columns) {
      if (first != 0) out += "\n";
      out += concat("Columns ", first + 1, " to ", last + 1, margin);
    }
    if (format.scale != 1) out += general(format.scale) + " *\n" + margin;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = first; column <= last; ++column) {
        out += number_text(format, values[static_cast<size_t>(row * columns + column)]);
        out += column == last ? "\n" : " ";
      }
      if (row != rows - 1) out += margin;
    }
  }
  return out;
}

// The last two dimensions as matrices, one for each index of the others, the first of which runs fastest.
std::string matrices_text(std::span<const double> values, const Dims& sizes) {
  const size_t outer = sizes.size() - 2;
  const int64_t rows = sizes[outer];
  const int64_t columns = sizes[outer + 1];
  std::vector<int64_t> index(outer, 0);
  const size_t matrix = static_cast<size_t>(rows * columns);
  std::string out;
  for (size_t n = 0; n < values.size() / matrix; ++n) {
    if (n) out += "\n";
    out += "(";
    for (int64_t i : index) out += concat(i + 1, ",");
    out += ".,.) = \n";
    size_t place = 0;
    for (size_t d = 0; d < outer; ++d) place = place * static_cast<size_t>(sizes[d]) + static_cast<size_t>(index[d]);
    out += matrix_text(values.subspan(place * matrix, matrix), rows, columns, 1);
    for (size_t d = 0; d < outer; ++d) {
      if (++index[d] < sizes[d]) break;
      index[d] = 0;
    }
  }
  return out;
}

// All elements as real numbers in row-major order; complex ones lose their imaginary part, as they do in PyTorch's C++
// printing.
std::vector<double> read_values(const Tensor& tensor) {
  std::vector<double> values;
  values.reserve(static_cast<size_t>(tensor.numel()));
  Dims index(tensor.sizes().size(), 0);
  const int64_t item = element_size(tensor.dtype());
  const auto* base = static_cast<const char*>(tensor.raw_data());
  for (int64_t n = 0; n < tensor.numel(); ++n) {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d) offset += index[d] * tensor.strides()[d];
    const double value = load_element(base + offset * item, tensor.dtype()).to_double();
    values.push_back(tensor.impl()->neg ? -value : value);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < tensor.sizes()[d]) break;
      index[d] = 0;
    }
  }
  return values;
}

}  // namespace

std::string tensor_text(const Tensor& tensor) {
  if (!tensor.defined()) return "[ Tensor (undefined) ]";
  const Dims& sizes = tensor.sizes();
  std::string out;
  if (tensor.numel() > 0) {
    const std::vector<double> values = read_values(tensor);
    if (sizes.empty()) {
      out = general(values[0]) + "\n";
    } else if (sizes.size() == 1) {
      out = vector_text(values);
    } else if (sizes.size() == 2) {
      out = matrix_text(values, sizes[0], sizes[1], 0);
    } else {
      out = matrices_text(values, sizes);
    }
  }
  std::vector<std::string> dims;
  for (int64_t size : sizes) dims.push_back(concat(size));
  return out + concat("[ CPU", dtype_name(tensor.dtype()), "Type{", join(dims, ","), "} ]");
}

}  // namespace heddle
