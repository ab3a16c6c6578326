#include <cstring>

#include "core/boxes.h"
#include "heddle/tensor.h"
#include "program/runtime.h"
#include "schema/lazy_calls.h"

namespace heddle {
namespace {

Tensor call(std::string_view name, std::string_view overload, std::initializer_list<IValue> arguments) {
  program::ensure_runtime();
  const schema::Operator* op = schema::operators().find(name, overload);
  if (!op) throw Error(error(ErrorCode::kUnsupported, "Heddle has no operator ", name));
  return value_or_throw(schema::call_operator(*op, arguments))[0].as_tensor();
}

}  // namespace

Tensor from_blob(void* data, const Dims& sizes, DType dtype, std::function<void()> release) {
  return value_or_throw(Tensor::from_blob(data, sizes, dtype, std::move(release)));
}

Tensor zeros(const Dims& sizes, DType dtype) {
  Tensor out = value_or_throw(Tensor::empty(sizes, dtype));
  std::memset(out.raw_data(), 0, static_cast<size_t>(out.numel() * element_size(dtype)));
  return out;
}

Tensor ones(const Dims& sizes, DType dtype) {
  return call("aten::ones", "", {make_int_list(sizes), IValue(dtype), IValue(), IValue(), IValue()});
}

Tensor contiguous(const Tensor& marked) {
  const Tensor tensor = value_or_throw(schema::resolved(marked));
  return tensor.is_contiguous()
             ? tensor
             : call("aten::contiguous", "", {tensor, IValue(static_cast<int64_t>(MemoryFormat::kContiguous))});
}

Tensor to_dtype(const Tensor& tensor, DType dtype) {
  if (tensor.dtype() == dtype) return tensor;
  return call("aten::to", "dtype", {tensor, IValue(dtype), IValue(false), IValue(false), IValue()});
}

}  // namespace heddle
