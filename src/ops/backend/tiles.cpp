#include "ops/backend/tiles.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/backend/tiles.cpp"
#include "ops/backend/simd_targets.h"
// After the choice of targets:
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heddle::ops::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = hn::MaxLanes(D());
constexpr int kVectors = 2;            // of a panel
constexpr int64_t kFloatsOfLine = 16;  // of the caches
// The sums of fewer tiles do not take long enough to fetch the next panel meanwhile.
constexpr int64_t kTilesThatHideFetching = 4;
constexpr int64_t kWidth = kVectors * kLanes;
// Sums that stay in registers beside the operands.
#if HWY_TARGET <= HWY_AVX3
constexpr int kMostRows = 12;
#else
constexpr int kMostRows = 6;
#endif
// A panel's share of one block of k stays in the first-level cache while all rows pass.
constexpr int64_t kDepthOfBlock = 24576 / (kWidth * 4);

// A range of k: of the taps [first_tap, last_tap) the numbers [begin, end).
struct Block {
  int64_t first_tap;
  int64_t last_tap;
  int64_t begin;
  int64_t end;
  bool first;
  bool last;
};

struct Tile {
  const float* const* runs;  // of the tile's first row
  int64_t rows_step;         // from one tap's runs to the next one's
  const float* panel;        // at the block's first k
  int64_t panel_step;        // from one panel to the next
  float* output;
  int64_t output_step;
};

template <int rows, int panels>
HWY_INLINE void add_products(const Tile& tile, const Block& block, V (&sums)[rows][panels * kVectors]) {
  const D d;
  const float* at = tile.panel;
  for (int64_t tap = block.first_tap; tap < block.last_tap; ++tap) {
    const float* row[rows];
    for (int i = 0; i < rows; ++i) row[i] = tile.runs[tap * tile.rows_step + i];
    for (int64_t k = block.begin; k < block.end; ++k, at += kWidth) {
      V column[panels * kVectors];
#pragma GCC unroll 8
      for (int j = 0; j < panels * kVectors; ++j) {
        column[j] = hn::Load(d, at + j / kVectors * tile.panel_step + j % kVectors * kLanes);
      }
#pragma GCC unroll 12
      for (int i = 0; i < rows; ++i) {
        const V factor = hn::Set(d, row[i][k]);
#pragma GCC unroll 8
        for (int j = 0; j < panels * kVectors; ++j) sums[i][j] = hn::MulAdd(factor, column[j], sums[i][j]);
      }
    }
  }
}

template <int rows, int panels>
HWY_INLINE void begin_sums(const TileProduct& p, const float* bias, const float* added,
                           V (&sums)[rows][panels * kVectors]) {
  const D d;
#pragma GCC unroll 8
  for (int j = 0; j < panels * kVectors; ++j) {
    const V start = bias ? hn::LoadU(d, bias + j * kLanes) : hn::Zero(d);
#pragma GCC unroll 12
    for (int i = 0; i < rows; ++i) {
      sums[i][j] = added ? hn::Add(start, hn::LoadU(d, added + i * p.added_step + j * kLanes)) : start;
    }
  }
}

// The sums of a tile over one block: begun by the first one, kept in the output between blocks, clamped by the last.
template <int rows, int panels>
void sum_tile(const TileProduct& p, const Block& block, const Tile& tile, const float* bias, const float* added) {
  const D d;
  V sums[rows][panels * kVectors];
  if (block.first) {
    begin_sums<rows, panels>(p, bias, added, sums);
  } else {
#pragma GCC unroll 12
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < panels * kVectors; ++j) {
        sums[i][j] = hn::LoadU(d, tile.output + i * tile.output_step + j * kLanes);
      }
    }
  }
  add_products<rows, panels>(tile, block, sums);
  const V low = hn::Set(d, block.last ? p.low : -std::numeric_limits<float>::infinity());
  const V high = hn::Set(d, block.last ? p.high : std::numeric_limits<float>::infinity());
#pragma GCC unroll 12
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < panels * kVectors; ++j) {
      // In this order of operands NaN stays.
      hn::StoreU(hn::Min(high, hn::Max(low, sums[i][j])), d, tile.output + i * tile.output_step + j * kLanes);
    }
  }
}

using SumTile = void (*)(const TileProduct&, const Block&, const Tile&, const float*, const float*);

template <int... rows>
constexpr std::array<SumTile, sizeof...(rows)> sum_tiles_of(std::integer_sequence<int, rows...>) {
  return {&sum_tile<rows + 1, 1>...};
}
// By the number of rows, less one.
constexpr auto kSumTile = sum_tiles_of(std::make_integer_sequence<int, kMostRows>());

// The last panel may hold fewer columns than its width: its tiles are computed apart and set in.
void sum_narrow_tile(const TileProduct& p, const Block& block, const Tile& tile, int64_t rows, int64_t columns,
                     const float* bias, const float* added) {
  HWY_ALIGN float result[kMostRows * kWidth] = {};
  HWY_ALIGN float start[kMostRows * kWidth] = {};
  HWY_ALIGN float biases[kWidth] = {};
  const size_t bytes = static_cast<size_t>(columns) * sizeof(float);
  for (int64_t i = 0; i < rows; ++i) {
    if (!block.first) std::memcpy(result + i * kWidth, tile.output + i * tile.output_step, bytes);
    if (added) std::memcpy(start + i * kWidth, added + i * p.added_step, bytes);
  }
  if (bias) std::memcpy(biases, bias, bytes);
  TileProduct apart = p;
  apart.added_step = kWidth;
  Tile into = tile;
  into.output = result;
  into.output_step = kWidth;
  kSumTile[static_cast<size_t>(rows - 1)](apart, block, into, bias ? biases : nullptr, added ? start : nullptr);
  for (int64_t i = 0; i < rows; ++i) std::memcpy(tile.output + i * tile.output_step, result + i * kWidth, bytes);
}

// One panel over all rows, or several where `wide` takes them at a time.
void sum_panel(const TileProduct& p, const Block& block, int64_t panel, SumTile wide) {
  const int64_t step = p.panel_step > 0 ? p.panel_step : p.taps * p.run * kWidth;
  const int64_t column = panel * kWidth;
  const int64_t columns = p.columns - column;
  const int64_t tiles = (p.rows + kMostRows - 1) / kMostRows;
  const float* const here = p.panels + panel * step + (block.first_tap * p.run + block.begin) * kWidth;
  // What the block needs of the next panel, which lies elsewhere in memory.
  const bool fetches = tiles >= kTilesThatHideFetching && column + kWidth < p.columns;
  const int64_t floats = ((block.last_tap - block.first_tap - 1) * p.run + block.end - block.begin) * kWidth;
  const int64_t lines = fetches ? floats / kFloatsOfLine : 0;
  for (int64_t t = 0; t < tiles; ++t) {
    for (int64_t i = lines * t / tiles; i < lines * (t + 1) / tiles; ++i) {
      __builtin_prefetch(here + step + i * kFloatsOfLine, 0, 2);
    }
    // Tiles of nearly the same height: one of a single row would leave the multipliers waiting.
    const int64_t row = p.rows * t / tiles;
    const int64_t rows = p.rows * (t + 1) / tiles - row;
    const Tile tile = {p.runs + row, p.rows, here, step, p.output + row * p.output_step + column, p.output_step};
    const float* bias = p.bias ? p.bias + column : nullptr;
    const float* added = p.added ? p.added + row * p.added_step + column : nullptr;
    if (wide) {
      wide(p, block, tile, bias, added);
    } else if (columns < kWidth) {
      sum_narrow_tile(p, block, tile, rows, columns, bias, added);
    } else {
      kSumTile[static_cast<size_t>(rows - 1)](p, block, tile, bias, added);
    }
  }
}

// Too few rows to keep the multipliers busy with one panel take several.
struct Across {
  SumTile sum;  // null: one is enough
  int64_t panels;
};
Across across_panels(int64_t rows) {
  if (rows == 1) return {&sum_tile<1, 4>, 4};
  if (rows == 2) return {&sum_tile<2, 3>, 3};
  if (rows == 3) return {&sum_tile<3, 2>, 2};
  return {nullptr, 1};
}

void sum_block(const TileProduct& p, const Block& block) {
  const Across across = across_panels(p.rows);
  int64_t panel = 0;
  if (across.sum) {
    for (; (panel + across.panels) * kWidth <= p.columns; panel += across.panels) {
      sum_panel(p, block, panel, across.sum);
    }
  }
  for (; panel * kWidth < p.columns; ++panel) sum_panel(p, block, panel, nullptr);
}

void MultiplyTiles(const TileProduct& p) {
  // One tile a panel: nothing to keep between blocks.
  if (p.rows <= kMostRows) return sum_block(p, {0, p.taps, 0, p.run, true, true});
  const int64_t taps = std::max<int64_t>(1, kDepthOfBlock / p.run);
  const int64_t pieces = (p.run + kDepthOfBlock - 1) / kDepthOfBlock;
  for (int64_t tap = 0; tap < p.taps; tap += taps) {
    for (int64_t i = 0; i < pieces; ++i) {
      const int64_t next = std::min(p.taps, tap + taps);
      sum_block(p, {tap, next, p.run * i / pieces, p.run * (i + 1) / pieces, tap == 0 && i == 0,
                    next == p.taps && i + 1 == pieces});
    }
  }
}

int64_t PanelWidth() { return kWidth; }
bool HasWideVectors() { return kLanes * sizeof(float) >= 64; }

}  // namespace heddle::ops::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heddle::ops::backend {

HWY_EXPORT(MultiplyTiles);
HWY_EXPORT(PanelWidth);
HWY_EXPORT(HasWideVectors);

bool has_wide_vectors() { return HWY_DYNAMIC_DISPATCH(HasWideVectors)(); }
int64_t panel_width() { return HWY_DYNAMIC_DISPATCH(PanelWidth)(); }

void pack_panels(const PanelSource& source, int64_t first, int64_t last, float* to) {
  const int64_t width = panel_width();
  to += first * width * source.taps * source.run;
  for (int64_t column = first * width; column < last * width; column += width) {
    const int64_t present = std::min(width, source.columns - column);
    for (int64_t tap = 0; tap < source.taps; ++tap) {
      const float* from = source.from + tap * source.tap_step + column * source.column_step;
      for (int64_t d = 0; d < source.run; ++d, from += source.run_step, to += width) {
        for (int64_t j = 0; j < present; ++j) to[j] = from[j * source.column_step];
        std::fill(to + present, to + width, 0.0f);
      }
    }
  }
}

void multiply_tiles(const TileProduct& product) { HWY_DYNAMIC_DISPATCH(MultiplyTiles)(product); }

}  // namespace heddle::ops::backend
#endif
