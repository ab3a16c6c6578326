// The operators that custom_operators.py's archives call, as a library of one's own has them.
#include <heddle/heddle.h>

#include <algorithm>

namespace {

using heddle::Tensor;

Tensor gain(const Tensor& x, double by, bool negate) {
  const Tensor in = heddle::contiguous(x);
  Tensor out = heddle::zeros(in.sizes());
  const float factor = static_cast<float>(negate ? -by : by);
  std::transform(in.data<float>(), in.data<float>() + in.numel(), out.data<float>(),
                 [=](float value) { return value * factor; });
  return out;
}

std::tuple<Tensor, int64_t> trim(const std::vector<Tensor>& parts, std::optional<int64_t> keep) {
  if (parts.empty()) throw std::runtime_error("trim needs parts");
  return {parts[0], keep.value_or(static_cast<int64_t>(parts.size()))};
}

}  // namespace

HEDDLE_LIBRARY(audio, library) {
  library.def("gain(Tensor x, float by=2., *, bool negate=False) -> Tensor", &gain);
  library.def("trim(Tensor[] parts, int? keep=None) -> (Tensor, int)", &trim);
}
