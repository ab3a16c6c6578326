// torch.nn.functional.max_unpool: maxima put back where they came from, zeros everywhere else.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 32768;

Result<Tensor> unpool(const Tensor& self, const Tensor& indices, const Dims& output_size, MemoryFormat format) {
  const size_t rank = output_size.size();
  HEDDLE_REQUIRE(indices.dtype() == DType::kInt64,
                 "elements in indices should be type int64 but got: ", dtype_name(indices.dtype()));
  HEDDLE_REQUIRE(self.sizes().size() == rank + 1 || self.sizes().size() == rank + 2, "Input to max_unpooling", rank,
                 "d should be a ", rank + 1, "d or ", rank + 2, "d Tensor, but got size ", to_text(self.sizes()));
  HEDDLE_REQUIRE(self.sizes() == indices.sizes(), "Expected shape of indices to be same as that of the input tensor (",
                 to_text(self.sizes()), ") but got indices tensor with shape: ", to_text(indices.sizes()));
  Dims sizes = self.sizes();
  const size_t lead = sizes.size() - rank;
  int64_t in = 1;
  for (size_t i = 1; i < sizes.size(); ++i) {
    HEDDLE_REQUIRE(sizes[i] > 0, "max_unpooling", rank,
                   "d: Expected input to have non-zero size for non-batch dimensions, but got ", to_text(sizes),
                   " with dimension ", i, " being empty.");
  }
  for (size_t i = 0; i < rank; ++i) {
    HEDDLE_REQUIRE(output_size[i] >= 0, "max_unpool", rank, "d: negative output_size ", to_text(output_size));
    in *= sizes[lead + i];
    sizes[lead + i] = output_size[i];
  }
  const int64_t out = HEDDLE_TRY(checked_numel(output_size, 1));
  const Tensor from = HEDDLE_TRY(contiguous(self));
  const Tensor places = HEDDLE_TRY(contiguous(indices));
  const Tensor result = HEDDLE_TRY(zeros(sizes, self.dtype()));
  const int64_t* index = places.data<int64_t>();
  if (result.numel() == 0) return contiguous(result, format);
  const auto wrong = std::find_if(index, index + places.numel(), [out](int64_t at) { return at < 0 || at >= out; });
  HEDDLE_REQUIRE(wrong == index + places.numel(), "Found an invalid max index: ", *wrong,
                 " (output volumes are of size ", to_text(output_size), ")");
  HEDDLE_TRY(dispatch<AllRealTypes>(self.dtype(), "max_unpool", [&]<class T>() -> Status {
    const T* values = from.data<T>();
    T* to = result.data<T>();
    // A plane on one thread: of two maxima that share a place, the later one stays.
    const int64_t planes = in == 0 ? 0 : from.numel() / in;
    parallel::parallel_for(0, planes, std::max<int64_t>(kGrain / std::max<int64_t>(in, 1), 1),
                           [&](int64_t begin, int64_t end) {
                             for (int64_t p = begin; p < end; ++p) {
                               for (int64_t i = p * in; i < (p + 1) * in; ++i) to[p * out + index[i]] = values[i];
                             }
                           });
    return ok_status();
  }));
  return contiguous(result, format);
}

Result<Tensor> max_unpool2d(const Tensor& self, const Tensor& indices, const Dims& output_size) {
  HEDDLE_REQUIRE(output_size.size() == 2,
                 "There should be exactly two elements (height, width) in output_size, but got ", to_text(output_size));
  return unpool(self, indices, output_size, self.dim() == 4 ? self.suggested_format() : MemoryFormat::kContiguous);
}

Result<Tensor> max_unpool3d(const Tensor& self, const Tensor& indices, const Dims& output_size, const Dims& stride,
                            const Dims& padding) {
  HEDDLE_REQUIRE(
      output_size.size() == 3 && stride.size() == 3 && padding.size() == 3,
      "There should be exactly three elements (depth, height, width) in output_size, stride and padding, but got ",
      to_text(output_size), ", ", to_text(stride), " and ", to_text(padding));
  return unpool(self, indices, output_size, MemoryFormat::kContiguous);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(max_unpool) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::max_unpool2d(Tensor self, Tensor indices, int[2] output_size) -> Tensor", boxed<&max_unpool2d>());
  table.derive(
      "aten::max_unpool2d.out(Tensor self, Tensor indices, int[2] output_size, *, Tensor(a!) out) -> Tensor(a!)");
  table.add(
      "aten::max_unpool3d(Tensor self, Tensor indices, int[3] output_size, int[3] stride, int[3] padding) -> Tensor",
      boxed<&max_unpool3d>());
  table.derive(
      "aten::max_unpool3d.out(Tensor self, Tensor indices, int[3] output_size, int[3] stride, int[3] padding, *, "
      "Tensor(a!) out) -> Tensor(a!)");
}
