// Run-time values as text, in the two manners TorchScript and Python have.
#include <charconv>
#include <cmath>

#include "core/boxes.h"
#include "core/future.h"
#include "core/tensor_text.h"

namespace heddle {
namespace {

constexpr int kMaxDepth = 1000;

// C++ streams with 17 digits, and a bare point behind what is a whole number.
std::string script_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  constexpr double kInt64Range = 9223372036854775808.0;
  if (value >= -kInt64Range && value < kInt64Range && value == std::trunc(value)) {
    return concat(static_cast<int64_t>(value), ".");
  }
  char buffer[40];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 17).ptr);
}

std::string script_complex(std::complex<double> value) {
  return concat(script_float(value.real()), value.imag() >= 0 ? "+" : "-", script_float(std::fabs(value.imag())), "j");
}

std::string python_complex(std::complex<double> value) {
  const auto part = [](double x) {
    const std::string text = float_repr(x);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
  };
  const std::string imag = part(value.imag());
  if (value.real() == 0 && !std::signbit(value.real())) return imag + "j";
  return concat("(", part(value.real()), imag.starts_with("-") ? "" : "+", imag, "j)");
}

std::string_view unqualified(std::string_view name) { return name.substr(name.rfind('.') + 1); }

class Writer {
 public:
  explicit Writer(bool python) : python_(python) {}

  void write(const IValue& value) {
    if (++depth_ > kMaxDepth) {
      out_ += "...";
    } else {
      write_one(value);
    }
    --depth_;
  }
  std::string take() { return std::move(out_); }

 private:
  void write_one(const IValue& value) {
    switch (value.tag()) {
      case IValue::Tag::kNone:
        out_ += "None";
        break;
      case IValue::Tag::kBool:
        out_ += value.as_bool() ? "True" : "False";
        break;
      case IValue::Tag::kInt:
        out_ += concat(value.as_int());
        break;
      case IValue::Tag::kDouble:
        out_ += python_ ? float_repr(value.as_double()) : script_float(value.as_double());
        break;
      case IValue::Tag::kComplex:
        out_ += python_ ? python_complex(value.as_complex()) : script_complex(value.as_complex());
        break;
      case IValue::Tag::kDevice:
        write_device(value.as_device());
        break;
      case IValue::Tag::kString:
        out_ += python_ ? quoted(value.as_string()) : value.as_string();
        break;
      case IValue::Tag::kTensor:
        out_ += python_ ? tensor_repr(value.as_tensor()) : tensor_text(value.as_tensor());
        break;
      case IValue::Tag::kList:
        write_items("[", value.as_list().items, "]");
        break;
      case IValue::Tag::kTuple:
        write_tuple(value.as_tuple());
        break;
      case IValue::Tag::kDict:
        write_dict(value.as_dict());
        break;
      case IValue::Tag::kObject:
        write_object(value.as_object().class_type->qualified_name(), value.box());
        break;
      case IValue::Tag::kEnum:
        write_enum(value.as_enum());
        break;
      case IValue::Tag::kFuture:
        write_object("Future", value.box());
        break;
      case IValue::Tag::kFunction:
        write_object(value.as_function().function->qualified_name(), value.box());
        break;
      case IValue::Tag::kGenerator:
        write_object("Generator", value.box());
        break;
      case IValue::Tag::kStorage:
        write_object("Storage", value.box());
        break;
      case IValue::Tag::kCapsule:
        write_object(value.as_capsule().class_name, value.box());
        break;
    }
  }

  void write_items(std::string_view open, std::span<const IValue> items, std::string_view close) {
    out_ += open;
    for (size_t i = 0; i < items.size(); ++i) {
      if (i) out_ += ", ";
      write(items[i]);
    }
    out_ += close;
  }

  void write_tuple(const TupleValue& tuple) {
    const NamedTupleType* named = python_ && tuple.named_type ? as_named_tuple(*tuple.named_type) : nullptr;
    if (!named || named->fields().size() != tuple.items.size()) {
      write_items("(", tuple.items, tuple.items.size() == 1 ? ",)" : ")");
      return;
    }
    out_ += concat(unqualified(named->qualified_name()), "(");
    for (size_t i = 0; i < tuple.items.size(); ++i) {
      out_ += concat(i ? ", " : "", named->fields()[i].name, "=");
      write(tuple.items[i]);
    }
    out_ += ")";
  }

  void write_dict(const DictValue& dict) {
    out_ += "{";
    bool first = true;
    for (const DictValue::Entry& entry : dict.entries()) {
      if (!first) out_ += ", ";
      first = false;
      write(entry.key);
      out_ += ": ";
      write(entry.value);
    }
    out_ += "}";
  }

  void write_enum(const EnumValue& value) {
    const std::string_view type = unqualified(value.enum_type->qualified_name());
    if (!python_) {
      out_ += concat("Enum<", type, ".", value.name(), ">");
      return;
    }
    out_ += concat("<", type, ".", value.name(), ": ");
    write(value.value());
    out_ += ">";
  }

  void write_device(Device device) {
    if (!python_) {
      out_ += to_text(device);
      return;
    }
    const std::string name = to_text(Device{device.type, -1});
    out_ += concat("device(type='", name, "'", device.index < 0 ? "" : concat(", index=", device.index), ")");
  }

  void write_object(std::string_view name, const void* address) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, reinterpret_cast<uintptr_t>(address), 16).ptr;
    out_ += concat("<", name, " object at 0x", std::string_view(digits, static_cast<size_t>(end - digits)), ">");
  }

  bool python_;
  int depth_ = 0;
  std::string out_;
};

std::string write_value(const IValue& value, bool python) {
  Writer writer(python);
  writer.write(value);
  return writer.take();
}

}  // namespace

std::string to_text(const IValue& value) { return write_value(value, false); }

std::string repr_text(const IValue& value) { return write_value(value, true); }

}  // namespace heddle
