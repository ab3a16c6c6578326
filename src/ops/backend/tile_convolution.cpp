#include "ops/backend/tile_convolution.h"

#include <new>
#include <vector>

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

class TileConvolution final : public Convolution {
 public:
  TileConvolution(const ConvolutionShape& shape, const ConvolutionEnding& ending)
      : shape_(shape),
        ending_(ending),
        run_(run_of(shape)),
        taps_(shape.kernel_taps() * shape.in_channels / run_),
        zeros_(static_cast<size_t>(run_)) {}

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
    const int64_t rows = shape_.batch * shape_.output_pixels();
    const int64_t out = shape_.out_channels;
    const TileGrid grid = tile_grid(rows, depth(), out);
    return parallel::try_parallel_for(0, grid.pieces(), 1, [&](int64_t begin, int64_t end) {
      const float** runs = scratch_runs();
      if (!runs) return error(ErrorCode::kLimit, "out of memory in a convolution");
      int64_t at = -1;  // the row whose block `runs` belongs to
      for_each_piece(grid, begin, end, rows, out, [&](int64_t row, int64_t count, int64_t panel, int64_t panels) {
        if (row != at) find_runs(input, row, count, runs);
        at = row;
        const int64_t column = panel * panel_width();
        TileProduct product;
        product.runs = runs;
        product.rows = count;
        product.taps = taps_;
        product.run = run_;
        product.panels = static_cast<const float*>(packed) + column * depth();
        product.columns = std::min(panels * panel_width(), out - column);
        product.bias = bias ? bias + column : nullptr;
        product.added = added ? added + row * out + column : nullptr;
        product.added_step = out;
        product.output = output + row * out + column;
        product.output_step = out;
        set_bounds(ending_.activation, product);
        multiply_tiles(product);
        activate(ending_.activation, product);
      });
      return ok_status();
    });
  }

 private:
  int64_t depth() const { return shape_.kernel_taps() * shape_.in_channels; }

  // Room for the runs of a block; null when the system has none.
  const float** scratch_runs() const {
    static thread_local ScratchBlock block;
    try {
      return static_cast<const float**>(block.get(sizeof(float*) * static_cast<size_t>(taps_ * kMostRowsOfBlock)));
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  // Where the input lies that output pixels [row, row + count) see; beyond its edges lie zeros.
  void find_runs(const float* input, int64_t row, int64_t count, const float** runs) const {
    const ConvolutionShape& s = shape_;
    const int64_t pixels = s.output_pixels();
    for (int64_t i = 0; i < count; ++i) {
      const float* image = input + (row + i) / pixels * s.input_pixels() * s.in_channels;
      const Position to = position_of((row + i) % pixels, s.output);
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
};

}  // namespace

bool tiles_take(const ConvolutionShape& shape) {
  return shape.groups == 1 && !shape.transposed && run_of(shape) >= kShortestRun;
}

Ref<const Convolution> make_tile_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending) {
  return make_ref<TileConvolution>(shape, ending);
}

}  // namespace heddle::ops::backend
