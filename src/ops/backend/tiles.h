// Sums of products of float32, the inner loops of matrix products and convolutions: result[i, j] = sum over k of
// row_i[k] * matrix[k, j]. The matrix is packed once into panels of a few columns; a tile is a few rows by one panel,
// its sums in registers. Each sum is formed in the order of k whatever the tile (Goto and van de Geijn, "Anatomy of
// high-performance matrix multiplication", without packing the rows), so the bits of an element do not depend on how
// the work is divided. Highway picks the instruction set at run time. Plain functions of memory, on the calling thread;
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace heddle::ops::backend {

// Whether this processor has vectors of 512 bits, for which oneDNN's kernels are as near the limit as ours, and cover
// more.
bool has_wide_vectors();

// Columns of a panel: the same for the whole process.
int64_t panel_width();
inline int64_t panel_count(int64_t columns) { return (columns + panel_width() - 1) / panel_width(); }

// Floats that the packed matrix [depth, columns] takes; the last panel is filled up with zeros.
inline size_t packed_floats(int64_t depth, int64_t columns) {
  return static_cast<size_t>(panel_count(columns) * panel_width() * depth);
}

// matrix[tap * run + d, j] = from[tap * tap_step + d * run_step + j * column_step].
struct PanelSource {
  const float* from = nullptr;
  int64_t taps = 1;
  int64_t run = 0;
  int64_t columns = 0;
  int64_t tap_step = 0;
  int64_t run_step = 0;
  int64_t column_step = 0;
};
// Packs the columns of panels [first, last). `to` is where the first panel of all lies, aligned to 64 bytes.
void pack_panels(const PanelSource& source, int64_t first, int64_t last, float* to);

struct TileProduct {
  // The rows come in runs of `run` adjacent numbers, one for each tap: k = tap * run + d of row i is
  // runs[tap * rows + i][d].
  const float* const* runs = nullptr;
  int64_t rows = 0;
  int64_t taps = 1;
  int64_t run = 0;
  // Panels of a matrix whose depth is taps * run, and how many columns they hold; the first may be any panel.
  const float* panels = nullptr;
  int64_t panel_step = 0;  // floats from one panel to the next; 0: taps * run * panel_width()
  int64_t columns = 0;
  const float* bias = nullptr;  // of the columns, or null
  // Added before the products; null, or [rows, columns] with this step between rows. May be the output.
  const float* added = nullptr;
  int64_t added_step = 0;
  float* output = nullptr;  // [rows, columns]
  int64_t output_step = 0;
  // The sums are clamped; NaN stays.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

// output[i, j] = clamp(bias[j] + added[i, j] + sum over k). rows, columns, taps and run are at least 1.
void multiply_tiles(const TileProduct& product);

}  // namespace heddle::ops::backend
