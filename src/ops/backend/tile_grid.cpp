#include "ops/backend/tile_grid.h"

#include "ops/backend/unary.h"

namespace heddle::ops::backend {
namespace {

// Some 20 microseconds of one core: less is not worth another thread.
constexpr int64_t kLeastWork = 1'000'000;
// Reading a number of the matrix from memory takes as long as so many multiplications.
constexpr int64_t kWorkOfReading = 8;
// Of the matrix, which half a second-level cache holds.
constexpr int64_t kFloatsOfBlock = int64_t{1} << 16;
// Enough for one thread to take over what another leaves.
constexpr int64_t kPieces = 8;

UnaryRow function_of(Activation::Kind kind) {
  switch (kind) {
    case Activation::Kind::kNone:
    case Activation::Kind::kRelu:
    case Activation::Kind::kClamp:
      return nullptr;
    case Activation::Kind::kSilu:
      return silu_row;
    case Activation::Kind::kHardswish:
      return hardswish_row;
    case Activation::Kind::kSigmoid:
      return sigmoid_row;
    case Activation::Kind::kTanh:
      return tanh_row;
    case Activation::Kind::kGelu:
      return gelu_row;
    case Activation::Kind::kGeluTanh:
      return gelu_tanh_row;
  }
  return nullptr;
}

}  // namespace

TileGrid tile_grid(int64_t rows, int64_t depth, int64_t columns) {
  TileGrid grid;
  grid.share_columns = columns > rows;
  grid.row_blocks = (rows + kMostRowsOfBlock - 1) / kMostRowsOfBlock;
  const int64_t panels = panel_count(columns);
  const int64_t panel = depth * panel_width();
  const int64_t rows_each = (rows + grid.row_blocks - 1) / grid.row_blocks;
  const int64_t work_of_panel = panel * std::max(rows_each, kWorkOfReading);
  const int64_t least = std::clamp<int64_t>((kLeastWork + work_of_panel - 1) / work_of_panel, 1, panels);
  grid.panels_each = std::clamp<int64_t>(kFloatsOfBlock / panel, least, panels);
  const auto blocks_of = [&](int64_t each) { return (panels + each - 1) / each; };
  while (grid.row_blocks * blocks_of(grid.panels_each) < kPieces && grid.panels_each / 2 >= least) {
    grid.panels_each /= 2;
  }
  // Blocks of nearly the same width.
  grid.column_blocks = blocks_of(grid.panels_each);
  grid.panels_each = (panels + grid.column_blocks - 1) / grid.column_blocks;
  grid.column_blocks = blocks_of(grid.panels_each);
  return grid;
}

void set_bounds(const Activation& activation, TileProduct& product) {
  if (activation.kind == Activation::Kind::kRelu) product.low = 0;
  if (activation.kind == Activation::Kind::kClamp) {
    product.low = activation.low;
    product.high = activation.high;
  }
}

bool has_function(const Activation& activation) { return function_of(activation.kind) != nullptr; }

void activate(const Activation& activation, const TileProduct& product) {
  const UnaryRow function = function_of(activation.kind);
  if (!function) return;
  for (int64_t i = 0; i < product.rows; ++i) {
    float* row = product.output + i * product.output_step;
    function(row, row, product.columns, nullptr);
  }
}

}  // namespace heddle::ops::backend
