// Operators that copy elements to other places: repeat, tile, flip, roll, rot90, padding, pixel and channel shuffles.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/shape/join.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Result<Tensor> repeat_kernel(const Tensor& t, const Dims& counts) { return repeat(t, counts); }
Result<Tensor> tile(const Tensor& t, const Dims& counts) {
  Dims all = counts;
  while (all.size() < t.sizes().size()) all.insert(0, 1);
  return repeat(t, all);
}
Result<Tensor> flip_kernel(const Tensor& t, const Dims& dims) { return flip(t, dims); }
Result<Tensor> fliplr(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() >= 2, "Input must be >= 2-d.");
  return flip(t, Dims{1});
}
Result<Tensor> flipud(const Tensor& t) {
  HEDDLE_REQUIRE(t.dim() >= 1, "Input must be >= 1-d.");
  return flip(t, Dims{0});
}
Result<Tensor> roll_kernel(const Tensor& t, const Dims& shifts, const Dims& dims) { return roll(t, shifts, dims); }

Result<Tensor> rot90(const Tensor& t, int64_t k, const Dims& dims) {
  HEDDLE_REQUIRE(dims.size() == 2, "expected total rotation dims == 2, but got dims = ", dims.size());
  HEDDLE_REQUIRE(t.dim() >= 2, "expected total dims >= 2, but got total dims = ", t.dim());
  HEDDLE_REQUIRE(dims[0] != dims[1] && std::abs(dims[0] - dims[1]) != t.dim(),
                 "expected rotation dims to be different, but got dim0 = ", dims[0], " and dim1 = ", dims[1]);
  for (int64_t d : dims) {
    HEDDLE_REQUIRE(d >= -t.dim() && d < t.dim(), "Rotation dim out of range, dim = ", d);
  }
  switch (((k % 4) + 4) % 4) {
    case 1:
      return transpose(HEDDLE_TRY(flip(t, Dims{dims[1]})), dims[0], dims[1]);
    case 2:
      return flip(t, dims);
    case 3:
      return transpose(HEDDLE_TRY(flip(t, Dims{dims[0]})), dims[0], dims[1]);
    default:
      return clone(t, MemoryFormat::kContiguous);
  }
}

// [..., C r r, H, W] to [..., C, H r, W r].
Result<Tensor> pixel_shuffle(const Tensor& t, int64_t factor) {
  HEDDLE_REQUIRE(t.dim() >= 3, "pixel_shuffle expects input to have at least 3 dimensions, but got input with ",
                 t.dim(), " dimension(s)");
  HEDDLE_REQUIRE(factor > 0, "pixel_shuffle expects a positive upscale_factor, but got ", factor);
  const int64_t rank = t.dim();
  const int64_t channels = t.size(rank - 3);
  int64_t square = 0;
  HEDDLE_REQUIRE(
      !__builtin_mul_overflow(factor, factor, &square) && channels % square == 0,
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
      "but input.size(-3)=",
      channels, " is not divisible by ", square);
  const int64_t height = t.size(rank - 2);
  const int64_t width = t.size(rank - 1);
  Dims apart(t.sizes().span().first(static_cast<size_t>(rank - 3)));
  Dims order(apart.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  Dims result = apart;
  for (int64_t s : {channels / square, factor, factor, height, width}) apart.push_back(s);
  for (int64_t d : {0, 3, 1, 4, 2}) order.push_back(rank - 3 + d);
  for (int64_t s : {channels / square, height * factor, width * factor}) result.push_back(s);
  // A copy even where nothing moves: the result is never the input.
  const Tensor moved = HEDDLE_TRY(reshape(t, apart)).permute(order);
  return HEDDLE_TRY(clone(moved, MemoryFormat::kContiguous)).view_contiguous(result);
}

Result<Tensor> pixel_unshuffle(const Tensor& t, int64_t factor) {
  HEDDLE_REQUIRE(t.dim() >= 3, "pixel_unshuffle expects input to have at least 3 dimensions, but got input with ",
                 t.dim(), " dimension(s)");
  HEDDLE_REQUIRE(factor > 0, "pixel_unshuffle expects a positive downscale_factor, but got ", factor);
  const int64_t rank = t.dim();
  const int64_t channels = t.size(rank - 3);
  const int64_t height = t.size(rank - 2);
  const int64_t width = t.size(rank - 1);
  HEDDLE_REQUIRE(height % factor == 0,
                 "pixel_unshuffle expects height to be divisible by downscale_factor, but "
                 "input.size(-2)=",
                 height, " is not divisible by ", factor);
  HEDDLE_REQUIRE(width % factor == 0,
                 "pixel_unshuffle expects width to be divisible by downscale_factor, but "
                 "input.size(-1)=",
                 width, " is not divisible by ", factor);
  Dims apart(t.sizes().span().first(static_cast<size_t>(rank - 3)));
  Dims order(apart.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  Dims result = apart;
  for (int64_t s : {channels, height / factor, factor, width / factor, factor}) apart.push_back(s);
  for (int64_t d : {0, 2, 4, 1, 3}) order.push_back(rank - 3 + d);
  for (int64_t s : {channels * factor * factor, height / factor, width / factor}) result.push_back(s);
  // A copy even where nothing moves: the result is never the input.
  const Tensor moved = HEDDLE_TRY(reshape(t, apart)).permute(order);
  return HEDDLE_TRY(clone(moved, MemoryFormat::kContiguous)).view_contiguous(result);
}

Result<Tensor> channel_shuffle(const Tensor& t, int64_t groups) {
  HEDDLE_REQUIRE(t.dim() > 2, "channel_shuffle expects input with > 2 dims, but got input with sizes ",
                 to_text(t.sizes()));
  HEDDLE_REQUIRE(groups > 0, "Number of groups to divide channels in must be positive. Value of groups:", groups);
  HEDDLE_REQUIRE(t.size(1) % groups == 0, "Number of channels must be divisible by groups. Got ", t.size(1),
                 " channels and ", groups, " groups.");
  Dims apart{t.size(0), groups, t.size(1) / groups};
  for (int64_t d = 2; d < t.dim(); ++d) apart.push_back(t.size(d));
  const Tensor shuffled = HEDDLE_TRY(reshape(t, apart)).transpose(1, 2);
  const Tensor result = HEDDLE_TRY(Tensor::empty(t.sizes(), t.dtype(), t.suggested_format()));
  HEDDLE_TRY(copy_into(result, HEDDLE_TRY(reshape(shuffled, t.sizes()))));
  return result;
}

}  // namespace

Result<Tensor> repeat(const Tensor& t, std::span<const int64_t> counts) {
  HEDDLE_REQUIRE(counts.size() >= t.sizes().size(),
                 "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  const size_t lead = counts.size() - t.sizes().size();
  // Every dimension as a pair (count, size) of both the result and the expanded source.
  Dims sizes(counts.size());
  Dims pairs(2 * counts.size());
  Dims source_strides(2 * counts.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    const int64_t size = i < lead ? 1 : t.sizes()[i - lead];
    HEDDLE_REQUIRE(counts[i] >= 0, "Trying to create tensor with negative dimension ", counts[i] * size);
    HEDDLE_REQUIRE(!__builtin_mul_overflow(counts[i], size, &sizes[i]), "repeat: the result is too large");
    pairs[2 * i] = counts[i];
    pairs[2 * i + 1] = size;
    source_strides[2 * i] = 0;
    source_strides[2 * i + 1] = i < lead ? 0 : t.strides()[i - lead];
  }
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, t.dtype()));
  HEDDLE_TRY(copy_into(result.view_contiguous(pairs), t.alias(pairs, source_strides, t.offset())));
  return result;
}

Result<Tensor> flip(const Tensor& t, std::span<const int64_t> dims) {
  Dims strides = t.strides();
  int64_t offset = t.offset();
  std::vector<bool> seen(static_cast<size_t>(std::max<int64_t>(t.dim(), 1)));
  for (int64_t dim : dims) {
    const auto d = static_cast<size_t>(HEDDLE_TRY(wrap_dim(dim, t.dim())));
    HEDDLE_REQUIRE(!seen[d], "dim ", d, " appears multiple times in the list of dims");
    seen[d] = true;
    if (t.dim() == 0 || t.numel() == 0) continue;
    offset += (t.sizes()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  const Tensor result = HEDDLE_TRY(Tensor::empty_like(t));
  HEDDLE_TRY(copy_into(result, t.alias(t.sizes(), strides, offset)));
  return result;
}

Result<Tensor> roll(const Tensor& t, std::span<const int64_t> shifts, std::span<const int64_t> dims) {
  HEDDLE_REQUIRE(!shifts.empty(), "`shifts` required");
  if (dims.empty() && shifts.size() == 1) {
    const Tensor flat = HEDDLE_TRY(reshape(HEDDLE_TRY(contiguous(t)), Dims{-1}));
    return view(HEDDLE_TRY(roll(flat, shifts, Dims{0})), t.sizes());
  }
  HEDDLE_REQUIRE(shifts.size() == dims.size(), "shifts and dimensions must align. shifts: ", shifts.size(),
                 ", dims:", dims.size());
  if (t.numel() == 0) return clone(t);
  HEDDLE_REQUIRE_CODE(t.dim() > 0, kIndex, "Dimension specified as ", dims[0], " but tensor has no dimensions");
  Tensor result = t;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t d = HEDDLE_TRY(wrap_dim(dims[i], t.dim()));
    const int64_t size = t.size(d);
    int64_t start = (size - shifts[i] % size) % size;
    if (start < 0) start += size;
    result = HEDDLE_TRY(cat({result.narrow(d, start, size - start), result.narrow(d, 0, start)}, d));
  }
  return result.is_same(t) ? clone(t) : result;
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(rearrange) {
  using namespace heddle::ops;
  table.add("aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", boxed<&repeat_kernel>());
  table.derive("aten::repeat.out(Tensor self, SymInt[] repeats, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::tile(Tensor self, int[] dims) -> Tensor", boxed<&tile>());
  table.add("aten::flip(Tensor self, int[] dims) -> Tensor", boxed<&flip_kernel>());
  table.derive("aten::flip.out(Tensor self, int[] dims, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::fliplr(Tensor self) -> Tensor", boxed<&fliplr>());
  table.add("aten::flipud(Tensor self) -> Tensor", boxed<&flipud>());
  table.add("aten::roll(Tensor self, int[1] shifts, int[1] dims=[]) -> Tensor", boxed<&roll_kernel>());
  table.derive("aten::roll.out(Tensor self, int[1] shifts, int[1] dims=[], *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", boxed<&rot90>());
  table.derive("aten::rot90.out(Tensor self, int k=1, int[] dims=[0, 1], *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", boxed<&pixel_shuffle>());
  table.derive("aten::pixel_shuffle.out(Tensor self, int upscale_factor, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", boxed<&pixel_unshuffle>());
  table.derive("aten::pixel_unshuffle.out(Tensor self, int downscale_factor, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::channel_shuffle(Tensor self, int groups) -> Tensor", boxed<&channel_shuffle>());
  table.derive("aten::channel_shuffle.out(Tensor self, int groups, *, Tensor(a!) out) -> Tensor(a!)");
}
