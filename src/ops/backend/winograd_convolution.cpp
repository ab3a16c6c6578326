#include "ops/backend/winograd_convolution.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "base/work_note.h"
#include "ops/backend/scratch.h"
#include "ops/backend/tile_convolution.h"
#include "ops/backend/tile_grid.h"
#include "ops/backend/winograd.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

// Transformed inputs of so many floats are products before the next ones are made: they stay in the caches.
constexpr int64_t kFloatsOfStripe = int64_t{1} << 19;
constexpr int64_t kLeastTilesOfStripe = 48;
// Rows that a panel of weights is multiplied by at a time.
constexpr int64_t kMostRows = 48;
// Of the estimate, in multiplications: reading a weight, transforming a number of one point; and what fewer rows cost.
constexpr int64_t kWorkOfReading = 8;
constexpr int64_t kWorkOfTransform = 16;
constexpr int64_t kLeastRows = 6;
// Steps from point to point keep off multiples of a page, which share few places of a cache.
constexpr int64_t kPadding = 16;

struct Place {
  int64_t image;
  int64_t y;  // of the first output
  int64_t x;
};

// Tiles of the output of all images. A dilated window sees every so many pixels: the pixels between belong to other
// tiles.
class Tiling {
 public:
  explicit Tiling(const ConvolutionShape& s)
      : dilation_(s.dilation[1]), step_(kWinogradOutputs * dilation_), images_(s.batch * s.output[0]) {
    for (size_t axis : {1, 2}) tiles_[axis - 1] = dilation_ * ((s.output[axis] + step_ - 1) / step_);
  }
  int64_t count() const { return images_ * tiles_[0] * tiles_[1]; }
  Place place(int64_t tile) const {
    return {tile / (tiles_[0] * tiles_[1]), first(tile / tiles_[1] % tiles_[0]), first(tile % tiles_[1])};
  }

 private:
  int64_t first(int64_t tile) const { return tile / dilation_ * step_ + tile % dilation_; }
  int64_t dilation_;
  int64_t step_;
  int64_t images_;
  int64_t tiles_[2];
};

class WinogradConvolution final : public Convolution {
 public:
  WinogradConvolution(const ConvolutionShape& shape, const ConvolutionEnding& ending)
      : shape_(shape), ending_(ending), tiling_(shape), zeros_(static_cast<size_t>(shape.in_channels)) {}

  size_t packed_bytes() const override {
    return static_cast<size_t>(kWinogradPoints * shape_.in_channels * shape_.out_channels) * sizeof(float);
  }

  Status pack(const float* weights, void* packed) const override {
    parallel::parallel_for(0, panel_count(shape_.out_channels), 1, [&](int64_t begin, int64_t end) {
      pack_winograd_panels(weights, shape_.in_channels, begin, end, static_cast<float*>(packed));
    });
    return ok_status();
  }

  bool same_order(const Convolution& other) const override {
    return dynamic_cast<const WinogradConvolution*>(&other) != nullptr;
  }

  Status run(const float* input, const void* packed, const float* bias, const float* added,
             float* output) const override {
    // What the windows themselves would take, so that speeds compare.
    trace::note_work("Winograd tiles", 2.0 * static_cast<double>(shape_.work()));
    static thread_local ScratchBlock block;
    const int64_t tiles = tiling_.count();
    const int64_t most = std::max(kLeastTilesOfStripe, kFloatsOfStripe / (kWinogradPoints * shape_.in_channels));
    const int64_t stripes = (tiles + most - 1) / most;
    const Arguments arguments = {static_cast<const float*>(packed), bias, added, output};
    for (int64_t i = 0; i < stripes; ++i) {
      Stripe stripe = {.first = tiles * i / stripes, .count = tiles * (i + 1) / stripes - tiles * i / stripes};
      stripe.step = stripe.count * shape_.in_channels + kPadding;
      try {
        stripe.inputs =
            static_cast<float*>(block.get(static_cast<size_t>(stripe.step * kWinogradPoints) * sizeof(float)));
      } catch (const std::bad_alloc&) {
        return error(ErrorCode::kLimit, "out of memory in a convolution");
      }
      const int64_t grain = std::max<int64_t>(1, kFloatsOfStripe / 32 / (kWinogradPoints * shape_.in_channels));
      parallel::parallel_for(0, stripe.count, grain, [&](int64_t begin, int64_t end) {
        for (int64_t tile = begin; tile < end; ++tile) transform(input, stripe, tile);
      });
      HEDDLE_TRY(multiply(stripe, arguments));
    }
    return ok_status();
  }

 private:
  struct Arguments {
    const float* packed;
    const float* bias;
    const float* added;
    float* output;
  };
  // Some tiles whose transformed inputs lie in `inputs`: [points, tiles, in_channels], but for the padding of a step.
  struct Stripe {
    int64_t first = 0;
    int64_t count = 0;
    int64_t step = 0;
    float* inputs = nullptr;
  };

  void transform(const float* input, const Stripe& stripe, int64_t tile) const {
    const ConvolutionShape& s = shape_;
    const Place place = tiling_.place(stripe.first + tile);
    const float* image = input + place.image * s.input[1] * s.input[2] * s.in_channels;
    WinogradInput p;
    const float** pixel = p.pixels;
    for (int64_t i = 0; i < kWinogradInputs; ++i) {
      const int64_t y = place.y - s.padding[1] + i * s.dilation[1];
      for (int64_t j = 0; j < kWinogradInputs; ++j, ++pixel) {
        const int64_t x = place.x - s.padding[2] + j * s.dilation[2];
        const bool inside = y >= 0 && y < s.input[1] && x >= 0 && x < s.input[2];
        *pixel = inside ? image + (y * s.input[2] + x) * s.in_channels : zeros_.data();
      }
    }
    p.channels = s.in_channels;
    p.to = stripe.inputs + tile * s.in_channels;
    p.point_step = stripe.step;
    transform_winograd_input(p);
  }

  // Memory of one thread.
  struct Scratch {
    const float** runs;  // [kMostRows]
    float* products;     // [points, kMostRows, panel_width()], but for the padding of a step
    float* pixels;       // [outputs of a tile, panel_width()]
  };
  Result<Scratch> scratch() const {
    static thread_local ScratchBlock block;
    const int64_t products = kWinogradPoints * (kMostRows * panel_width() + kPadding);
    const int64_t floats = products + WinogradOutput::kPixels * panel_width();
    try {
      auto* memory = static_cast<float*>(
          block.get(static_cast<size_t>(floats) * sizeof(float) + static_cast<size_t>(kMostRows) * sizeof(float*)));
      return Scratch{reinterpret_cast<const float**>(memory + floats), memory, memory + products};
    } catch (const std::bad_alloc&) {
      return error(ErrorCode::kLimit, "out of memory in a convolution");
    }
  }

  Status multiply(const Stripe& stripe, const Arguments& arguments) const {
    const int64_t blocks = (stripe.count + kMostRows - 1) / kMostRows;
    // Neighbouring pieces share their weights.
    return parallel::try_parallel_for(0, blocks * panel_count(shape_.out_channels), 1,
                                      [&](int64_t begin, int64_t end) -> Status {
                                        const Scratch memory = HEDDLE_TRY(scratch());
                                        for (int64_t i = begin; i < end; ++i) {
                                          const int64_t row = stripe.count * (i % blocks) / blocks;
                                          const int64_t rows = stripe.count * (i % blocks + 1) / blocks - row;
                                          multiply_block(stripe, row, rows, i / blocks, arguments, memory);
                                        }
                                        return ok_status();
                                      });
  }

  void multiply_block(const Stripe& stripe, int64_t row, int64_t rows, int64_t panel, const Arguments& arguments,
                      const Scratch& memory) const {
    const ConvolutionShape& s = shape_;
    const int64_t width = panel_width();
    const int64_t step = rows * width + kPadding;
    for (int64_t point = 0; point < kWinogradPoints; ++point) {
      const float* inputs = stripe.inputs + point * stripe.step + row * s.in_channels;
      for (int64_t i = 0; i < rows; ++i) memory.runs[i] = inputs + i * s.in_channels;
      TileProduct product;
      product.runs = memory.runs;
      product.rows = rows;
      product.run = s.in_channels;
      product.panels = arguments.packed + (panel * kWinogradPoints + point) * s.in_channels * width;
      product.columns = width;
      product.output = memory.products + point * step;
      product.output_step = width;
      multiply_tiles(product);
    }
    for (int64_t i = 0; i < rows; ++i) {
      store(tiling_.place(stripe.first + row + i), memory.products + i * width, step, panel * width, arguments, memory);
    }
  }

  // The outputs of a tile that lie inside the image.
  void store(const Place& place, const float* products, int64_t step, int64_t channel, const Arguments& arguments,
             const Scratch& memory) const {
    const ConvolutionShape& s = shape_;
    const int64_t side = kWinogradOutputs;
    const size_t bytes = static_cast<size_t>(panel_width()) * sizeof(float);
    TileProduct ending;
    set_bounds(ending_.activation, ending);
    const bool apart = has_function(ending_.activation);
    WinogradOutput p;
    p.from = products;
    p.point_step = step;
    p.bias = arguments.bias ? arguments.bias + channel : nullptr;
    p.low = ending.low;
    p.high = ending.high;
    float* at[WinogradOutput::kPixels];
    for (int64_t i = 0; i < side * side; ++i) {
      const int64_t y = place.y + i / side * s.dilation[1];
      const int64_t x = place.x + i % side * s.dilation[2];
      const bool inside = y < s.output[1] && x < s.output[2];
      const int64_t offset = ((place.image * s.output[1] + y) * s.output[2] + x) * s.out_channels + channel;
      at[i] = inside ? arguments.output + offset : nullptr;
      p.to[i] = inside && !apart ? at[i] : memory.pixels + i * panel_width();
      if (arguments.added) p.added[i] = inside ? arguments.added + offset : zeros_.data();
    }
    transform_winograd_output(p);
    if (!apart) return;
    ending.rows = 1;
    ending.columns = side * side * panel_width();
    ending.output = memory.pixels;
    activate(ending_.activation, ending);
    for (int64_t i = 0; i < side * side; ++i) {
      if (at[i]) std::memcpy(at[i], p.to[i], bytes);
    }
  }

  const ConvolutionShape shape_;
  const ConvolutionEnding ending_;
  const Tiling tiling_;
  const std::vector<float> zeros_;
};

}  // namespace

bool winograd_takes(const ConvolutionShape& s) {
  const bool window = s.kernel == std::array<int64_t, 3>{1, 3, 3} && s.stride == std::array<int64_t, 3>{1, 1, 1} &&
                      s.padding[0] == 0 && s.dilation[1] == s.dilation[2];
  return window && s.groups == 1 && !s.transposed && s.in_channels % panel_width() == 0 &&
         s.out_channels % panel_width() == 0;
}

bool winograd_is_faster(const ConvolutionShape& s) {
  const Tiling tiling(s);
  const int64_t tiles = std::max(tiling.count(), kLeastRows);
  const int64_t pixels = s.batch * s.output_pixels();
  const int64_t direct = s.kernel_taps() * (pixels + kWorkOfReading) * s.in_channels * s.out_channels;
  const int64_t products = (tiles + kWorkOfReading) * s.in_channels * s.out_channels;
  const int64_t transforms = tiles * (s.in_channels + s.out_channels) * kWorkOfTransform;
  return static_cast<double>(kWinogradPoints * (products + transforms)) <
         0.9 * share_inside(s) * static_cast<double>(direct);
}

Ref<const Convolution> make_winograd_convolution(const ConvolutionShape& shape, const ConvolutionEnding& ending) {
  return make_ref<WinogradConvolution>(shape, ending);
}

}  // namespace heddle::ops::backend
