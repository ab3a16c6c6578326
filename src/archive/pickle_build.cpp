#include "archive/pickle_build.h"

#include <algorithm>
#include <limits>

#include "core/element.h"
#include "core/lazy_view.h"
#include "core/quantizer.h"

namespace heddle::archive {
namespace {

// More dimensions than this no kernel of PyTorch serves.
constexpr size_t kMostDimensions = 64;

// Checks the number and the kinds of a call's arguments, one letter each: i int, n number, s string, t tensor, l list,
// S storage, T tuple or list of ints, * anything; those behind '|' may be left out.
Status check_arguments(const PickledGlobal& global, std::span<const IValue> arguments, std::string_view kinds) {
  const size_t required = std::min(kinds.find('|'), kinds.size());
  std::string all(kinds);
  std::erase(all, '|');
  HEDDLE_REQUIRE_CODE(arguments.size() >= required && arguments.size() <= all.size(), kBadArchive, global.class_name,
                      " is called with ", arguments.size(), " arguments, expected ", required);
  for (size_t i = 0; i < arguments.size(); ++i) {
    const IValue& value = arguments[i];
    bool fits = true;
    switch (all[i]) {
      case 'i':
        fits = value.is_int();
        break;
      case 'n':
        fits = value.is_int() || value.is_double();
        break;
      case 's':
        fits = value.is_string();
        break;
      case 't':
        fits = value.is_tensor();
        break;
      case 'l':
        fits = value.is_list();
        break;
      case 'S':
        fits = value.is_storage();
        break;
      case 'T':
        fits = value.is_tuple() || value.is_list();
        break;
      default:
        break;
    }
    HEDDLE_REQUIRE_CODE(fits, kBadArchive, "argument ", i + 1, " of ", global.class_name, " is of the wrong kind");
  }
  return ok_status();
}

Result<Dims> to_dims(const IValue& value) {
  const std::vector<IValue>& items = value.is_list() ? value.as_list().items : value.as_tuple().items;
  HEDDLE_REQUIRE_CODE(items.size() <= kMostDimensions, kBadArchive, "a tensor has ", items.size(),
                      " dimensions, expected at most ", kMostDimensions);
  Dims dims;
  for (const IValue& item : items) {
    HEDDLE_REQUIRE_CODE(item.is_int() && item.as_int() >= 0, kBadArchive,
                        "a tensor's sizes and strides must be integers that are not negative");
    dims.push_back(item.as_int());
  }
  return dims;
}

Result<IValue> build_tensor(std::span<const IValue> arguments, DType dtype) {
  const Ref<Storage>& storage = arguments[0].as_storage().storage;
  int64_t offset = arguments[1].as_int();
  const Dims sizes = HEDDLE_TRY(to_dims(arguments[2]));
  const Dims strides = HEDDLE_TRY(to_dims(arguments[3]));
  const int64_t element = element_size(dtype);
  // PyTorch writes empty tensors that begin behind their storage; where they begin matters to nobody.
  const bool is_empty = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
  if (is_empty && offset > 0) offset = 0;
  // from_storage checks what can be reached. Here: an empty tensor reaches nothing, yet later arithmetic with its
  // numbers must not overflow.
  int64_t volume = element;
  bool overflow = offset < 0 || static_cast<uint64_t>(offset) > storage->bytes() / static_cast<uint64_t>(element);
  for (int64_t size : sizes) overflow |= __builtin_mul_overflow(volume, std::max<int64_t>(size, 1), &volume);
  for (size_t i = 0; i < std::min(sizes.size(), strides.size()); ++i) {
    int64_t span = 0;
    overflow |= __builtin_mul_overflow(std::max<int64_t>(sizes[i], 1), strides[i], &span) ||
                span > std::numeric_limits<int64_t>::max() / 64 / element;
  }
  HEDDLE_REQUIRE_CODE(!overflow, kBadArchive, "a tensor of sizes ", to_text(sizes), ", strides ", to_text(strides),
                      " and offset ", offset, " cannot lie in a storage of ", storage->bytes(), " bytes");
  auto tensor = Tensor::from_storage(storage, dtype, sizes, strides, offset);
  if (!tensor.ok())
    return error(ErrorCode::kBadArchive, "a tensor does not fit its storage: ", tensor.status().message());
  return IValue(std::move(tensor).value());
}

// What _rebuild_tensor_v2 and v3 carry besides the view: requires_grad, and the marks of a lazy conjugate or negation.
Result<IValue> build_marked_tensor(std::span<const IValue> arguments, DType dtype, size_t metadata) {
  const IValue tensor = HEDDLE_TRY(build_tensor(arguments, dtype));
  TensorImpl& impl = *tensor.as_tensor().impl();
  impl.requires_grad = arguments[4].is_bool() && arguments[4].as_bool() && (is_floating(dtype) || is_complex(dtype));
  if (arguments.size() > metadata && arguments[metadata].is_dict()) {
    DictValue& marks = arguments[metadata].as_dict();
    const auto marked = [&](const char* name) {
      const IValue* mark = marks.find(IValue(name));
      return mark && mark->is_bool() && mark->as_bool();
    };
    set_marks(tensor.as_tensor(), is_complex(dtype) && marked("conj"), marked("neg"));
  }
  return tensor;
}

// A one-dimensional tensor of a quantiser's numbers.
Result<std::vector<double>> quantizer_numbers(const IValue& value, int64_t count) {
  const bool fits = value.is_tensor() && value.as_tensor().dim() == 1 && value.as_tensor().size(0) == count &&
                    (is_floating(value.as_tensor().dtype()) || is_integral(value.as_tensor().dtype()));
  HEDDLE_REQUIRE_CODE(fits, kBadArchive, "a tensor quantised per channel should have ", count,
                      " scales and zero points");
  const Tensor& numbers = value.as_tensor();
  std::vector<double> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(load_single(numbers.select(0, i)).to_double());
  return out;
}

// (scheme, scale, zero point) or (scheme, scales, zero points, axis).
Result<Ref<const Quantizer>> build_quantizer(const IValue& value, const Tensor& tensor) {
  const std::vector<IValue>& parts = value.is_tuple() ? value.as_tuple().items : value.as_list().items;
  HEDDLE_REQUIRE_CODE(is_quantized(tensor.dtype()) && !parts.empty() && parts[0].is_int(), kBadArchive,
                      "a quantised tensor of dtype ", python_name(tensor.dtype()), " has no quantiser");
  if (parts[0].as_int() == static_cast<int64_t>(QScheme::kPerTensorAffine)) {
    HEDDLE_REQUIRE_CODE(parts.size() == 3 && parts[1].is_double() && parts[2].is_int(), kBadArchive,
                        "a quantiser per tensor should be a scale and a zero point");
    return Ref<const Quantizer>(make_ref<Quantizer>(parts[1].as_double(), parts[2].as_int()));
  }
  const auto scheme = static_cast<QScheme>(parts[0].as_int());
  HEDDLE_REQUIRE_CODE(scheme == QScheme::kPerChannelAffine || scheme == QScheme::kPerChannelAffineFloatQParams,
                      kUnsupported, "a quantised tensor has the unknown scheme ", parts[0].as_int());
  HEDDLE_REQUIRE_CODE(
      parts.size() == 4 && parts[3].is_int() && parts[3].as_int() >= 0 && parts[3].as_int() < tensor.dim(), kBadArchive,
      "a quantiser per channel should be scales, zero points and a dimension");
  const int64_t count = tensor.size(parts[3].as_int());
  std::vector<double> scales = HEDDLE_TRY(quantizer_numbers(parts[1], count));
  std::vector<double> zero_points = HEDDLE_TRY(quantizer_numbers(parts[2], count));
  // PyTorch's Python names the plain scheme for both.
  const bool of_floats = is_floating(parts[2].as_tensor().dtype());
  return Ref<const Quantizer>(
      make_ref<Quantizer>(of_floats ? QScheme::kPerChannelAffineFloatQParams : QScheme::kPerChannelAffine,
                          std::move(scales), std::move(zero_points), parts[3].as_int()));
}

Result<IValue> build_typed_list(const PickledGlobal& global, std::span<const IValue> arguments, const TypePtr& element,
                                IValue::Tag tag) {
  HEDDLE_TRY(check_arguments(global, arguments, "l"));
  ListValue& list = arguments[0].as_list();
  for (const IValue& item : list.items) {
    HEDDLE_REQUIRE_CODE(item.tag() == tag, kBadArchive, global.class_name, " is given a value of type ",
                        brief_type(item));
  }
  HEDDLE_REQUIRE_CODE(list.element_type->is(TypeKind::kAny) || list.element_type->is(element->kind()), kBadArchive,
                      global.class_name, " is given a list that has another type already");
  list.element_type = element;
  return arguments[0];
}

Result<IValue> build_device(const PickledGlobal& global, std::span<const IValue> arguments) {
  HEDDLE_TRY(check_arguments(global, arguments, "s|i"));
  Device device = HEDDLE_TRY(parse_device(arguments[0].as_string()));
  if (arguments.size() == 2) {
    const int64_t index = arguments[1].as_int();
    HEDDLE_REQUIRE_CODE(index >= 0 && index <= std::numeric_limits<int16_t>::max(), kBadArchive, "device index ", index,
                        " is out of range");
    device.index = static_cast<int16_t>(index);
  }
  return IValue(device);
}

Result<IValue> build_size(const PickledGlobal& global, std::span<const IValue> arguments) {
  HEDDLE_TRY(check_arguments(global, arguments, "|T"));
  Dims dims;
  if (!arguments.empty()) dims = HEDDLE_TRY(to_dims(arguments[0]));
  return make_int_list(dims);
}

// OrderedDict() or, by older Pythons, OrderedDict([[key, value], ...]).
Result<IValue> build_ordered_dict(const PickledGlobal& global, std::span<const IValue> arguments) {
  HEDDLE_TRY(check_arguments(global, arguments, "|l"));
  auto dict = make_ref<DictValue>(types::any(), types::any());
  if (!arguments.empty()) {
    for (const IValue& item : arguments[0].as_list().items) {
      const std::vector<IValue>* pair = item.is_list()    ? &item.as_list().items
                                        : item.is_tuple() ? &item.as_tuple().items
                                                          : nullptr;
      HEDDLE_REQUIRE_CODE(pair && pair->size() == 2 && may_be_key(pair->front()), kBadArchive,
                          "collections.OrderedDict is given something else than pairs of key and value");
      dict->set(pair->front(), pair->back());
    }
  }
  return IValue(std::move(dict));
}

// Latin-1 text to the bytes it stands for.
Result<IValue> build_bytes(const PickledGlobal& global, std::span<const IValue> arguments) {
  HEDDLE_TRY(check_arguments(global, arguments, "ss"));
  HEDDLE_REQUIRE_CODE(arguments[1].as_string() == "latin1", kUnsupported, "_codecs.encode is asked for ",
                      quoted(arguments[1].as_string()), ", expected 'latin1'");
  const std::string& text = arguments[0].as_string();
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      bytes += text[i];
      continue;
    }
    // U+0080 to U+00FF, in two bytes of UTF-8.
    const bool latin = (byte == 0xc2 || byte == 0xc3) && i + 1 < text.size() && (text[i + 1] & 0xc0) == 0x80;
    HEDDLE_REQUIRE_CODE(latin, kBadArchive, "a bytes value holds characters that are no bytes");
    bytes += static_cast<char>((byte & 3) << 6 | (text[++i] & 0x3f));
  }
  return IValue(std::move(bytes));
}

Result<IValue> build_complex(const PickledGlobal& global, std::span<const IValue> arguments) {
  HEDDLE_TRY(check_arguments(global, arguments, "nn"));
  return IValue(std::complex<double>(arguments[0].as_scalar().to_double(), arguments[1].as_scalar().to_double()));
}

}  // namespace

Result<IValue> build_call(const PickledGlobal& global, std::span<const IValue> arguments, const PickleInput& input) {
  switch (global.kind) {
    case GlobalKind::kTensor:
      HEDDLE_TRY(check_arguments(global, arguments, "SiTT"));
      return build_tensor(arguments, arguments[0].as_storage().dtype);
    case GlobalKind::kTensorV2:
      HEDDLE_TRY(check_arguments(global, arguments, "SiTT**|*"));
      return build_marked_tensor(arguments, arguments[0].as_storage().dtype, 6);
    case GlobalKind::kTensorV3: {
      HEDDLE_TRY(check_arguments(global, arguments, "SiTT**i|*"));
      const auto dtype = dtype_from_number(arguments[6].as_int());
      HEDDLE_REQUIRE_CODE(dtype, kBadArchive, "a tensor has the unknown dtype ", arguments[6].as_int());
      return build_marked_tensor(arguments, *dtype, 7);
    }
    case GlobalKind::kQuantizedTensor: {
      HEDDLE_TRY(check_arguments(global, arguments, "SiTTT**"));
      const IValue tensor = HEDDLE_TRY(build_tensor(arguments, arguments[0].as_storage().dtype));
      set_quantizer(tensor.as_tensor(), HEDDLE_TRY(build_quantizer(arguments[4], tensor.as_tensor())));
      return tensor;
    }
    case GlobalKind::kParameter:
      HEDDLE_TRY(check_arguments(global, arguments, "t**|*"));
      return arguments[0];
    case GlobalKind::kIntList:
      return build_typed_list(global, arguments, types::integer(), IValue::Tag::kInt);
    case GlobalKind::kDoubleList:
      return build_typed_list(global, arguments, types::floating(), IValue::Tag::kDouble);
    case GlobalKind::kBoolList:
      return build_typed_list(global, arguments, types::boolean(), IValue::Tag::kBool);
    case GlobalKind::kTensorList:
      return build_typed_list(global, arguments, types::tensor(), IValue::Tag::kTensor);
    case GlobalKind::kTypeTag:
      HEDDLE_TRY(check_arguments(global, arguments, "*s"));
      HEDDLE_REQUIRE_CODE(!is_internal(arguments[0]), kBadArchive, "a type is given to something that is no value");
      return input.binder ? input.binder->restore_type(arguments[0], arguments[1].as_string())
                          : Result<IValue>(arguments[0]);
    case GlobalKind::kLayout: {
      HEDDLE_TRY(check_arguments(global, arguments, "s"));
      const auto number = layout_number(arguments[0].as_string());
      HEDDLE_REQUIRE_CODE(number, kUnsupported, "unknown layout ", quoted(arguments[0].as_string()));
      return IValue(*number);
    }
    case GlobalKind::kDevice:
      return build_device(global, arguments);
    case GlobalKind::kComplex:
      return build_complex(global, arguments);
    case GlobalKind::kSize:
      return build_size(global, arguments);
    case GlobalKind::kOrderedDict:
      return build_ordered_dict(global, arguments);
    case GlobalKind::kBytes:
      HEDDLE_TRY(check_arguments(global, arguments, ""));
      return IValue(std::string());
    case GlobalKind::kEncode:
      return build_bytes(global, arguments);
    default:
      return error(ErrorCode::kBadArchive, global.class_name, " is called, but it is no function");
  }
}

namespace {

// A byte for each half of `count` bytes: Heddle has no dtype of four bits.
Result<Ref<Storage>> widened(const Storage& nibbles, int64_t count) {
  Ref<Storage> wide = HEDDLE_TRY(Storage::allocate(static_cast<size_t>(count) * 2));
  const auto* from = static_cast<const uint8_t*>(nibbles.data());
  auto* to = static_cast<uint8_t*>(wide->data());
  for (int64_t i = 0; i < count; ++i) {
    to[2 * i] = from[i] & 15;
    to[2 * i + 1] = from[i] >> 4;
  }
  return wide;
}

}  // namespace

Result<IValue> build_storage(std::span<const IValue> id, const PickleInput& input) {
  // A sixth part, from before PyTorch 1.6, describes a view of another storage.
  const bool whole = id.size() == 5 || (id.size() == 6 && id[5].is_none());
  const PickledGlobal* type = whole ? as_global(id[1]) : nullptr;
  const bool known = type && id[0].is_string() && id[0].as_string() == "storage" && id[2].is_string() &&
                     id[4].is_int() &&
                     (type->kind == GlobalKind::kStorageType || type->kind == GlobalKind::kUntypedStorage ||
                      type->kind == GlobalKind::kNibbles);
  HEDDLE_REQUIRE_CODE(known, kBadArchive, "a persistent id is not ('storage', type, key, device, size)");
  HEDDLE_REQUIRE_CODE(input.storages, kBadArchive, "it refers to a tensor's storage, which it must not");
  const DType dtype = type->kind == GlobalKind::kUntypedStorage ? DType::kUInt8 : static_cast<DType>(type->number);
  const int64_t count = id[4].as_int();
  int64_t bytes = 0;
  HEDDLE_REQUIRE_CODE(count >= 0 && !__builtin_mul_overflow(count, element_size(dtype), &bytes), kBadArchive,
                      "storage ", quoted(id[2].as_string()), " announces ", count, " elements");
  Ref<Storage> storage = HEDDLE_TRY(input.storages->storage({id[2].as_string(), dtype, count}));
  if (type->kind == GlobalKind::kNibbles) {
    return IValue(make_ref<StorageValue>(HEDDLE_TRY(widened(*storage, count)), DType::kQUInt8));
  }
  return IValue(make_ref<StorageValue>(std::move(storage), dtype));
}

}  // namespace heddle::archive
