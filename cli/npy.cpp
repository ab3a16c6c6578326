#include "cli/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

#include "cli/elements.h"
#include "core/element.h"

namespace heddle::cli {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr int64_t kMaxRank = 64;

struct DTypeRow {
  std::string_view code;  // the kind and size of NumPy's descr, without its byte order
  DType dtype;
};
constexpr std::array kDTypes = {
    DTypeRow{"f2", DType::kFloat16},   DTypeRow{"f4", DType::kFloat32},    DTypeRow{"f8", DType::kFloat64},
    DTypeRow{"i1", DType::kInt8},      DTypeRow{"i2", DType::kInt16},      DTypeRow{"i4", DType::kInt32},
    DTypeRow{"i8", DType::kInt64},     DTypeRow{"u1", DType::kUInt8},      DTypeRow{"b1", DType::kBool},
    DTypeRow{"c8", DType::kComplex64}, DTypeRow{"c16", DType::kComplex128}};

struct Header {
  std::string descr;
  bool fortran_order = false;
  Dims shape;
};

// The header is the repr of a Python dict with three known keys; this reads that much of Python and no more.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<Header> parse() {
    Header header;
    bool has_descr = false, has_order = false, has_shape = false;
    if (!take('{')) return broken("it does not open with '{'");
    while (!take('}')) {
      const std::optional<std::string> key = string();
      if (!key || !take(':')) return broken("a key is missing");
      if (*key == "descr") {
        std::optional<std::string> descr = string();
        if (!descr) return error(ErrorCode::kUnsupported, name_, ": structured arrays have no PyTorch type");
        header.descr = std::move(*descr);
        has_descr = true;
      } else if (*key == "fortran_order") {
        if (word("True")) {
          header.fortran_order = true;
        } else if (!word("False")) {
          return broken("fortran_order is neither True nor False");
        }
        has_order = true;
      } else if (*key == "shape") {
        if (!shape(header.shape)) return broken("the shape is no tuple of sizes");
        has_shape = true;
      } else {
        return broken(concat("unknown key ", quoted(*key)));
      }
      if (!take(',')) {
        if (!take('}')) return broken("it does not close with '}'");
        break;
      }
    }
    if (!has_descr || !has_order || !has_shape) return broken("descr, fortran_order or shape is missing");
    return header;
  }

 private:
  Status broken(std::string_view what) const {
    return error(ErrorCode::kBadArchive, name_, ": broken .npy header: ", what);
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view w) {
    skip_blanks();
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }
  std::optional<std::string> string() {
    skip_blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
    const size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string result(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return result;
  }
  bool shape(Dims& sizes) {
    if (!take('(')) return false;
    while (!take(')')) {
      skip_blanks();
      int64_t size = 0;
      const char* end = text_.data() + text_.size();
      const auto [stop, failure] = std::from_chars(text_.data() + at_, end, size);
      if (failure != std::errc() || size < 0 || static_cast<int64_t>(sizes.size()) == kMaxRank) return false;
      at_ = static_cast<size_t>(stop - text_.data());
      sizes.push_back(size);
      if (!take(',')) {
        if (!take(')')) return false;
        break;
      }
    }
    return true;
  }

  std::string_view text_;
  std::string_view name_;
  size_t at_ = 0;
};

void swap_bytes(std::byte* data, int64_t count, int64_t width) {
  for (int64_t i = 0; i < count; ++i) std::reverse(data + i * width, data + (i + 1) * width);
}

Result<Tensor> make_tensor(const Header& header, DType dtype) {
  if (!header.fortran_order) return Tensor::empty(header.shape, dtype);
  Dims strides = header.shape;
  int64_t step = 1;
  for (size_t i = 0; i < strides.size(); ++i) {
    strides[i] = step;
    step *= std::max<int64_t>(header.shape[i], 1);
  }
  return Tensor::empty_strided(header.shape, strides, dtype);
}

}  // namespace

Result<Tensor> read_npy(std::span<const std::byte> bytes, std::string_view name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() < 10 || text.substr(0, kMagic.size()) != kMagic) {
    return error(ErrorCode::kBadArchive, name, " is no .npy file: it does not begin as one");
  }
  const int version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3) {
    return error(ErrorCode::kUnsupported, name, " is a .npy file of version ", version, "; known are 1, 2 and 3");
  }
  // Version 1 counts its header in two bytes, later ones in four.
  const size_t counted = version == 1 ? 2 : 4;
  size_t header_size = 0;
  if (text.size() < 8 + counted) return error(ErrorCode::kBadArchive, name, " ends inside its .npy header");
  std::memcpy(&header_size, text.data() + 8, counted);
  const size_t begin = 8 + counted;
  if (header_size > text.size() - begin) return error(ErrorCode::kBadArchive, name, " ends inside its .npy header");

  const Header header = HEDDLE_TRY(HeaderParser(text.substr(begin, header_size), name).parse());
  const bool has_order =
      !header.descr.empty() && std::string_view("<>|=").find(header.descr[0]) != std::string_view::npos;
  const std::string_view code = std::string_view(header.descr).substr(has_order ? 1 : 0);
  const auto* row = std::find_if(kDTypes.begin(), kDTypes.end(), [&](const DTypeRow& r) { return r.code == code; });
  if (row == kDTypes.end()) {
    return error(ErrorCode::kUnsupported, name, ": elements of NumPy type ", quoted(header.descr),
                 " have no PyTorch type; convert the array first, with .astype('int64') or .astype('float32') say");
  }
  const int64_t count = HEDDLE_TRY(checked_numel(header.shape, element_size(row->dtype)));
  const auto needed = static_cast<size_t>(count * element_size(row->dtype));
  const size_t data_begin = begin + header_size;
  // Checked before anything is allocated: a header may promise more than any machine holds.
  if (bytes.size() - data_begin < needed) {
    return error(ErrorCode::kBadArchive, name, " is cut off: an array of shape ", to_text(header.shape.span()),
                 " needs ", needed, " bytes of data, there are ", bytes.size() - data_begin);
  }
  Tensor tensor = HEDDLE_TRY(make_tensor(header, row->dtype));
  if (needed == 0) return tensor;
  auto* data = static_cast<std::byte*>(tensor.raw_data());
  std::memcpy(data, bytes.data() + data_begin, needed);
  if (header.descr[0] == '>') {
    const int64_t parts = is_complex(row->dtype) ? 2 : 1;
    swap_bytes(data, count * parts, element_size(row->dtype) / parts);
  }
  if (row->dtype == DType::kBool) {
    std::transform(data, data + needed, data, [](std::byte b) { return b == std::byte{0} ? b : std::byte{1}; });
  }
  return tensor;
}

Result<Bytes> write_npy(const Tensor& tensor) {
  const auto* row =
      std::find_if(kDTypes.begin(), kDTypes.end(), [&](const DTypeRow& r) { return r.dtype == tensor.dtype(); });
  if (row == kDTypes.end()) {
    return error(ErrorCode::kUnsupported, "NumPy has no element type for ", python_name(tensor.dtype()),
                 "; write a .pt file, or convert the tensor first");
  }
  const char order = element_size(tensor.dtype()) == 1 ? '|' : '<';
  std::string shape;
  for (const int64_t size : tensor.sizes()) shape += concat(size, ", ");
  // A tuple of one keeps its comma, a longer one loses the last.
  if (tensor.dim() == 1) shape.pop_back();
  if (tensor.dim() > 1) shape.resize(shape.size() - 2);
  std::string header = concat("{'descr': '", order, row->code, "', 'fortran_order': False, 'shape': (", shape, "), }");
  // NumPy aligns the data to 64 bytes by blanks before the newline that ends the header.
  const size_t unpadded = kMagic.size() + 4 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ');
  header.push_back('\n');

  std::string prefix(kMagic);
  prefix += '\1';
  prefix += '\0';
  prefix += static_cast<char>(header.size() & 0xff);
  prefix += static_cast<char>(header.size() >> 8);
  prefix += header;
  Bytes result(prefix.size() + static_cast<size_t>(tensor.numel() * element_size(tensor.dtype())));
  std::memcpy(result.data(), prefix.data(), prefix.size());
  std::byte* target = result.data() + prefix.size();
  const int64_t width = element_size(tensor.dtype());
  for_each_element(tensor, [&](const Dims&, int64_t offset) {
    store_element(target, tensor.dtype(), element_at(tensor, offset));
    target += width;
  });
  return result;
}

}  // namespace heddle::cli
