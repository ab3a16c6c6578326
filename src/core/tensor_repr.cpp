// How Python's repr shows a tensor, with torch.set_printoptions at its defaults.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/text.h"
#include "core/element.h"
#include "core/tensor_text.h"

namespace heddle {
namespace {

constexpr int64_t kThreshold = 1000;  // more elements than this are summarised
constexpr int64_t kEdgeItems = 3;
constexpr int64_t kLineWidth = 80;

std::string with_printf(const char* style, double value) {
  char buffer[400];
  const int size = std::snprintf(buffer, sizeof buffer, style, value);
  return std::string(buffer, static_cast<size_t>(std::clamp(size, 0, static_cast<int>(sizeof buffer) - 1)));
}

// Chooses one style for all numbers shown, then gives each the same width.
class NumberFormat {
 public:
  void see(std::span<const double> values) {
    double least = HUGE_VAL;
    double most = 0;
    for (double v : values) {
      if (v == 0 || !std::isfinite(v)) continue;
      least = std::min(least, std::fabs(v));
      most = std::max(most, std::fabs(v));
      whole_ = whole_ && v == std::ceil(v);
    }
    if (most == 0) return;
    scientific_ = most / least > 1000 || most > 1e8 || (!whole_ && least < 1e-4);
    for (double v : values) {
      if (v != 0 && std::isfinite(v)) width_ = std::max(width_, plain(v).size());
    }
  }
  size_t width() const { return width_; }
  std::string text(double value) const {
    const std::string digits = plain(value);
    return std::string(width_ > digits.size() ? width_ - digits.size() : 0, ' ') + digits;
  }

 private:
  std::string plain(double value) const {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    if (scientific_) return with_printf("%.4e", value);
    return whole_ ? with_printf("%.0f", value) + "." : with_printf("%.4f", value);
  }

  bool whole_ = true;
  bool scientific_ = false;
  size_t width_ = 1;
};

class TensorPrinter {
 public:
  explicit TensorPrinter(const Tensor& tensor) : tensor_(tensor), summarise_(tensor.numel() > kThreshold) {}

  std::string print() {
    collect(0, 0);
    measure();
    next_ = 0;
    return print_from(0, kIndent);
  }

  static constexpr int64_t kIndent = 7;  // of "tensor("

 private:
  // Indexes of a dimension that are shown; -1 stands for the dots.
  std::vector<int64_t> shown(int64_t size) const {
    std::vector<int64_t> indexes;
    for (int64_t i = 0; i < size; ++i) {
      if (summarise_ && size > 2 * kEdgeItems && i == kEdgeItems) {
        indexes.push_back(-1);
        i = size - kEdgeItems;
      }
      indexes.push_back(i);
    }
    return indexes;
  }

  void collect(int64_t dim, int64_t offset) {
    if (dim == tensor_.dim()) {
      const auto* base = static_cast<const char*>(tensor_.raw_data());
      Scalar value = load_element(base + offset * element_size(tensor_.dtype()), tensor_.dtype());
      if (tensor_.impl()->conj && value.is_complex()) value = std::conj(value.to_complex());
      if (tensor_.impl()->neg) value = value.is_complex() ? Scalar(-value.to_complex()) : Scalar(-value.to_double());
      values_.push_back(value);
      return;
    }
    for (int64_t i : shown(tensor_.size(dim))) {
      if (i >= 0) collect(dim + 1, offset + i * tensor_.stride(dim));
    }
  }

  void measure() {
    if (!is_floating(tensor_.dtype()) && !is_complex(tensor_.dtype())) {
      for (const Scalar& value : values_) width_ = std::max(width_, exact(value).size());
      return;
    }
    std::vector<double> parts;
    for (const Scalar& value : values_) parts.push_back(value.to_double());
    real_.see(parts);
    if (is_complex(tensor_.dtype())) {
      for (size_t i = 0; i < parts.size(); ++i) parts[i] = values_[i].to_complex().imag();
      imag_.see(parts);
    }
  }

  static std::string exact(const Scalar& value) {
    if (value.is_bool()) return value.to_bool() ? "True" : "False";
    return concat(value.to_int());
  }

  std::string element(const Scalar& value) const {
    if (value.is_complex()) {
      std::string imag = imag_.text(value.to_complex().imag()) + "j";
      imag.erase(0, imag.find_first_not_of(' '));
      return concat(real_.text(value.to_double()), imag[0] == '-' ? "" : "+", imag);
    }
    if (value.is_double()) return real_.text(value.to_double());
    const std::string text = exact(value);
    return std::string(width_ - text.size(), ' ') + text;
  }

  int64_t element_width() const {
    if (is_complex(tensor_.dtype())) return static_cast<int64_t>(real_.width() + imag_.width()) + 1;
    return static_cast<int64_t>(is_floating(tensor_.dtype()) ? real_.width() : width_);
  }

  std::string print_from(int64_t dim, int64_t indent) {
    if (dim == tensor_.dim()) return element(values_[next_++]);
    const bool innermost = dim == tensor_.dim() - 1;
    const int64_t per_line = std::max<int64_t>(1, (kLineWidth - indent) / (element_width() + 2));
    const std::string line_break =
        (innermost ? "\n" : std::string(static_cast<size_t>(tensor_.dim() - dim - 1), '\n')) +
        std::string(static_cast<size_t>(indent + 1), ' ');
    std::string out = "[";
    int64_t count = 0;
    for (int64_t i : shown(tensor_.size(dim))) {
      if (count > 0) out += !innermost || count % per_line == 0 ? "," + line_break : ", ";
      ++count;
      if (i < 0) {
        out += innermost ? " ..." : "...";
      } else {
        out += print_from(dim + 1, indent + 1);
      }
    }
    return out + "]";
  }

  const Tensor& tensor_;
  const bool summarise_;
  std::vector<Scalar> values_;
  size_t next_ = 0;
  size_t width_ = 1;
  NumberFormat real_;
  NumberFormat imag_;
};

}  // namespace

std::string tensor_repr(const Tensor& tensor) {
  if (!tensor.defined()) return "tensor([])";
  const DType dtype = tensor.dtype();
  const bool empty = tensor.numel() == 0;
  const bool usual = dtype == DType::kFloat32 ||
                     (!empty && (dtype == DType::kInt64 || dtype == DType::kBool || dtype == DType::kComplex64));
  std::vector<std::string> notes;
  if (empty && tensor.dim() != 1) {
    std::vector<std::string> sizes;
    for (int64_t size : tensor.sizes()) sizes.push_back(concat(size));
    notes.push_back(concat("size=(", join(sizes, ", "), ")"));
  }
  if (!usual) notes.push_back(concat("dtype=torch.", python_name(dtype)));

  std::string out = concat("tensor(", empty ? "[]" : TensorPrinter(tensor).print());
  const size_t last_break = out.rfind('\n');
  auto line =
      static_cast<int64_t>(out.size() - (last_break == out.npos ? 0 : last_break)) + (last_break == out.npos ? 2 : 1);
  for (const std::string& note : notes) {
    const auto size = static_cast<int64_t>(note.size());
    if (line + size + 2 > kLineWidth) {
      out += concat(",\n", std::string(TensorPrinter::kIndent, ' '), note);
      line = TensorPrinter::kIndent + size;
    } else {
      out += concat(", ", note);
      line += size + 2;
    }
  }
  return out + ")";
}

}  // namespace heddle
