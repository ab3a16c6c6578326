#include "heddle_torch/scalar_type.h"

#include <atomic>

#include "compat/src/face.h"
#include "core/half.h"
#include "heddle_torch/tensor_options.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
float half_to_float(uint16_t bits) noexcept {
  heddle::Half half;
  half.bits = bits;
  return static_cast<float>(half);
}
namespace {
template <class T>
uint16_t bits_of(T value) {
  uint16_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
}  // namespace
uint16_t float_to_half(float value) noexcept { return bits_of(heddle::Half(value)); }
uint16_t float_to_bfloat16(float value) noexcept { return bits_of(heddle::BFloat16(value)); }
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN
using heddle_torch::in;
using heddle_torch::out;

const char* toString(ScalarType type) {
  switch (type) {
#define HEDDLE_TORCH_NAME(cpp, name) \
  case ScalarType::name:             \
    return #name;
    AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS(HEDDLE_TORCH_NAME)
#undef HEDDLE_TORCH_NAME
    case ScalarType::Undefined:
      return "Undefined";
    default:
      return "UNKNOWN_SCALAR";
  }
}

size_t elementSize(ScalarType type) {
  TORCH_CHECK(type < ScalarType::QUInt4x2, "Unknown ScalarType");
  return static_cast<size_t>(heddle::element_size(in(type)));
}
bool isIntegralType(ScalarType type, bool includeBool) {
  return type <= ScalarType::Long || (includeBool && type == ScalarType::Bool);
}
bool isFloatingType(ScalarType type) {
  return type == ScalarType::BFloat16 || (type >= ScalarType::Half && type <= ScalarType::Double);
}
bool isComplexType(ScalarType type) { return type >= ScalarType::ComplexHalf && type <= ScalarType::ComplexDouble; }
bool isQIntType(ScalarType type) { return type >= ScalarType::QInt8 && type <= ScalarType::QInt32; }
bool isSignedType(ScalarType type) {
  return type != ScalarType::Byte && type != ScalarType::Bool && type != ScalarType::QUInt8;
}
ScalarType toRealValueType(ScalarType type) { return out(heddle::real_dtype(in(type))); }
ScalarType toComplexType(ScalarType type) { return out(heddle::complex_dtype(in(type))); }
ScalarType promoteTypes(ScalarType a, ScalarType b) {
  const auto promoted = heddle::promote_types(in(a), in(b));
  return promoted ? out(*promoted) : ScalarType::Undefined;
}
bool canCast(ScalarType from, ScalarType to) { return heddle::can_cast(in(from), in(to)); }

std::string DeviceTypeName(DeviceType type, bool lower_case) {
  static constexpr const char* kNames[] = {"CPU",  "CUDA", "MKLDNN", "OPENGL", "OPENCL", "IDEEP", "HIP",
                                           "FPGA", "MAIA", "XLA",    "VULKAN", "METAL",  "XPU",   "MPS",
                                           "META", "HPU",  "VE",     "LAZY",   "IPU",    "MTIA",  "PRIVATEUSEONE"};
  const auto i = static_cast<size_t>(type);
  std::string name = i < std::size(kNames) ? kNames[i] : "UNKNOWN";
  if (lower_case)
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}
std::ostream& operator<<(std::ostream& out, DeviceType type) { return out << DeviceTypeName(type, true); }

Device::Device(const std::string& text) : Device(DeviceType::CPU) {
  const size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  for (int8_t i = 0; i < static_cast<int8_t>(DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES); ++i) {
    if (DeviceTypeName(static_cast<DeviceType>(i), true) != name) continue;
    type_ = static_cast<DeviceType>(i);
    if (colon == std::string::npos) return;
    const std::string index = text.substr(colon + 1);
    const bool is_number =
        !index.empty() && index.size() < 4 && index.find_first_not_of("0123456789") == std::string::npos;
    TORCH_CHECK(is_number, "Invalid device string: '", text, "'");
    index_ = static_cast<DeviceIndex>(std::stoi(index));
    return;
  }
  TORCH_CHECK(false, "Invalid device string: '", text, "'");
}
std::string Device::str() const {
  return DeviceTypeName(type_, true) + (has_index() ? ":" + std::to_string(index_) : "");
}
std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }

std::ostream& operator<<(std::ostream& out, Layout layout) {
  static constexpr const char* kNames[] = {"Strided",   "Sparse",    "SparseCsr", "Mkldnn",
                                           "SparseCsc", "SparseBsr", "SparseBsc", "Jagged"};
  return out << kNames[static_cast<size_t>(layout)];
}
std::ostream& operator<<(std::ostream& out, MemoryFormat format) {
  static constexpr const char* kNames[] = {"Contiguous", "Preserve", "ChannelsLast", "ChannelsLast3d"};
  return out << kNames[static_cast<size_t>(format)];
}
std::string toString(QScheme scheme) {
  static constexpr const char* kNames[] = {"per_tensor_affine", "per_channel_affine", "per_tensor_symmetric",
                                           "per_channel_symmetric", "per_channel_affine_float_qparams"};
  return kNames[static_cast<size_t>(scheme)];
}

namespace {
std::atomic<ScalarType> default_dtype{ScalarType::Float};
}
ScalarType get_default_dtype_as_scalartype() { return default_dtype.load(); }
void set_default_dtype(caffe2::TypeMeta dtype) { default_dtype.store(dtype.toScalarType()); }

std::ostream& operator<<(std::ostream& out, const TensorOptions& options) {
  const auto mark = [](bool has) { return has ? "" : " (default)"; };
  return out << "TensorOptions(dtype=" << options.dtype() << mark(options.has_dtype())
             << ", device=" << options.device() << mark(options.has_device()) << ", layout=" << options.layout()
             << mark(options.has_layout()) << ", requires_grad=" << (options.requires_grad() ? "true" : "false")
             << mark(options.has_requires_grad()) << ", pinned_memory=" << (options.pinned_memory() ? "true" : "false")
             << mark(options.has_pinned_memory()) << ", memory_format=(nullopt))";
}

std::ostream& operator<<(std::ostream& out, const Scalar& scalar) { return out << toString(scalar); }
std::string toString(const Scalar& scalar) {
  if (scalar.isFloatingPoint()) return str(scalar.toDouble());
  if (scalar.isComplex()) return str(scalar.toComplexDouble());
  if (scalar.isBoolean()) return scalar.toBool() ? "true" : "false";
  return str(scalar.toLong());
}

HEDDLE_TORCH_END
}  // namespace c10

namespace caffe2 {
HEDDLE_TORCH_BEGIN
std::string_view TypeMeta::name() const noexcept {
  // As compilers call the C++ types.
  static constexpr std::string_view kNames[] = {"unsigned char",
                                                "signed char",
                                                "short int",
                                                "int",
                                                "long int",
                                                "c10::Half",
                                                "float",
                                                "double",
                                                "c10::complex<c10::Half>",
                                                "c10::complex<float>",
                                                "c10::complex<double>",
                                                "bool",
                                                "c10::qint8",
                                                "c10::quint8",
                                                "c10::qint32",
                                                "c10::BFloat16"};
  const auto i = static_cast<size_t>(type_);
  return i < std::size(kNames) ? kNames[i] : "nullptr (uninitialized)";
}
std::ostream& operator<<(std::ostream& out, TypeMeta type) { return out << type.name(); }
HEDDLE_TORCH_END
}  // namespace caffe2
