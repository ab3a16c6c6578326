#include "heddle_torch/tensor.h"

#include <iostream>

#include "compat/src/call.h"
#include "compat/src/face.h"
#include "core/lazy_view.h"
#include "core/quantizer.h"
#include "core/tensor_text.h"

namespace at {
HEDDLE_TORCH_BEGIN
using namespace heddle_torch;

namespace {
int64_t wrapped(const Tensor& t, int64_t dim) { return value(heddle::wrap_dim(dim, defined(t).dim())); }
IntArrayRef as_array(const heddle::Dims& dims) { return {dims.data(), dims.size()}; }
}  // namespace

int64_t Tensor::dim() const { return defined() ? in(*this).dim() : 1; }
IntArrayRef Tensor::sizes() const {
  static constexpr int64_t kNothing[] = {0};  // an undefined tensor has one dimension of no elements
  return defined() ? as_array(in(*this).sizes()) : IntArrayRef(kNothing);
}
IntArrayRef Tensor::strides() const { return as_array(heddle_torch::defined(*this).strides()); }
int64_t Tensor::size(int64_t dim) const {
  const int64_t i = wrapped(*this, dim);
  TORCH_CHECK_INDEX(i < in(*this).dim(), "dimension specified as ", dim, " but tensor has no dimensions");
  return in(*this).size(i);
}
int64_t Tensor::stride(int64_t dim) const {
  const int64_t i = wrapped(*this, dim);
  TORCH_CHECK_INDEX(i < in(*this).dim(), "dimension specified as ", dim, " but tensor has no dimensions");
  return in(*this).stride(i);
}
int64_t Tensor::numel() const { return defined() ? in(*this).numel() : 0; }
int64_t Tensor::storage_offset() const { return defined() ? in(*this).offset() : 0; }
ScalarType Tensor::scalar_type() const { return defined() ? out(in(*this).dtype()) : ScalarType::Undefined; }
TensorOptions Tensor::options() const { return TensorOptions(scalar_type()).device(kCPU).layout(layout()); }
Device Tensor::device() const {
  TORCH_CHECK(defined(), "tensor does not have a device");
  return kCPU;
}
Layout Tensor::layout() const { return kStrided; }
QScheme Tensor::qscheme() const {
  TORCH_CHECK(is_quantized(), "qscheme: expected a quantised tensor, not ", toString());
  static const Op op{"aten::qscheme", ""};
  return static_cast<QScheme>(Call(op).add(*this).integer());
}
Storage Tensor::storage() const { return Storage(to_handle(heddle_torch::defined(*this).storage())); }

bool Tensor::is_contiguous(MemoryFormat format) const {
  return heddle_torch::defined(*this).is_contiguous(static_cast<heddle::MemoryFormat>(format));
}
bool Tensor::is_non_overlapping_and_dense() const { return heddle_torch::defined(*this).is_dense(); }
MemoryFormat Tensor::suggest_memory_format() const {
  return static_cast<MemoryFormat>(heddle_torch::defined(*this).suggested_format());
}
bool Tensor::is_conj() const { return defined() && in(*this).impl()->conj; }
bool Tensor::is_neg() const { return defined() && in(*this).impl()->neg; }
bool Tensor::is_view() const {
  return defined() && static_cast<size_t>(in(*this).numel()) * itemsize() < in(*this).storage()->bytes();
}
std::string Tensor::toString() const {
  return defined() ? c10::str("CPU", scalar_type(), "Type") : std::string("UndefinedType");
}
void Tensor::print() const {
  if (defined()) {
    std::cerr << "[" << toString() << " " << sizes() << "]" << std::endl;
  } else {
    std::cerr << "[UndefinedTensor]" << std::endl;
  }
}

void* Tensor::data_ptr() const { return defined() ? in(*this).raw_data() : nullptr; }
void* Tensor::typed_data(ScalarType wanted) const {
  TORCH_CHECK(defined(), "data_ptr: the tensor is undefined");
  TORCH_CHECK(scalar_type() == wanted, "expected scalar type ", wanted, " but found ", scalar_type());
  return data_ptr();
}
void Tensor::check_accessor(size_t dimensions) const {
  TORCH_CHECK(dim() == static_cast<int64_t>(dimensions), "TensorAccessor expected ", dimensions,
              " dims but tensor has ", dim());
}

Scalar Tensor::item() const {
  TORCH_CHECK(heddle_torch::defined(*this).numel() == 1, "a Tensor with ", numel(),
              " elements cannot be converted to Scalar");
  static const Op op{"aten::item", ""};
  return Call(op).add(*this).scalar();
}

Tensor Tensor::to(ScalarType dtype, bool non_blocking, bool copy, optional<MemoryFormat> format) const {
  heddle_torch::defined(*this);
  static const Op op{"aten::to", "dtype"};
  return Call(op).add(*this).add(dtype).add(non_blocking).add(copy).add(format).tensor();
}
Tensor Tensor::to(optional<ScalarType> dtype, optional<Layout> layout, optional<Device> device, optional<bool>,
                  bool non_blocking, bool copy, optional<MemoryFormat> format) const {
  TORCH_CHECK(layout.value_or(kStrided) == kStrided, "to: Heddle has strided tensors only, not ", *layout);
  if (device) check_device(*device);
  return to(dtype.value_or(scalar_type()), non_blocking, copy, format);
}
Tensor Tensor::to(const TensorOptions& options, bool non_blocking, bool copy, optional<MemoryFormat> format) const {
  return to(options.scalar_type_opt(), options.layout_opt(), options.device_opt(), nullopt, non_blocking, copy,
            format ? format : options.memory_format_opt());
}
Tensor Tensor::to(Device device, ScalarType dtype, bool non_blocking, bool copy, optional<MemoryFormat> format) const {
  check_device(device);
  return to(dtype, non_blocking, copy, format);
}
Tensor Tensor::to(const Tensor& other, bool non_blocking, bool copy, optional<MemoryFormat> format) const {
  return to(other.scalar_type(), non_blocking, copy, format);
}
Tensor Tensor::contiguous(MemoryFormat format) const {
  heddle_torch::defined(*this);
  static const Op op{"aten::contiguous", ""};
  return Call(op).add(*this).add(format).tensor();
}

Tensor Tensor::operator~() const { return bitwise_not(); }
Tensor Tensor::operator-() const { return neg(); }
#define HEDDLE_TORCH_ASSIGN(op, method)                              \
  Tensor& Tensor::operator op(const Tensor& o) { return method(o); } \
  Tensor& Tensor::operator op(const Scalar& o) { return method(o); }
HEDDLE_TORCH_ASSIGN(+=, add_)
HEDDLE_TORCH_ASSIGN(-=, sub_)
HEDDLE_TORCH_ASSIGN(*=, mul_)
HEDDLE_TORCH_ASSIGN(/=, div_)
#undef HEDDLE_TORCH_ASSIGN
Tensor& Tensor::operator&=(const Tensor& o) { return bitwise_and_(o); }
Tensor& Tensor::operator|=(const Tensor& o) { return bitwise_or_(o); }
Tensor& Tensor::operator^=(const Tensor& o) { return bitwise_xor_(o); }

bool Tensor::requires_grad() const { return defined() && in(*this).impl()->requires_grad; }
const Tensor& Tensor::set_requires_grad(bool on) const {
  TORCH_CHECK(!on || is_floating_point() || is_complex(), "only Tensors of floating point dtype can require gradients");
  heddle_torch::defined(*this).impl()->requires_grad = on;
  return *this;
}
const Tensor& Tensor::grad() const { return mutable_grad(); }
Tensor& Tensor::mutable_grad() const {
  static Tensor none;
  return none = Tensor();
}
void Tensor::backward(const Tensor&, optional<bool>, bool, optional<TensorList>) const {
  TORCH_CHECK(false, "backward: Heddle runs inference and has no gradients");
}
Tensor Tensor::data() const {
  const heddle::Tensor& t = heddle_torch::defined(*this);
  return out(t.alias(t.sizes(), t.strides(), t.offset()));
}
void Tensor::set_data(const Tensor& other) const {
  static const Op op{"aten::set_data", ""};
  Call(op).add(*this).add(other).run();
}

std::string toString(const Tensor& tensor) { return c10::str(tensor); }
std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  return out << (tensor.defined() ? heddle::tensor_text(in(tensor)) : std::string("[ Tensor (undefined) ]"));
}
std::ostream& print(std::ostream& out, const Tensor& tensor, int64_t) { return out << tensor; }
void print(const Tensor& tensor, int64_t) { std::cout << tensor; }

void Generator::set_current_seed(uint64_t seed) { box_as<heddle::GeneratorValue>(handle_.get()).manual_seed(seed); }
uint64_t Generator::current_seed() const { return box_as<heddle::GeneratorValue>(handle_.get()).seed(); }
uint64_t Generator::seed() {
  const auto drawn = static_cast<uint64_t>(std::hash<std::string>()(std::to_string(reinterpret_cast<uintptr_t>(this))));
  set_current_seed(drawn);
  return drawn;
}
std::mutex& Generator::mutex() {
  static std::mutex one;  // the generator has a lock of its own; programs that hold this one do no harm
  return one;
}
namespace detail {
const Generator& getDefaultCPUGenerator() {
  static const Generator generator(Handle::share(&heddle::default_generator()));
  return generator;
}
Generator createCPUGenerator(uint64_t seed) {
  return Generator(to_handle(heddle::make_ref<heddle::GeneratorValue>(seed)));
}
}  // namespace detail

HEDDLE_TORCH_END
}  // namespace at
