// ScalarType, Device, Layout, MemoryFormat and the constants that name them (kFloat, kCPU, ...).
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "heddle_torch/array_ref.h"
#include "heddle_torch/numbers.h"

// C++ type, name; in the order of their numbers, which are PyTorch's.
#define AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS(_) \
  _(uint8_t, Byte)                                       \
  _(int8_t, Char)                                        \
  _(int16_t, Short)                                      \
  _(int, Int)                                            \
  _(int64_t, Long)                                       \
  _(::c10::Half, Half)                                   \
  _(float, Float)                                        \
  _(double, Double)                                      \
  _(::c10::complex<::c10::Half>, ComplexHalf)            \
  _(::c10::complex<float>, ComplexFloat)                 \
  _(::c10::complex<double>, ComplexDouble)               \
  _(bool, Bool)                                          \
  _(::c10::qint8, QInt8)                                 \
  _(::c10::quint8, QUInt8)                               \
  _(::c10::qint32, QInt32)                               \
  _(::c10::BFloat16, BFloat16)
#define AT_FORALL_SCALAR_TYPES_WITH_COMPLEX(_) \
  _(uint8_t, Byte)                             \
  _(int8_t, Char)                              \
  _(int16_t, Short)                            \
  _(int, Int)                                  \
  _(int64_t, Long)                             \
  _(::c10::Half, Half)                         \
  _(float, Float)                              \
  _(double, Double)                            \
  _(::c10::complex<float>, ComplexFloat)       \
  _(::c10::complex<double>, ComplexDouble)     \
  _(bool, Bool)                                \
  _(::c10::BFloat16, BFloat16)
#define AT_FORALL_SCALAR_TYPES(_) \
  _(uint8_t, Byte)                \
  _(int8_t, Char)                 \
  _(int16_t, Short)               \
  _(int, Int)                     \
  _(int64_t, Long)                \
  _(float, Float)                 \
  _(double, Double)

namespace c10 {
HEDDLE_TORCH_BEGIN

enum class ScalarType : int8_t {
#define HEDDLE_TORCH_MEMBER(type, name) name,
  AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS(HEDDLE_TORCH_MEMBER)
#undef HEDDLE_TORCH_MEMBER
      QUInt4x2,
  QUInt2x4,
  Undefined,
  NumOptions
};

#define HEDDLE_TORCH_CONSTANT(type, name) constexpr ScalarType k##name = ScalarType::name;
AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS(HEDDLE_TORCH_CONSTANT)
#undef HEDDLE_TORCH_CONSTANT

const char* toString(ScalarType type);
size_t elementSize(ScalarType type);
bool isIntegralType(ScalarType type, bool includeBool);
inline bool isIntegralType(ScalarType type) { return isIntegralType(type, false); }
bool isFloatingType(ScalarType type);
bool isComplexType(ScalarType type);
bool isQIntType(ScalarType type);
bool isSignedType(ScalarType type);
ScalarType toRealValueType(ScalarType type);
ScalarType toComplexType(ScalarType type);
ScalarType promoteTypes(ScalarType a, ScalarType b);
bool canCast(ScalarType from, ScalarType to);
inline std::ostream& operator<<(std::ostream& out, ScalarType type) { return out << toString(type); }

template <class T>
struct CppTypeToScalarType;
#define HEDDLE_TORCH_OF(type, name) \
  template <>                       \
  struct CppTypeToScalarType<type> : std::integral_constant<ScalarType, ScalarType::name> {};
AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS(HEDDLE_TORCH_OF)
HEDDLE_TORCH_OF(std::complex<float>, ComplexFloat)
HEDDLE_TORCH_OF(std::complex<double>, ComplexDouble)
HEDDLE_TORCH_OF(long long, Long)
#undef HEDDLE_TORCH_OF

namespace impl {
template <ScalarType N>
struct ScalarTypeToCPPType;
#define HEDDLE_TORCH_CPP(cpp, name)              \
  template <>                                    \
  struct ScalarTypeToCPPType<ScalarType::name> { \
    using type = cpp;                            \
  };
AT_FORALL_SCALAR_TYPES_WITH_COMPLEX_AND_QINTS(HEDDLE_TORCH_CPP)
#undef HEDDLE_TORCH_CPP
template <ScalarType N>
using ScalarTypeToCPPTypeT = typename ScalarTypeToCPPType<N>::type;
}  // namespace impl

enum class DeviceType : int8_t {
  CPU = 0,
  CUDA = 1,
  MKLDNN = 2,
  OPENGL = 3,
  OPENCL = 4,
  IDEEP = 5,
  HIP = 6,
  FPGA = 7,
  ORT = 8,
  MAIA = 8,
  XLA = 9,
  Vulkan = 10,
  Metal = 11,
  XPU = 12,
  MPS = 13,
  Meta = 14,
  HPU = 15,
  VE = 16,
  Lazy = 17,
  IPU = 18,
  MTIA = 19,
  PrivateUse1 = 20,
  COMPILE_TIME_MAX_DEVICE_TYPES = 21
};
constexpr DeviceType kCPU = DeviceType::CPU;
constexpr DeviceType kCUDA = DeviceType::CUDA;
constexpr DeviceType kHIP = DeviceType::HIP;
constexpr DeviceType kFPGA = DeviceType::FPGA;
constexpr DeviceType kXLA = DeviceType::XLA;
constexpr DeviceType kMPS = DeviceType::MPS;
constexpr DeviceType kMeta = DeviceType::Meta;
constexpr DeviceType kVulkan = DeviceType::Vulkan;
constexpr DeviceType kMetal = DeviceType::Metal;
constexpr DeviceType kXPU = DeviceType::XPU;
constexpr DeviceType kHPU = DeviceType::HPU;
constexpr DeviceType kVE = DeviceType::VE;
constexpr DeviceType kLazy = DeviceType::Lazy;
constexpr DeviceType kIPU = DeviceType::IPU;
constexpr DeviceType kPrivateUse1 = DeviceType::PrivateUse1;

std::string DeviceTypeName(DeviceType type, bool lower_case = false);
std::ostream& operator<<(std::ostream& out, DeviceType type);

using DeviceIndex = int16_t;

// Any device may be named; tensors live on the CPU.
struct Device final {
  using Type = DeviceType;
  Device(DeviceType type, DeviceIndex index = -1) : type_(type), index_(index) {}
  // "cpu", "cuda:1".
  Device(const std::string& text);
  Device(const char* text) : Device(std::string(text)) {}
  bool operator==(const Device& o) const noexcept { return type_ == o.type_ && index_ == o.index_; }
  bool operator!=(const Device& o) const noexcept { return !(*this == o); }
  void set_index(DeviceIndex index) { index_ = index; }
  DeviceType type() const noexcept { return type_; }
  DeviceIndex index() const noexcept { return index_; }
  bool has_index() const noexcept { return index_ != -1; }
  bool is_cpu() const noexcept { return type_ == DeviceType::CPU; }
  bool is_cuda() const noexcept { return type_ == DeviceType::CUDA; }
  bool is_hip() const noexcept { return type_ == DeviceType::HIP; }
  bool is_mps() const noexcept { return type_ == DeviceType::MPS; }
  bool is_meta() const noexcept { return type_ == DeviceType::Meta; }
  bool is_xla() const noexcept { return type_ == DeviceType::XLA; }
  bool is_xpu() const noexcept { return type_ == DeviceType::XPU; }
  bool is_privateuseone() const noexcept { return type_ == DeviceType::PrivateUse1; }
  std::string str() const;

 private:
  DeviceType type_;
  DeviceIndex index_;
};
std::ostream& operator<<(std::ostream& out, const Device& device);

enum class Layout : int8_t { Strided, Sparse, SparseCsr, Mkldnn, SparseCsc, SparseBsr, SparseBsc, Jagged, NumOptions };
constexpr Layout kStrided = Layout::Strided;
constexpr Layout kSparse = Layout::Sparse;
constexpr Layout kSparseCsr = Layout::SparseCsr;
constexpr Layout kMkldnn = Layout::Mkldnn;
std::ostream& operator<<(std::ostream& out, Layout layout);

enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d, NumOptions };
std::ostream& operator<<(std::ostream& out, MemoryFormat format);

enum class QScheme : uint8_t {
  PER_TENSOR_AFFINE = 0,
  PER_CHANNEL_AFFINE = 1,
  PER_TENSOR_SYMMETRIC = 2,
  PER_CHANNEL_SYMMETRIC = 3,
  PER_CHANNEL_AFFINE_FLOAT_QPARAMS = 4
};
constexpr auto kPerTensorAffine = QScheme::PER_TENSOR_AFFINE;
constexpr auto kPerChannelAffine = QScheme::PER_CHANNEL_AFFINE;
constexpr auto kPerTensorSymmetric = QScheme::PER_TENSOR_SYMMETRIC;
constexpr auto kPerChannelSymmetric = QScheme::PER_CHANNEL_SYMMETRIC;
std::string toString(QScheme scheme);

HEDDLE_TORCH_END
}  // namespace c10

namespace std {
template <>
struct hash<c10::Device> {
  size_t operator()(const c10::Device& d) const noexcept {
    return static_cast<size_t>(d.type()) << 16 | static_cast<uint16_t>(d.index());
  }
};
template <>
struct hash<c10::DeviceType> {
  size_t operator()(c10::DeviceType type) const noexcept { return static_cast<size_t>(type); }
};
}  // namespace std

namespace caffe2 {
HEDDLE_TORCH_BEGIN
// What Tensor::dtype() gives: a ScalarType with the facts of its C++ type.
class TypeMeta final {
 public:
  TypeMeta() noexcept = default;
  TypeMeta(c10::ScalarType type) noexcept : type_(type) {}
  template <class T>
  static TypeMeta Make() {
    return TypeMeta(c10::CppTypeToScalarType<T>::value);
  }
  static TypeMeta fromScalarType(c10::ScalarType type) { return TypeMeta(type); }
  template <class T>
  bool Match() const noexcept {
    return type_ == c10::CppTypeToScalarType<T>::value;
  }
  c10::ScalarType toScalarType() const { return type_; }
  bool isScalarType() const noexcept { return type_ != c10::ScalarType::Undefined; }
  bool isScalarType(c10::ScalarType type) const noexcept { return type_ == type; }
  size_t itemsize() const noexcept { return c10::elementSize(type_); }
  // "float", "long int": its C++ type.
  std::string_view name() const noexcept;
  friend bool operator==(const TypeMeta& a, const TypeMeta& b) noexcept { return a.type_ == b.type_; }
  friend bool operator!=(const TypeMeta& a, const TypeMeta& b) noexcept { return a.type_ != b.type_; }

 private:
  c10::ScalarType type_ = c10::ScalarType::Undefined;
};
std::ostream& operator<<(std::ostream& out, TypeMeta type);
HEDDLE_TORCH_END
}  // namespace caffe2

namespace c10 {
HEDDLE_TORCH_BEGIN
inline ScalarType typeMetaToScalarType(caffe2::TypeMeta type) { return type.toScalarType(); }
inline caffe2::TypeMeta scalarTypeToTypeMeta(ScalarType type) { return type; }
inline optional<ScalarType> optTypeMetaToScalarType(optional<caffe2::TypeMeta> type) {
  return type ? optional<ScalarType>(type->toScalarType()) : nullopt;
}
inline bool operator==(ScalarType a, caffe2::TypeMeta b) noexcept { return b.isScalarType(a); }
inline bool operator!=(ScalarType a, caffe2::TypeMeta b) noexcept { return !b.isScalarType(a); }
inline bool operator==(caffe2::TypeMeta a, ScalarType b) noexcept { return a.isScalarType(b); }
inline bool operator!=(caffe2::TypeMeta a, ScalarType b) noexcept { return !a.isScalarType(b); }
HEDDLE_TORCH_END
}  // namespace c10
namespace caffe2 {
using c10::operator==;
using c10::operator!=;
}  // namespace caffe2

namespace at {
using caffe2::TypeMeta;
using DataType = c10::ScalarType;
}  // namespace at
