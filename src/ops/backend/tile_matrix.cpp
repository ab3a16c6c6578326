#include "ops/backend/tile_matrix.h"

#include <array>

#include "base/work_note.h"
#include "core/storage.h"
#include "ops/backend/tile_grid.h"
#include "parallel/parallel.h"

namespace heddle::ops::backend {
namespace {

class TileMatrix final : public PackedMatrix {
 public:
  TileMatrix(int64_t out, int64_t in, Ref<Storage> panels) : out_(out), in_(in), panels_(std::move(panels)) {}

  bool takes(int64_t) const override { return true; }

  Status multiply(const float* input, int64_t rows, const float* bias, const Activation& activation,
                  float* output) const override {
    if (rows == 0) return ok_status();
    trace::note_work("tiles", 2.0 * static_cast<double>(rows * in_ * out_));
    const TileGrid grid = tile_grid(rows, in_, out_);
    parallel::parallel_for(0, grid.pieces(), 1, [&](int64_t begin, int64_t end) {
      for_each_piece(grid, begin, end, rows, out_, [&](int64_t row, int64_t count, int64_t panel, int64_t panels) {
        std::array<const float*, kMostRowsOfBlock> runs;
        for (int64_t i = 0; i < count; ++i) runs[static_cast<size_t>(i)] = input + (row + i) * in_;
        const int64_t column = panel * panel_width();
        TileProduct product;
        product.runs = runs.data();
        product.rows = count;
        product.run = in_;
        product.panels = static_cast<const float*>(panels_->data()) + column * in_;
        product.columns = std::min(panels * panel_width(), out_ - column);
        product.bias = bias ? bias + column : nullptr;
        product.output = output + row * out_ + column;
        product.output_step = out_;
        set_bounds(activation, product);
        multiply_tiles(product);
        activate(activation, product);
      });
    });
    return ok_status();
  }

 private:
  const int64_t out_;
  const int64_t in_;
  const Ref<Storage> panels_;
};

}  // namespace

Result<Ref<const PackedMatrix>> pack_tile_matrix(const float* weights, int64_t out, int64_t in, int64_t out_step,
                                                 int64_t in_step) {
  Ref<Storage> panels = HEDDLE_TRY(Storage::allocate(packed_floats(in, out) * sizeof(float)));
  const PanelSource source = {.from = weights, .run = in, .columns = out, .run_step = in_step, .column_step = out_step};
  const int64_t panels_each = std::max<int64_t>(1, (int64_t{1} << 16) / (in * panel_width()));
  parallel::parallel_for(0, panel_count(out), panels_each, [&](int64_t begin, int64_t end) {
    pack_panels(source, begin, end, static_cast<float*>(panels->data()));
  });
  return Ref<const PackedMatrix>(make_ref<TileMatrix>(out, in, std::move(panels)));
}

}  // namespace heddle::ops::backend
