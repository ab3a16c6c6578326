// torch.segment_reduce: neighbouring slices along a dimension reduced together, their numbers given by lengths or
// offsets.
#include <cmath>
#include <limits>

#include "ops/common/cast.h"
#include "ops/common/copy.h"
#include "ops/common/with_out.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using OptionalTensor = std::optional<Tensor>;

enum class Reduction { kSum, kMean, kMax, kMin, kProduct };

Result<Reduction> reduction_of(std::string_view name) {
  if (name == "sum") return Reduction::kSum;
  if (name == "mean") return Reduction::kMean;
  if (name == "max") return Reduction::kMax;
  if (name == "min") return Reduction::kMin;
  if (name == "prod") return Reduction::kProduct;
  return invalid("unsupported reduction given! ", name);
}

// Offsets [..., segments + 1] of the lengths.
Result<Tensor> offsets_of(const OptionalTensor& lengths, const OptionalTensor& offsets, int64_t size, bool trusted) {
  HEDDLE_REQUIRE(lengths || offsets, "segment_reduce(): Either lengths or offsets must be defined.");
  const Tensor given = HEDDLE_TRY(contiguous_as(lengths ? *lengths : *offsets, DType::kInt64));
  HEDDLE_REQUIRE(given.dim() >= 1, "segment_reduce(): lengths must have a dimension");
  const int64_t last = given.dim() - 1;
  const int64_t segments = given.size(last) - (lengths ? 0 : 1);
  HEDDLE_REQUIRE(segments >= 0, "segment_reduce(): offsets must have at least one element");
  Dims sizes = given.sizes();
  sizes.back() = segments + 1;
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, DType::kInt64));
  const int64_t lines = result.numel() / (segments + 1);
  for (int64_t line = 0; line < lines; ++line) {
    int64_t* const to = result.data<int64_t>() + line * (segments + 1);
    const int64_t* const from = given.data<int64_t>() + line * given.size(last);
    int64_t at = 0;
    for (int64_t s = 0; s <= segments; ++s) {
      if (lengths) {
        to[s] = at;
        if (s == segments) break;
        HEDDLE_REQUIRE(from[s] >= 0 && from[s] <= size - at, "lengths contains negative value or more than the ", size,
                       " elements there are!");
        at += from[s];
      } else {
        HEDDLE_REQUIRE(from[s] >= at && from[s] <= size, "segment_reduce(): offsets must ascend within 0 to ", size);
        to[s] = at = from[s];
      }
    }
    HEDDLE_REQUIRE(trusted || !lengths || at == size,
                   "Expected all rows of lengths along axis to sum to data.size(axis) = ", size, ", but they sum to ",
                   at);
  }
  return result;
}

template <class T>
T start_of(Reduction reduction, const std::optional<Scalar>& initial) {
  if (initial) return initial->to<T>();
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  switch (reduction) {
    case Reduction::kMax:
      return -kInfinity;
    case Reduction::kMin:
      return kInfinity;
    case Reduction::kProduct:
      return T(1);
    default:
      return T(0);
  }
}

template <class T>
T taken(Reduction reduction, T sum, T x) {
  switch (reduction) {
    case Reduction::kMax:
      return std::isnan(x) || x > sum ? x : sum;
    case Reduction::kMin:
      return std::isnan(x) || x < sum ? x : sum;
    case Reduction::kProduct:
      return sum * x;
    default:
      return sum + x;
  }
}

Result<Tensor> segment_reduce(const Tensor& data0, std::string_view name, const OptionalTensor& lengths,
                              const OptionalTensor& indices, const OptionalTensor& offsets, int64_t axis0, bool trusted,
                              const std::optional<Scalar>& initial) {
  const Reduction reduction = HEDDLE_TRY(reduction_of(name));
  HEDDLE_REQUIRE(!indices, "segment_reduce(): indices based reduction is not supported yet.");
  HEDDLE_REQUIRE(data0.numel() > 0 && data0.dim() >= 1, "segment_reduce(): Expected data to have elements");
  const int64_t axis = HEDDLE_TRY(wrap_dim(axis0, data0.dim()));
  const Tensor data = HEDDLE_TRY(contiguous_as(data0, compute_dtype(data0.dtype())));
  const Tensor at = HEDDLE_TRY(offsets_of(lengths, offsets, data.size(axis), trusted));
  HEDDLE_REQUIRE(at.dim() == axis + 1, "segment_reduce(): Expected axis to be the last dimension of lengths but got ",
                 axis, ".");
  Dims sizes = data.sizes();
  for (int64_t d = 0; d < axis; ++d) {
    HEDDLE_REQUIRE(at.size(d) == data.size(d),
                   "segment_reduce(): lengths and data must agree in the dimensions before axis");
  }
  const int64_t segments = at.size(axis) - 1;
  sizes[static_cast<size_t>(axis)] = segments;
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, data.dtype()));
  int64_t inner = 1;
  for (int64_t d = axis + 1; d < data.dim(); ++d) inner *= data.size(d);
  const int64_t outer = at.numel() / (segments + 1);
  HEDDLE_TRY(dispatch<FloatTypes>(data.dtype(), "segment_reduce", [&]<class T>() {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t s = 0; s < segments; ++s) {
        const int64_t begin = at.data<int64_t>()[o * (segments + 1) + s];
        const int64_t end = at.data<int64_t>()[o * (segments + 1) + s + 1];
        for (int64_t i = 0; i < inner; ++i) {
          T sum = start_of<T>(reduction, initial);
          for (int64_t k = begin; k < end; ++k) {
            sum = taken(reduction, sum, data.data<T>()[(o * data.size(axis) + k) * inner + i]);
          }
          // The mean of nothing is not a number unless the caller says what it is.
          const bool empty = begin == end;
          if (reduction == Reduction::kMean && !(empty && initial)) {
            sum = empty ? std::numeric_limits<T>::quiet_NaN() : sum / static_cast<T>(end - begin);
          }
          result.data<T>()[(o * segments + s) * inner + i] = sum;
        }
      }
    }
    return ok_status();
  }));
  return to_dtype(result, data0.dtype());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(segment_reduce) {
  using namespace heddle::ops;
  add_with_out(table,
               "aten::segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, "
               "Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor",
               boxed<&segment_reduce>(), "segment_reduce.out");
}
