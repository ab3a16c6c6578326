#include "cli/elements.h"

#include "core/element.h"

namespace heddle::cli {

Scalar element_at(const Tensor& tensor, int64_t offset) {
  const auto* address = static_cast<const std::byte*>(tensor.raw_data()) + offset * element_size(tensor.dtype());
  const Scalar value = load_element(address, tensor.dtype());
  const bool conjugate = tensor.impl()->conj && value.is_complex();
  if (!conjugate && !tensor.impl()->neg) return value;
  const std::complex<double> number = conjugate ? std::conj(value.to_complex()) : value.to_complex();
  const std::complex<double> result = tensor.impl()->neg ? -number : number;
  if (value.is_complex()) return result;
  return result.real();
}

}  // namespace heddle::cli
