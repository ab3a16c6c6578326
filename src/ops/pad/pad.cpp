#include "ops/pad/pad.h"

#include <algorithm>
#include <vector>

#include "ops/common/copy.h"
#include "ops/resize/remap.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

enum class Mode : uint8_t { kReflect, kReplicate, kCircular };

std::string_view name_of(Mode mode) {
  return mode == Mode::kReflect ? "reflection_pad" : mode == Mode::kReplicate ? "replication_pad" : "circular_pad";
}

int64_t source_of(Mode mode, int64_t index, int64_t size) {
  switch (mode) {
    case Mode::kReflect:
      return index < 0 ? -index : index >= size ? 2 * (size - 1) - index : index;
    case Mode::kReplicate:
      return std::clamp<int64_t>(index, 0, size - 1);
    default:
      return index;
  }
}

// What is left after cropping by negative padding is what goes round.
Result<IndexMap> circle(const Tensor& self, int64_t dim, int64_t before, int64_t after, IndexMap map) {
  const int64_t skipped = std::max<int64_t>(-before, 0);
  const int64_t left = self.size(dim) - skipped - std::max<int64_t>(-after, 0);
  HEDDLE_REQUIRE(left > 0, "circular_pad: padding (", before, ", ", after, ") leaves nothing of dimension ", dim,
                 " of input ", to_text(self.sizes()));
  const int64_t shift = std::max<int64_t>(before, 0);
  for (size_t i = 0; i < map.size(); ++i) {
    map[i] = skipped + ((static_cast<int64_t>(i) - shift) % left + left) % left;
  }
  return map;
}

// Where the elements of a padded dimension come from.
Result<IndexMap> map_of(Mode mode, const Tensor& self, int64_t dim, int64_t before, int64_t after) {
  const int64_t size = self.size(dim);
  constexpr int64_t kLarge = int64_t{1} << 31;
  HEDDLE_REQUIRE(before > -kLarge && before < kLarge && after > -kLarge && after < kLarge, name_of(mode), ": padding (",
                 before, ", ", after, ") is too large");
  HEDDLE_REQUIRE(mode != Mode::kReflect || (before < size && after < size),
                 "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (",
                 before, ", ", after, ") at dimension ", dim, " of input ", to_text(self.sizes()));
  HEDDLE_REQUIRE(mode != Mode::kCircular || (before <= size && after <= size),
                 "Padding value causes wrapping around more than once: padding (", before, ", ", after,
                 ") at dimension ", dim, " of input ", to_text(self.sizes()));
  const int64_t extent = size + before + after;
  HEDDLE_REQUIRE(size > 0, name_of(mode), ": dimension ", dim, " of input ", to_text(self.sizes()),
                 " must not be empty");
  HEDDLE_REQUIRE(extent >= 1, name_of(mode), ": input ", to_text(self.sizes()), " is too small: calculated size ",
                 extent, " at dimension ", dim);
  HEDDLE_REQUIRE(extent <= size * int64_t{1 << 20}, name_of(mode), ": padding (", before, ", ", after,
                 ") is too large");
  IndexMap map(static_cast<size_t>(extent));
  if (mode == Mode::kCircular) return circle(self, dim, before, after, std::move(map));
  for (int64_t i = 0; i < extent; ++i) map[static_cast<size_t>(i)] = source_of(mode, i - before, size);
  return map;
}

Result<Tensor> pad_by_map(Mode mode, const Tensor& self, const Dims& pad) {
  const size_t axes = pad.size() / 2;
  const auto rank = static_cast<size_t>(self.dim());
  bool fits = pad.size() == axes * 2 && axes >= 1 && axes <= 3 && (rank == axes + 1 || rank == axes + 2);
  for (size_t i = rank >= axes + 1 ? rank - axes - 1 : rank; fits && i < rank; ++i) fits = self.sizes()[i] > 0;
  HEDDLE_REQUIRE(fits, name_of(mode), ": expected ", axes * 2, " padding values for a non-empty input of ", axes + 1,
                 " or ", axes + 2, " dimensions, but got padding ", to_text(pad), " and input ", to_text(self.sizes()));
  std::vector<IndexMap> maps;
  for (size_t i = 0; i < axes; ++i) {
    const size_t at = 2 * (axes - 1 - i);
    maps.push_back(HEDDLE_TRY(map_of(mode, self, static_cast<int64_t>(rank - axes + i), pad[at], pad[at + 1])));
  }
  return remap(self, maps);
}

template <Mode mode, size_t axes>
Result<Tensor> pad_axes(const Tensor& self, const Dims& padding) {
  Dims pad = padding;
  if (pad.size() == 1) pad.resize(2 * axes, padding[0]);
  HEDDLE_REQUIRE(pad.size() == 2 * axes, name_of(mode), axes, "d: padding size is expected to be ", 2 * axes,
                 ", but got: ", pad.size());
  return pad_by_map(mode, self, pad);
}

Result<Tensor> pad_circular(const Tensor& self, const Dims& padding) {
  return pad_by_map(Mode::kCircular, self, padding);
}

Result<Tensor> pad_enum(const Tensor& self, const Dims& padding, int64_t mode, std::optional<double> value) {
  constexpr std::string_view kNames[] = {"reflect", "replicate", "circular", "constant"};
  HEDDLE_REQUIRE(mode >= 0 && mode < 4, "_pad_enum: unknown padding mode ", mode);
  return pad(self, padding, kNames[mode], value);
}

template <auto f>
void add(schema::TableBuilder& table, std::string_view schema, std::string_view out_form) {
  table.add(schema, schema::boxed<f>());
  table.derive(out_form);
}

}  // namespace

Result<Tensor> constant_pad(const Tensor& self, const Dims& pad, const Scalar& value) {
  HEDDLE_REQUIRE(pad.size() % 2 == 0, "Length of pad must be even but instead it equals ", pad.size());
  HEDDLE_REQUIRE(pad.size() <= 2 * self.sizes().size(),
                 "Length of pad should be no more than twice the number of dimensions of the input. Pad length is ",
                 pad.size(), " while the input has ", self.dim(), " dimensions.");
  Dims sizes = self.sizes();
  Tensor source = self;
  Tensor inner;
  bool grows = false;
  Dims before(sizes.size());
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    const auto dim = static_cast<int64_t>(sizes.size() - 1 - i);
    const auto at = static_cast<size_t>(dim);
    const int64_t low = pad[2 * i];
    const int64_t high = pad[2 * i + 1];
    grows |= low > 0 || high > 0;
    constexpr int64_t kLarge = int64_t{1} << 40;
    const auto is_small = [](int64_t room) { return room > -kLarge && room < kLarge; };
    HEDDLE_REQUIRE(is_small(low) && is_small(high), "constant_pad_nd: padding ", to_text(pad), " is too large");
    HEDDLE_REQUIRE(sizes[at] + low + high >= 0, "The input size ", sizes[at], ", plus negative padding ", low, " and ",
                   high, " resulted in a negative output size, which is invalid. Check dimension ", dim,
                   " of your input.");
    HEDDLE_REQUIRE_CODE(std::max<int64_t>(-low, 0) + std::max<int64_t>(-high, 0) <= sizes[at], kIndex,
                        "constant_pad_nd: padding ", low, " and ", high, " takes more from dimension ", dim,
                        " than its size ", sizes[at]);
    sizes[at] += low + high;
    // What is cropped on one side may be all there is.
    const int64_t start = std::clamp<int64_t>(-low, 0, self.size(dim));
    const int64_t stop = std::clamp<int64_t>(self.size(dim) + std::min<int64_t>(high, 0), start, self.size(dim));
    source = source.narrow(dim, start, stop - start);
    before[at] = std::max<int64_t>(low, 0);
  }
  if (!grows) return clone(source);
  Tensor result = HEDDLE_TRY(Tensor::empty(sizes, self.dtype(), self.suggested_format()));
  HEDDLE_TRY(fill(result, value));
  inner = result;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto dim = static_cast<int64_t>(i);
    inner = inner.narrow(dim, std::min(before[i], inner.size(dim)),
                         std::min(source.size(dim), inner.size(dim) - std::min(before[i], inner.size(dim))));
    source = source.narrow(dim, 0, inner.size(dim));
  }
  HEDDLE_TRY(copy_into(inner, source));
  return result;
}

Result<Tensor> pad(const Tensor& self, const Dims& padding, std::string_view mode, std::optional<double> value) {
  if (mode == "constant") return constant_pad(self, padding, Scalar(value.value_or(0.0)));
  HEDDLE_REQUIRE(!value || *value == 0, "Padding mode \"", mode, "\" doesn't take in value argument");
  const int64_t axes = static_cast<int64_t>(padding.size()) / 2;
  const bool known = mode == "reflect" || mode == "replicate" || mode == "circular";
  HEDDLE_REQUIRE(known, "Unrecognised padding mode ", mode);
  HEDDLE_REQUIRE_CODE(
      padding.size() % 2 == 0 && axes >= 1 && axes <= 3 && (self.dim() == axes + 1 || self.dim() == axes + 2),
      kUnsupported, "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now, but got padding ",
      to_text(padding), " and input ", to_text(self.sizes()));
  return pad_by_map(mode == "reflect"     ? Mode::kReflect
                    : mode == "replicate" ? Mode::kReplicate
                                          : Mode::kCircular,
                    self, padding);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(pad) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::pad(Tensor self, int[] pad, str mode=\"constant\", float? value=None) -> Tensor",
            boxed<&heddle::ops::pad>());
  table.add("aten::_pad_enum(Tensor self, int[] pad, int mode, float? value=None) -> Tensor", boxed<&pad_enum>());
  table.add("aten::_pad_circular(Tensor self, int[] pad) -> Tensor", boxed<&pad_circular>());
  add<&constant_pad>(
      table, "aten::constant_pad_nd(Tensor self, int[] pad, Scalar value=0) -> Tensor",
      "aten::constant_pad_nd.out(Tensor self, int[] pad, Scalar value=0, *, Tensor(a!) out) -> Tensor(a!)");
  add<&pad_axes<Mode::kReflect, 1>>(
      table, "aten::reflection_pad1d(Tensor self, int[2] padding) -> Tensor",
      "aten::reflection_pad1d.out(Tensor self, int[2] padding, *, Tensor(a!) out) -> Tensor(a!)");
  add<&pad_axes<Mode::kReflect, 2>>(
      table, "aten::reflection_pad2d(Tensor self, int[4] padding) -> Tensor",
      "aten::reflection_pad2d.out(Tensor self, int[4] padding, *, Tensor(a!) out) -> Tensor(a!)");
  add<&pad_axes<Mode::kReflect, 3>>(
      table, "aten::reflection_pad3d(Tensor self, int[6] padding) -> Tensor",
      "aten::reflection_pad3d.out(Tensor self, int[6] padding, *, Tensor(a!) out) -> Tensor(a!)");
  add<&pad_axes<Mode::kReplicate, 1>>(
      table, "aten::replication_pad1d(Tensor self, int[2] padding) -> Tensor",
      "aten::replication_pad1d.out(Tensor self, int[2] padding, *, Tensor(a!) out) -> Tensor(a!)");
  add<&pad_axes<Mode::kReplicate, 2>>(
      table, "aten::replication_pad2d(Tensor self, int[4] padding) -> Tensor",
      "aten::replication_pad2d.out(Tensor self, int[4] padding, *, Tensor(a!) out) -> Tensor(a!)");
  add<&pad_axes<Mode::kReplicate, 3>>(
      table, "aten::replication_pad3d(Tensor self, int[6] padding) -> Tensor",
      "aten::replication_pad3d.out(Tensor self, int[6] padding, *, Tensor(a!) out) -> Tensor(a!)");
}
