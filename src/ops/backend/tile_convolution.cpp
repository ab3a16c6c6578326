#include "ops/backend/tile_convolution.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <new>
#include <numeric>
#include <vector>

#include "base/work_note.h"
#include "ops/backend/scratch.h"
#include "ops/backend/tile_grid.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

// Reading a shorter run costs more than its products.
constexpr int64_t kShortestRun = 16;

// How many floats of the input lie together in a window: its pixels in a row do, where none can lie in the padding.
int64_t run_of(const ConvolutionShape& s) {
  const bool padded = s.padding[2] > 0 || (s.output[2] - 1) * s.stride[2] + s.kernel[2] > s.input[2];
  return !padded && s.dilation[2] == 1 ? s.kernel[2] * s.in_channels : s.in_channels;
}

using Position = std::array<int64_t, 3>;

Position position_of(int64_t index, const std::array<int64_t, 3>& extent) {
  return {index / (extent[1] * extent[2]), index / extent[2] % extent[1], index % extent[2]};
}

// Which taps of an axis see the input from one output place: one bit each, of at most 64.
uint64_t seen_from(const ConvolutionShape& s, size_t axis, int64_t place) {
  uint64_t seen = 0;
  for (int64_t tap = 0; tap < s.kernel[axis]; ++tap) {
    const int64_t from = place * s.stride[axis] - s.padding[axis] + tap * s.dilation[axis];
    if (from >= 0 && from < s.input[axis]) seen |= uint64_t{1} << tap;
  }
  return seen;
}

// Above this share, what is gained by leaving out taps is lost by going out of order.
constexpr double kMostInside = 0.8;

// Where much of the windows is padding, the output pixels of an image in an order in which those that see by the same
// taps are neighbours; else empty.
std::vector<int64_t> order_by_taps(const ConvolutionShape& s) {
  if (share_inside(s) > kMostInside) return {};
  const auto key = [&](int64_t pixel) {
    const Position at = position_of(pixel, s.output);
    return std::array{seen_from(s, 0, at[0]), seen_from(s, 1, at[1]), seen_from(s, 2, at[2])};
  };
  std::vector<int64_t> order(static_cast<size_t>(s.output_pixels()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return key(a) < key(b); });
  return order;
}

class TileConvolution final : public Convolution {
 public:
  TileConvolution(const ConvolutionShape& shape, const ConvolutionEnding& ending)
      : shape_(shape),
        ending_(ending),
        run_(run_of(shape)),
        taps_(shape.kernel_taps() * shape.in_channels / run_),
        zeros_(static_cast<size_t>(run_)),
        order_(order_by_taps(shape)) {}

  size_t packed_bytes() const override { return packed_floats(depth(), shape_.out_channels) * sizeof(float); }

  Status pack(const float* weights, void* packed) const override {
    const int64_t taps = shape_.kernel_taps();
    const PanelSource source = {.from = weights,
                                .taps = taps,
                                .run = shape_.in_channels,
                                .columns = shape_.out_channels,
                                .tap_step = 1,
                                .run_step = taps,
                                .column_step = depth()};
    parallel::parallel_for(0, panel_count(shape_.out_channels), 4, [&](int64_t begin, int64_t end) {
      pack_panels(source, begin, end, static_cast<float*>(packed));
    });
    return ok_status();
  }

  bool same_order(const Convolution& other) const override {
    // The order follows from the weights alone, and those are the same.
    return dynamic_cast<const TileConvolution*>(&other) != nullptr;
  }

  Status run(const float* input, const void* packed, const float* bias, const float* added,
             float* output) const override {
    trace::note_work("tiles", 2.0 * static_cast<double>(shape_.work()));
    const int64_t rows = shape_.batch * shape_.output_pixels();
    const int64_t out = shape_.out_channels;
    const TileGrid grid = tile_grid(rows, depth(), out);
    return parallel::try_parallel_for(0, grid.pieces(), 1, [&](int64_t begin, int64_t end) -> Status {
      const Scratch scratch = HEDDLE_TRY(scratch_for(grid));
      int64_t at = -1;  // the row whose block the runs belong to
      for_each_piece(grid, begin, end, rows, out, [&](int64_t row, int64_t count, int64_t panel, int64_t panels) {
        if (row != at) find_runs(input, row, count, scratch.runs);
        at = row;
        const int64_t column = panel * panel_width();
        TileProduct product;
        product.runs = scratch.runs;
        product.rows = count;
        product.taps = taps_;
        product.run = run_;
        product.panels = static_cast<const float*>(packed) + column * depth();
        product.columns = std::min(panels * panel_width(), out - column);
        product.bias = bias ? bias + column : nullptr;
        set_bounds(ending_.activation, product);
        if (order_.empty()) {
          product.added = added ? added + row * out + column : nullptr;
          product.added_step = out;
          product.output = output + row * out + column;
          product.output_step = out;
          multiply_tiles(product);
          activate(ending_.activation, product);
        } else {
          multiply_out_of_order(product, row, added ? added + column : nullptr, scratch.sums, output + column);
        }
      });
      return ok_status();
    });
  }

 private:
  int64_t depth() const { return shape_.kernel_taps() * shape_.in_channels; }

  // Of one thread: room for the runs of a block, and for its sums where rows go out of order.
  struct Scratch {
    const float** runs;
    float* sums;
  };
  Result<Scratch> scratch_for(const TileGrid& grid) const {
    static thread_local ScratchBlock block;
    const int64_t sums = order_.empty() ? 0 : kMostRowsOfBlock * grid.panels_each * panel_width();
    const int64_t runs = taps_ * kMostRowsOfBlock;
    try {
      auto* memory = static_cast<float*>(
          block.get(sizeof(float) * static_cast<size_t>(sums) + sizeof(float*) * static_cast<size_t>(runs)));
      return Scratch{reinterpret_cast<const float**>(memory + sums), memory};
    } catch (const std::bad_alloc&) {
      return error(ErrorCode::kLimit, "out of memory in a convolution");
    }
  }

  // The output pixel of a row of the product.
  int64_t pixel_of(int64_t row) const {
    if (order_.empty()) return row;
    const auto pixels = static_cast<int64_t>(order_.size());
    return row / pixels * pixels + order_[static_cast<size_t>(row % pixels)];
  }

  // The next taps, from `tap` on, by which any row sees the input; none: two equal numbers.
  struct TapRange {
    int64_t first;
    int64_t last;
  };
  TapRange next_seen(const TileProduct& product, int64_t tap) const {
    const auto is_seen = [&](int64_t t) {
      const float* const* runs = product.runs + t * product.rows;
      return std::any_of(runs, runs + product.rows, [&](const float* run) { return run != zeros_.data(); });
    };
    while (tap < taps_ && !is_seen(tap)) ++tap;
    TapRange range = {tap, tap};
    while (range.last < taps_ && is_seen(range.last)) ++range.last;
    return range;
  }

  // Multiplies by the taps that any of the rows sees, and puts the rows in their places.
  void multiply_out_of_order(TileProduct& product, int64_t row, const float* added, float* sums, float* output) const {
    const int64_t out = shape_.out_channels;
    const size_t bytes = static_cast<size_t>(product.columns) * sizeof(float);
    product.output = sums;
    product.output_step = product.added_step = product.columns;
    product.panel_step = depth() * panel_width();
    for (int64_t i = 0; added && i < product.rows; ++i) {
      std::memcpy(sums + i * product.columns, added + pixel_of(row + i) * out, bytes);
    }
    if (added) product.added = sums;
    TapRange taps = next_seen(product, 0);
    if (taps.first == taps.last) taps = {0, 1};  // nothing but padding: the sums are begun all the same
    while (taps.first < taps.last) {
      const TapRange following = next_seen(product, taps.last);
      TileProduct part = product;
      part.runs += taps.first * product.rows;
      part.taps = taps.last - taps.first;
      part.panels += taps.first * run_ * panel_width();
      if (following.first < following.last) {
        part.low = -std::numeric_limits<float>::infinity();
        part.high = std::numeric_limits<float>::infinity();
      }
      multiply_tiles(part);
      product.bias = nullptr;
      product.added = sums;
      taps = following;
    }
    activate(ending_.activation, product);
    for (int64_t i = 0; i < product.rows; ++i) {
      std::memcpy(output + pixel_of(row + i) * out, sums + i * product.columns, bytes);
    }
  }

  // Where the input lies that the output pixels of rows [row, row + count) see; beyond its edges lie zeros.
  void find_runs(const float* input, int64_t row, int64_t count, const float** runs) const {
    const ConvolutionShape& s = shape_;
    const int64_t pixels = s.output_pixels();
    for (int64_t i = 0; i < count; ++i) {
      const int64_t pixel = pixel_of(row + i);
      const float* image = input + pixel / pixels * s.input_pixels() * s.in_channels;
      const Position to = position_of(pixel % pixels, s.output);
      Position first;
      for (size_t axis = 0; axis < 3; ++axis) first[axis] = to[axis] * s.stride[axis] - s.padding[axis];
      const float** run = runs + i;
      for (int64_t z = 0; z < s.kernel[0]; ++z) {
        const int64_t from_z = first[0] + z * s.dilation[0];
        for (int64_t y = 0; y < s.kernel[1]; ++y) {
          const int64_t from_y = first[1] + y * s.dilation[1];
          const bool inside = from_z >= 0 && from_z < s.input[0] && from_y >= 0 && from_y < s.input[1];
          const float* line = image + (from_z * s.input[1] + from_y) * s.input[2] * s.in_channels;
          for (int64_t x = 0; x < s.kernel[2]; x += run_ / s.in_channels, run += count) {
            const int64_t from_x = first[2] + x * s.dilation[2];
            *run = inside && from_x >= 0 && from_x < s.input[2] ? line + from_x * s.in_channels : zeros_.data();
          }
        }
      }
    }
  }

  const ConvolutionShape shape_;
  const ConvolutionEnding ending_;
  const int64_t run_;   // floats that lie together
  const int64_t taps_;  // runs a window has
  const std::vector<float> zeros_;
  const std::vector<int64_t> order_;  // the output pixels of an image in the order of rows; empty: their own
};

}  // namespace

double share_inside(const ConvolutionShape& s) {
  double share = 1;
  for (size_t axis = 0; axis < 3; ++axis) {
    if (s.kernel[axis] > 64) return 1;
    int taps = 0;
    for (int64_t place = 0; place < s.output[axis]; ++place) taps += std::popcount(seen_from(s, axis, place));
    share *= static_cast<double>(taps) / static_cast<double>(s.kernel[axis] * s.output[axis]);
  }
  return share;
}

bool tiles_take(const ConvolutionShape& shape) {
  return shape.groups == 1 && !shape.transposed && run_of(shape) >= kShortestRun;
}

Ref<const Convolution> make_tile_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending) {
  return make_ref<TileConvolution>(shape, ending);
}

}  // namespace heddle::ops::backend
