#include "ops/backend/convolution.h"

#include <utility>

#include "ops/backend/cache.h"
#include "ops/backend/depthwise_convolution.h"
#include "ops/backend/dnnl_convolution.h"
#include "ops/backend/tile_convolution.h"
#include "ops/backend/tiles.h"
#include "ops/backend/winograd_convolution.h"

namespace heddle::ops::backend {
namespace {

// What is known of a shape: a convolution, or why there is none, which is as dear to find out.
struct Choice : RefCounted {
  Ref<const Convolution> convolution;
  std::string declined;
};

// On vectors of 256 bits oneDNN's kernels for larger windows reach three quarters of the limit, those for single pixels
// nine tenths.
bool tiles_are_faster(const ConvolutionShape& shape) { return !has_wide_vectors() && !shape.is_pointwise(); }

// oneDNN writes out every tap of a row, and from some number on falls back to code ten times slower.
constexpr int64_t kLongestRowWrittenOut = 9;
bool is_long_depthwise(const ConvolutionShape& shape) {
  return is_depthwise(shape) && shape.kernel[2] > kLongestRowWrittenOut;
}

Ref<const Choice> choose(const ConvolutionShape& shape, const ConvolutionEnding& ending) {
  auto choice = make_ref<Choice>();
  if (!has_wide_vectors() && winograd_takes(shape) && winograd_is_faster(shape)) {
    choice->convolution = make_winograd_convolution(shape, ending);
    return choice;
  }
  const bool tiles = tiles_take(shape);
  if (!(tiles && tiles_are_faster(shape)) && !is_long_depthwise(shape)) {
    choice->convolution = make_dnnl_convolution(shape, ending, choice->declined);
  }
  if (!choice->convolution && tiles) choice->convolution = make_tile_convolution(shape, ending);
  if (!choice->convolution && is_depthwise(shape)) choice->convolution = make_depthwise_convolution(shape, ending);
  return choice;
}

}  // namespace

Ref<const Convolution> Convolution::find(const ConvolutionShape& shape, const ConvolutionEnding& ending,
                                         std::string& declined) {
  static Cache<std::pair<ConvolutionShape, ConvolutionEnding>, Choice> cache(kCapacity);
  const Ref<const Choice> choice = cache.find_or_make({shape, ending}, [&] { return choose(shape, ending); });
  declined = choice->declined;
  return choice->convolution;
}

}  // namespace heddle::ops::backend
