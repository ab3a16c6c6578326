#include "archive/pickle_writer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <unordered_map>

#include "archive/byte_region.h"
#include "archive/pickle_reader.h"
#include "archive/zip_format.h"
#include "core/boxes.h"
#include "core/element.h"
#include "core/lazy_view.h"

namespace heddle::archive {
namespace {

using zip::put;

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t length = byte < 0x80 ? 1 : byte >> 5 == 6 ? 2 : byte >> 4 == 14 ? 3 : byte >> 3 == 30 ? 4 : 0;
    if (length == 0 || length > text.size() - i) return false;
    uint32_t code = length == 1 ? byte : byte & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      code = code << 6 | (next & 0x3f);
    }
    // Overlong forms, surrogates and what lies past Unicode.
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return false;
    i += length;
  }
  return true;
}

const char* storage_type(DType dtype) {
  switch (dtype) {
    case DType::kUInt8:
      return "ByteStorage";
    case DType::kInt8:
      return "CharStorage";
    case DType::kInt16:
      return "ShortStorage";
    case DType::kInt32:
      return "IntStorage";
    case DType::kInt64:
      return "LongStorage";
    case DType::kFloat16:
      return "HalfStorage";
    case DType::kFloat32:
      return "FloatStorage";
    case DType::kFloat64:
      return "DoubleStorage";
    case DType::kComplex64:
      return "ComplexFloatStorage";
    case DType::kComplex128:
      return "ComplexDoubleStorage";
    case DType::kBool:
      return "BoolStorage";
    case DType::kBFloat16:
      return "BFloat16Storage";
    default:
      return nullptr;
  }
}

// The elements [begin, end) of a storage that the value's tensors reach. PyTorch reads a storage as one dtype, so a
// storage seen as two counts as two.
struct Reach {
  int64_t begin = std::numeric_limits<int64_t>::max();
  int64_t end = 0;
  std::string key;  // given when first written
};
using Reaches = std::map<std::pair<const Storage*, DType>, Reach>;
// The states of objects whose classes have them.
using States = std::unordered_map<const RefCounted*, IValue>;

// First walk: what of each storage is needed.
class Survey {
 public:
  explicit Survey(const StateOf* state_of = nullptr) : state_of_(state_of) {}

  Status visit(const IValue& value, size_t depth) {
    HEDDLE_REQUIRE_CODE(depth <= kPickleDepth, kLimit, "cannot save a value that nests deeper than ", kPickleDepth,
                        " levels or contains itself");
    if (value.is_tensor()) {
      visit_tensor(value.as_tensor());
      return ok_status();
    }
    const bool is_object = state_of_ && (value.is_object() || value.is_capsule());
    if (!(value.is_list() || value.is_tuple() || value.is_dict() || is_object)) return ok_status();
    // On a ring the same container comes again before it is done: only what is done may be skipped.
    if (done_.count(value.box())) return ok_status();
    if (is_object) {
      HEDDLE_TRY(visit_object(value, depth));
    } else if (value.is_dict()) {
      for (const DictValue::Entry& entry : value.as_dict().entries()) {
        HEDDLE_TRY(visit(entry.key, depth + 1));
        HEDDLE_TRY(visit(entry.value, depth + 1));
      }
    } else {
      for (const IValue& item : value.is_list() ? value.as_list().items : value.as_tuple().items) {
        HEDDLE_TRY(visit(item, depth + 1));
      }
    }
    done_.emplace(value.box(), true);
    return ok_status();
  }
  Reaches take() { return std::move(reaches_); }
  States take_states() { return std::move(states_); }

 private:
  Status visit_object(const IValue& object, size_t depth) {
    if (std::optional<IValue> state = HEDDLE_TRY((*state_of_)(object))) {
      states_.emplace(object.box(), *state);
      return visit(*state, depth + 1);
    }
    for (const IValue& slot : object.as_object().slots) HEDDLE_TRY(visit(slot, depth + 1));
    return ok_status();
  }
  void visit_tensor(const Tensor& tensor) {
    Reach& reach = reaches_[{tensor.storage().get(), tensor.dtype()}];
    if (tensor.numel() == 0) return;
    int64_t last = tensor.offset();
    for (int64_t i = 0; i < tensor.dim(); ++i) last += (tensor.size(i) - 1) * tensor.stride(i);
    reach.begin = std::min(reach.begin, tensor.offset());
    reach.end = std::max(reach.end, last + 1);
  }

  const StateOf* const state_of_;
  Reaches reaches_;
  States states_;
  std::unordered_map<const RefCounted*, bool> done_;
};

// Second walk: the instructions.
class Writer {
 public:
  explicit Writer(Reaches reaches) : reaches_(std::move(reaches)) {}
  // As PyTorch's own reader of archives wants it.
  Writer(Reaches reaches, States states)
      : for_archive_(true), reaches_(std::move(reaches)), states_(std::move(states)) {}

  Result<WrittenPickle> run(const IValue& value) {
    out() = "\x80\x02";
    HEDDLE_TRY(write(value));
    out() += '.';
    return std::move(written_);
  }

 private:
  std::string& out() { return written_.bytes; }

  Status write(const IValue& value) {
    if (value.box() && recall(value.box())) return ok_status();
    switch (value.tag()) {
      case IValue::Tag::kNone:
        out() += 'N';
        return ok_status();
      case IValue::Tag::kBool:
        out() += value.as_bool() ? '\x88' : '\x89';
        return ok_status();
      case IValue::Tag::kInt:
        write_int(value.as_int());
        return ok_status();
      case IValue::Tag::kDouble:
        write_float(value.as_double());
        return ok_status();
      case IValue::Tag::kComplex:
        return write_complex(value.as_complex());
      case IValue::Tag::kString:
        return write_string(value.as_string());
      case IValue::Tag::kDevice:
        return write_device(value.as_device());
      case IValue::Tag::kTensor:
        return write_tensor(value);
      case IValue::Tag::kList:
        return write_list(value);
      case IValue::Tag::kDict:
        return write_dict(value);
      case IValue::Tag::kTuple:
        return write_tuple(value);
      case IValue::Tag::kObject:
      case IValue::Tag::kCapsule:
        if (for_archive_) return write_object(value);
        return not_written(value);
      case IValue::Tag::kEnum:
        if (for_archive_) return write_enum(value);
        return not_written(value);
      default:
        return not_written(value);
    }
  }
  static Status not_written(const IValue& value) {
    return error(ErrorCode::kUnsupported, "cannot save a value of type ", value.type_text(),
                 "; expected tensors, numbers, strings, or lists, tuples and dicts of them");
  }

  void write_int(int64_t value) {
    if (value >= 0 && value <= 0xff) {
      out() += 'K';
      put<uint8_t>(out(), static_cast<uint8_t>(value));
    } else if (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max()) {
      out() += 'J';
      put<int32_t>(out(), static_cast<int32_t>(value));
    } else {
      out() += "\x8a\x08";
      put<int64_t>(out(), value);
    }
  }
  void write_float(double value) {
    out() += 'G';
    put<uint64_t>(out(), __builtin_bswap64(std::bit_cast<uint64_t>(value)));
  }
  Status write_complex(std::complex<double> value) {
    write_global(for_archive_ ? "builtins" : "__builtin__", "complex");
    write_float(value.real());
    write_float(value.imag());
    out() += "\x86R";
    return ok_status();
  }
  Status write_text(std::string_view text) {
    HEDDLE_REQUIRE_CODE(text.size() <= std::numeric_limits<uint32_t>::max(), kLimit, "cannot save a string of ",
                        text.size(), " bytes");
    out() += 'X';
    put<uint32_t>(out(), static_cast<uint32_t>(text.size()));
    out() += text;
    return ok_status();
  }
  Status write_string(const std::string& text) {
    if (for_archive_ || is_utf8(text)) return write_text(text);
    std::string latin;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80) latin += static_cast<char>(0xc0 | byte >> 6);
      latin += static_cast<char>(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
    }
    write_global("_codecs", "encode");
    HEDDLE_TRY(write_text(latin));
    HEDDLE_TRY(write_text("latin1"));
    out() += "\x86R";
    return ok_status();
  }
  Status write_device(Device device) {
    write_global("torch", "device");
    HEDDLE_TRY(write_text(to_text(device)));
    out() += "\x85R";
    return ok_status();
  }

  Status write_list(const IValue& value) {
    begin_typed();
    out() += ']';
    if (!for_archive_) remember(value.box());
    const auto& items = value.as_list().items;
    if (!items.empty()) out() += '(';
    for (const IValue& item : items) HEDDLE_TRY(write(item));
    if (!items.empty()) out() += 'e';
    return end_typed(value, *types::list(value.as_list().element_type));
  }
  Status write_dict(const IValue& value) {
    begin_typed();
    out() += '}';
    if (!for_archive_) remember(value.box());
    const auto& entries = value.as_dict().entries();
    if (!entries.empty()) out() += '(';
    for (const DictValue::Entry& entry : entries) {
      HEDDLE_TRY(write(entry.key));
      HEDDLE_TRY(write(entry.value));
    }
    if (!entries.empty()) out() += 'u';
    return end_typed(value, *types::dict(value.as_dict().key_type, value.as_dict().value_type));
  }
  // An archive's lists and dicts say of what they are; then the typed one is what others share.
  void begin_typed() {
    if (for_archive_) write_global("torch.jit._pickle", "restore_type_tag");
  }
  Status end_typed(const IValue& value, const Type& type) {
    if (!for_archive_) return ok_status();
    HEDDLE_TRY(write_text(type.to_text()));
    out() += "\x86R";
    remember(value.box());
    return ok_status();
  }

  Status write_object(const IValue& value) {
    const bool is_custom = value.is_capsule();
    write_class(is_custom ? value.as_capsule().class_name : value.as_object().class_type->qualified_name());
    out() += ")\x81";
    const auto state = states_.find(value.box());
    if (state != states_.end()) {
      HEDDLE_TRY(write(state->second));
    } else {
      const ObjectValue& object = value.as_object();
      out() += '}';
      if (!object.slots.empty()) out() += '(';
      for (size_t i = 0; i < object.slots.size(); ++i) {
        HEDDLE_TRY(write_text(object.class_type->attributes[i].name));
        HEDDLE_TRY(write(object.slots[i]));
      }
      if (!object.slots.empty()) out() += 'u';
    }
    out() += 'b';
    remember(value.box());
    return ok_status();
  }
  Status write_enum(const IValue& value) {
    write_class(value.as_enum().enum_type->qualified_name());
    HEDDLE_TRY(write(value.as_enum().value()));
    out() += 'R';  // of the value itself: PyTorch takes no tuple here
    remember(value.box());
    return ok_status();
  }
  void write_class(const std::string& qualified_name) {
    const size_t dot = qualified_name.rfind('.');
    write_global(qualified_name.substr(0, dot), qualified_name.substr(dot + 1));
  }

  Status write_tuple(const IValue& value) {
    const auto& items = value.as_tuple().items;
    if (items.empty()) {
      out() += ')';
      return ok_status();
    }
    out() += '(';
    for (const IValue& item : items) HEDDLE_TRY(write(item));
    out() += 't';
    remember(value.box());
    return ok_status();
  }

  Status write_tensor(const IValue& value) {
    // PyTorch before 2.0 reads no marks, so what a marked tensor stands for is written.
    const bool marked = is_lazy(value.as_tensor());
    const Tensor tensor = marked ? HEDDLE_TRY(without_marks(value.as_tensor())) : value.as_tensor();
    const char* type = storage_type(tensor.dtype());
    HEDDLE_REQUIRE_CODE(type, kUnsupported, "cannot save a tensor of dtype ", python_name(tensor.dtype()));
    const int64_t element = element_size(tensor.dtype());
    Reach alone{0, tensor.numel(), {}};
    Reach& reach = marked ? alone : reaches_.at({tensor.storage().get(), tensor.dtype()});
    const int64_t count = std::max<int64_t>(reach.end - reach.begin, 0);
    if (reach.key.empty()) {
      reach.key = concat(written_.storages.size());
      const auto begin = static_cast<size_t>(count ? reach.begin * element : 0);
      written_.storages.push_back(slice(tensor.storage(), begin, static_cast<size_t>(count * element)));
    }
    write_global("torch._utils", "_rebuild_tensor_v2");
    out() += "((";
    HEDDLE_TRY(write_text("storage"));
    write_global("torch", type);
    HEDDLE_TRY(write_text(reach.key));
    HEDDLE_TRY(write_text("cpu"));
    write_int(count);
    out() += "tQ";
    write_int(tensor.numel() ? tensor.offset() - reach.begin : 0);
    write_dims(tensor.sizes());
    write_dims(tensor.strides());
    out() += tensor.impl()->requires_grad ? '\x88' : '\x89';
    write_global("collections", "OrderedDict");
    out() += ")R";
    out() += "tR";
    remember(value.box());
    return ok_status();
  }
  void write_dims(const Dims& dims) {
    out() += '(';
    for (const int64_t dim : dims) write_int(dim);
    out() += 't';
  }

  void write_global(std::string_view module, std::string_view name) {
    out() += 'c';
    out() += module;
    out() += '\n';
    out() += name;
    out() += '\n';
  }
  void remember(const RefCounted* box) {
    const auto index = static_cast<uint32_t>(memo_.size());
    memo_.emplace(box, index);
    out() += 'r';
    put<uint32_t>(out(), index);
  }
  bool recall(const RefCounted* box) {
    const auto found = memo_.find(box);
    if (found == memo_.end()) return false;
    out() += 'j';
    put<uint32_t>(out(), found->second);
    return true;
  }

  const bool for_archive_ = false;
  Reaches reaches_;
  States states_;
  WrittenPickle written_;
  std::unordered_map<const RefCounted*, uint32_t> memo_;
};

}  // namespace

Result<WrittenPickle> write_pickle(const IValue& value) {
  Survey survey;
  HEDDLE_TRY(survey.visit(value, 0));
  return Writer(survey.take()).run(value);
}

Result<WrittenPickle> write_module_pickle(const IValue& module, const StateOf& state_of) {
  Survey survey(&state_of);
  HEDDLE_TRY(survey.visit(module, 0));
  return Writer(survey.take(), survey.take_states()).run(module);
}

}  // namespace heddle::archive
