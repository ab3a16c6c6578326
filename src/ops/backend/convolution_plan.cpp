#include "ops/backend/convolution_plan.h"

#include <algorithm>

namespace heddle::ops::backend {
namespace {

// Some 20 microseconds of one core: less is not worth another thread.
constexpr int64_t kLeastWork = 1'000'000;
// Pieces of larger convolutions take longer, so that what each costs beside its sums stays small.
constexpr int64_t kWorkOfPiece = 3'000'000;
constexpr int64_t kMostPieces = 16;
// Kernels take about so long for a sum of few products as for one of this many.
constexpr int64_t kShortestSum = 32;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The part of `shape` that gives outputs [begin, end) along `axis`, and where its input begins there. False when no
// input reaches it (padding wider than the kernel).
bool cut(const ConvolutionShape& shape, size_t axis, int64_t begin, int64_t end, ConvolutionShape& part,
         int64_t& first) {
  const int64_t low = begin * shape.stride[axis] - shape.padding[axis];
  const int64_t high =
      (end - 1) * shape.stride[axis] - shape.padding[axis] + (shape.kernel[axis] - 1) * shape.dilation[axis] + 1;
  first = std::clamp<int64_t>(low, 0, shape.input[axis]);
  const int64_t last = std::clamp<int64_t>(high, 0, shape.input[axis]);
  if (first >= last) return false;
  part.input[axis] = last - first;
  part.output[axis] = end - begin;
  part.padding[axis] = first - low;
  return true;
}

size_t part_index(ConvolutionPlan& plan, const ConvolutionShape& part) {
  const auto found = std::find(plan.parts.begin(), plan.parts.end(), part);
  if (found != plan.parts.end()) return static_cast<size_t>(found - plan.parts.begin());
  plan.parts.push_back(part);
  return plan.parts.size() - 1;
}

// Rows of a piece: an even number of pieces, equal but for the last.
int64_t rows_of_piece(int64_t rows, int64_t pieces) {
  pieces = std::clamp<int64_t>(pieces, 1, rows);
  if (pieces > 1 && pieces % 2 == 1 && pieces < rows) ++pieces;
  return ceil_div(rows, pieces);
}

}  // namespace

bool ConvolutionShape::is_pointwise() const {
  for (size_t i = 0; i < 3; ++i) {
    if (kernel[i] != 1 || stride[i] != 1 || padding[i] != 0 || input[i] != output[i]) return false;
  }
  return true;
}

int64_t ConvolutionShape::work() const {
  const int64_t pixels = transposed ? input_pixels() : output_pixels();
  return batch * pixels * kernel_taps() * in_channels * (out_channels / groups);
}

ConvolutionPlan undivided_convolution(const ConvolutionShape& shape) { return {{shape}, {ConvolutionPiece{}}, 1}; }

ConvolutionPlan plan_convolution(const ConvolutionShape& given) {
  ConvolutionShape shape = given;
  if (shape.is_pointwise() && !shape.transposed) {
    // A product of matrices: pixels of all images are rows.
    shape.input = shape.output = {1, 1, shape.batch * shape.input_pixels()};
    shape.batch = 1;
  }
  const int64_t sum = shape.kernel_taps() * shape.in_channels / shape.groups;
  const int64_t work = shape.work() / sum * std::max(sum, kShortestSum);
  const int64_t wanted = work < kLeastWork ? 1 : std::clamp<int64_t>(work / kWorkOfPiece, 2, kMostPieces);
  const int64_t images = ceil_div(shape.batch, std::min(shape.batch, wanted));
  int64_t per_image = images > 1 ? 1 : ceil_div(wanted, shape.batch);

  // A piece must lie together in memory, which it does along the first axis of more than one pixel, of input or output.
  const auto is_flat = [&](size_t i) { return shape.input[i] == 1 && shape.output[i] == 1; };
  const size_t axis = !is_flat(0) ? 0 : !is_flat(1) ? 1 : 2;
  const int64_t rows = shape.output[axis];
  // Fewer than this many rows leave a kernel's registers idle, or make halos a large part of the input.
  const int64_t least_rows = shape.kernel_taps() > 1 || axis != 2 ? 4 : 24;
  int64_t row_pieces = shape.transposed ? 1 : std::min(per_image, std::max<int64_t>(rows / least_rows, 1));
  const int64_t rows_each = rows_of_piece(rows, row_pieces);
  row_pieces = ceil_div(rows, rows_each);
  // Blocks of channels are computed apart and set in, which pays only where the sums are long.
  int64_t channel_pieces = 1;
  if (shape.groups == 1 && shape.kernel_taps() * shape.in_channels >= 256) {
    while (row_pieces * channel_pieces * 2 <= per_image && shape.out_channels % (channel_pieces * 2 * 32) == 0) {
      channel_pieces *= 2;
    }
  }

  ConvolutionPlan plan;
  plan.channel_pieces = channel_pieces;
  int64_t inner_in = shape.in_channels;
  int64_t inner_out = shape.out_channels;
  for (size_t i = axis + 1; i < 3; ++i) {
    inner_in *= shape.input[i];
    inner_out *= shape.output[i];
  }
  for (int64_t image = 0; image < shape.batch; image += images) {
    for (int64_t row = 0; row < rows; row += rows_each) {
      ConvolutionShape part = shape;
      part.batch = std::min(images, shape.batch - image);
      part.out_channels /= channel_pieces;
      int64_t first = 0;
      if (row_pieces > 1 && !cut(shape, axis, row, std::min(rows, row + rows_each), part, first)) {
        return undivided_convolution(given);
      }
      for (int64_t c = 0; c < channel_pieces; ++c) {
        plan.pieces.push_back(
            {part_index(plan, part), image * shape.input_pixels() * shape.in_channels + first * inner_in,
             image * shape.output_pixels() * shape.out_channels + row * inner_out, c * part.out_channels});
      }
    }
  }
  return plan;
}

}  // namespace heddle::ops::backend
