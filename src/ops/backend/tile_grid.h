// How a product of rows with a packed matrix is divided among threads, and what is done to a finished piece. The bits
// of the sums do not depend on the division (ops/backend/tiles.h). Any thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/backend/activation.h"
#include "ops/backend/tiles.h"

namespace heddle::ops::backend {

// Pieces of row blocks by column blocks. Neighbours share the block of the larger operand, which then is read once.
struct TileGrid {
  int64_t row_blocks = 1;
  int64_t column_blocks = 1;
  int64_t panels_each = 1;
  bool share_columns = false;
  int64_t pieces() const { return row_blocks * column_blocks; }
  int64_t row_block(int64_t piece) const { return share_columns ? piece % row_blocks : piece / column_blocks; }
  int64_t column_block(int64_t piece) const { return share_columns ? piece / row_blocks : piece % column_blocks; }
};

inline constexpr int64_t kMostRowsOfBlock = 96;

// For [rows, depth] times [depth, columns], all at least 1.
TileGrid tile_grid(int64_t rows, int64_t depth, int64_t columns);

// Calls f(first_row, rows, first_panel, panels) for pieces [begin, end) of the grid.
template <class F>
void for_each_piece(const TileGrid& grid, int64_t begin, int64_t end, int64_t rows, int64_t columns, F&& f) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t block = grid.row_block(i);
    const int64_t row = rows * block / grid.row_blocks;
    const int64_t panel = grid.column_block(i) * grid.panels_each;
    f(row, rows * (block + 1) / grid.row_blocks - row, panel, std::min(grid.panels_each, panel_count(columns) - panel));
  }
}

// The product with this activation: bounds to clamp to, or else a function for afterwards.
void set_bounds(const Activation& activation, TileProduct& product);
void activate(const Activation& activation, const TileProduct& product);
bool has_function(const Activation& activation);

}  // namespace heddle::ops::backend
