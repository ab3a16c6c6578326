// torchvision's deform_conv2d: a convolution whose kernel elements each look at a place of their own, moved by an
// offset and weighed by a mask. The places are sampled into columns, and a matrix product does the rest.
#include <algorithm>
#include <cmath>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/linalg/product.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

struct DeformProblem {
  Tensor input;   // [batch, channels, height, width]
  Tensor weight;  // [out channels, channels / groups, kernel height, kernel width]
  Tensor offset;  // [batch, offset groups * kernel elements * 2 (down, right), out height, out width]
  Tensor mask;    // [batch, offset groups * kernel elements, out height, out width]
  Tensor bias;
  int64_t stride[2], padding[2], dilation[2], out[2];
  int64_t groups, offset_groups;
  bool use_mask;

  int64_t taps() const { return weight.size(2) * weight.size(3); }
  int64_t places() const { return out[0] * out[1]; }
};

Status check_rank_and_dtype(const DeformProblem& p) {
  HEDDLE_REQUIRE(p.input.dim() == 4, "deform_conv2d: input must be 4-D, but got ", to_text(p.input.sizes()));
  HEDDLE_REQUIRE(p.offset.dim() == 4, "deform_conv2d: offset must be 4-D, but got ", to_text(p.offset.sizes()));
  HEDDLE_REQUIRE(!p.use_mask || p.mask.dim() == 4, "deform_conv2d: mask must be 4-D, but got ",
                 to_text(p.mask.sizes()));
  HEDDLE_REQUIRE(p.weight.dim() == 4, "deform_conv2d: weight must be 4-D, but got ", to_text(p.weight.sizes()));
  HEDDLE_REQUIRE(p.bias.dim() == 1 && p.bias.size(0) == p.weight.size(0), "deform_conv2d: bias must have shape [",
                 p.weight.size(0), "], but got ", to_text(p.bias.sizes()));
  const DType dtype = p.input.dtype();
  if (!is_floating(dtype)) return not_implemented("deformable_im2col", dtype);
  const auto same = [&](const Tensor& t, const char* name) {
    HEDDLE_REQUIRE(t.dtype() == dtype, "deform_conv2d: input is ", dtype_name(dtype), ", but ", name, " is ",
                   dtype_name(t.dtype()));
    return ok_status();
  };
  HEDDLE_TRY(same(p.weight, "weight"));
  HEDDLE_TRY(same(p.offset, "offset"));
  if (p.use_mask) HEDDLE_TRY(same(p.mask, "mask"));
  return same(p.bias, "bias");
}

Status check_numbers(const DeformProblem& p) {
  for (int i = 0; i < 2; ++i) {
    HEDDLE_REQUIRE(p.weight.size(i + 2) > 0, "weight_h: ", p.weight.size(2), " weight_w: ", p.weight.size(3));
    HEDDLE_REQUIRE(p.stride[i] > 0, "stride_h: ", p.stride[0], " stride_w: ", p.stride[1]);
    HEDDLE_REQUIRE(p.padding[i] >= 0, "pad_h: ", p.padding[0], " pad_w: ", p.padding[1]);
    HEDDLE_REQUIRE(p.dilation[i] > 0, "dil_h: ", p.dilation[0], " dil_w: ", p.dilation[1]);
    const int64_t most = int64_t{1} << 31;
    HEDDLE_REQUIRE(p.padding[i] < most && p.dilation[i] < most, "deform_conv2d: padding and dilation must be below ",
                   most);
  }
  HEDDLE_REQUIRE(p.groups > 0 && p.offset_groups > 0, "deform_conv2d: groups and offset groups must be positive, but ",
                 "got ", p.groups, " and ", p.offset_groups);
  HEDDLE_REQUIRE(p.weight.size(1) * p.groups == p.input.size(1), "deform_conv2d: weight of shape ",
                 to_text(p.weight.sizes()), " and ", p.groups, " groups want ", p.weight.size(1) * p.groups,
                 " channels, but the input has ", p.input.size(1));
  HEDDLE_REQUIRE(p.weight.size(0) % p.groups == 0, "deform_conv2d: ", p.weight.size(0),
                 " output channels cannot be divided into ", p.groups, " groups");
  HEDDLE_REQUIRE(p.input.size(1) % p.offset_groups == 0, "deform_conv2d: ", p.input.size(1),
                 " channels cannot be divided into ", p.offset_groups, " offset groups");
  return ok_status();
}

Status check_field(const DeformProblem& p, const Tensor& field, const char* name, int64_t per_tap) {
  HEDDLE_REQUIRE(
      field.size(1) / per_tap / p.taps() == p.offset_groups && field.size(1) == p.offset_groups * per_tap * p.taps(),
      name, ".shape[1] is not valid: got: ", field.size(1), " expected: ", p.offset_groups * per_tap * p.taps());
  HEDDLE_REQUIRE(field.size(0) == p.input.size(0), "invalid batch size of ", name, ": got ", field.size(0),
                 ", expected ", p.input.size(0));
  HEDDLE_REQUIRE(field.size(2) == p.out[0] && field.size(3) == p.out[1], name, " output dims: (", field.size(2), ", ",
                 field.size(3), ") - computed output dims: (", p.out[0], ", ", p.out[1], ")");
  return ok_status();
}

Status check(DeformProblem& p) {
  HEDDLE_TRY(check_rank_and_dtype(p));
  HEDDLE_TRY(check_numbers(p));
  for (int i = 0; i < 2; ++i) {
    const int64_t reach = p.dilation[i] * (p.weight.size(i + 2) - 1) + 1;
    const int64_t room = p.input.size(i + 2) + 2 * p.padding[i] - reach;
    p.out[i] = room < 0 ? 0 : room / p.stride[i] + 1;
  }
  HEDDLE_TRY(check_field(p, p.offset, "offset", 2));
  if (p.use_mask) HEDDLE_TRY(check_field(p, p.mask, "mask", 1));
  HEDDLE_REQUIRE(p.out[0] > 0 && p.out[1] > 0, "Calculated output size too small - out_h: ", p.out[0],
                 " out_w: ", p.out[1]);
  return ok_status();
}

// Where one kernel element looks for one output element: four corners of the plane and their weights, 0 outside.
template <class T>
struct Sample {
  int64_t corner[4];
  T weight[4];
};

template <class T>
Sample<T> sample_at(T y, T x, int64_t height, int64_t width, T scale) {
  Sample<T> sample{};
  if (!(y > T(-1) && y < static_cast<T>(height) && x > T(-1) && x < static_cast<T>(width))) return sample;
  const T top = std::floor(y), left = std::floor(x);
  const T down = y - top, right = x - left;
  for (int i = 0; i < 4; ++i) {
    const int64_t row = static_cast<int64_t>(top) + i / 2, column = static_cast<int64_t>(left) + i % 2;
    if (row < 0 || row >= height || column < 0 || column >= width) continue;
    sample.corner[i] = row * width + column;
    sample.weight[i] = scale * (i / 2 ? down : T(1) - down) * (i % 2 ? right : T(1) - right);
  }
  return sample;
}

// The samples of kernel element `tap` of one offset group, for all output elements of an image.
template <class T>
void find_samples(const DeformProblem& p, int64_t image, int64_t group, int64_t tap, std::vector<Sample<T>>& samples) {
  const int64_t plane = group * p.taps() + tap, planes = p.offset_groups * p.taps();
  const T* down = p.offset.data<T>() + (image * planes + plane) * 2 * p.places();
  const T* right = down + p.places();
  const T* scale = p.use_mask ? p.mask.data<T>() + (image * planes + plane) * p.places() : nullptr;
  const int64_t row = tap / p.weight.size(3), column = tap % p.weight.size(3);
  for (int64_t i = 0; i < p.places(); ++i) {
    const int64_t y = i / p.out[1] * p.stride[0] - p.padding[0] + row * p.dilation[0];
    const int64_t x = i % p.out[1] * p.stride[1] - p.padding[1] + column * p.dilation[1];
    samples[static_cast<size_t>(i)] = sample_at(static_cast<T>(y) + down[i], static_cast<T>(x) + right[i],
                                                p.input.size(2), p.input.size(3), scale ? scale[i] : T(1));
  }
}

// columns [channels, taps, places] of one image.
template <class T>
void fill_columns(const DeformProblem& p, int64_t image, T* columns) {
  const int64_t channels = p.input.size(1) / p.offset_groups, plane = p.input.size(2) * p.input.size(3);
  parallel::parallel_for(0, p.offset_groups * p.taps(), 1, [&](int64_t begin, int64_t end) {
    std::vector<Sample<T>> samples(static_cast<size_t>(p.places()));
    for (int64_t work = begin; work < end; ++work) {
      const int64_t group = work / p.taps(), tap = work % p.taps();
      find_samples(p, image, group, tap, samples);
      for (int64_t c = group * channels; c < (group + 1) * channels; ++c) {
        const T* from = p.input.data<T>() + (image * p.input.size(1) + c) * plane;
        T* to = columns + (c * p.taps() + tap) * p.places();
        for (size_t i = 0; i < samples.size(); ++i) {
          const Sample<T>& s = samples[i];
          // A weight of zero may stand for a corner that is not there, whatever value lies at its place.
          T sum = 0;
          for (int k = 0; k < 4; ++k) sum += s.weight[k] == T(0) ? T(0) : s.weight[k] * from[s.corner[k]];
          to[i] = sum;
        }
      }
    }
  });
}

Result<Tensor> convolve(const DeformProblem& p) {
  const int64_t batch = p.input.size(0), out_channels = p.weight.size(0), per_group = out_channels / p.groups;
  const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{batch, out_channels, p.out[0], p.out[1]}, p.input.dtype()));
  if (result.numel() == 0) return result;
  const int64_t depth = p.weight.size(1) * p.taps();
  const Tensor columns = HEDDLE_TRY(Tensor::empty(Dims{p.groups, depth, p.places()}, p.input.dtype()));
  const Tensor weight = p.weight.view_contiguous(Dims{p.groups, per_group, depth});
  const Tensor bias = p.bias.unsqueeze(1);
  for (int64_t image = 0; image < batch; ++image) {
    HEDDLE_TRY(dispatch<FloatTypes>(p.input.dtype(), "deformable_im2col", [&]<class T>() {
      fill_columns<T>(p, image, columns.data<T>());
      return ok_status();
    }));
    const Tensor to = result.select(0, image);
    HEDDLE_TRY(copy_into(to.view_contiguous(Dims{out_channels, p.places()}), bias));
    HEDDLE_TRY(
        multiply("deform_conv2d", to.view_contiguous(Dims{p.groups, per_group, p.places()}), weight, columns, 1));
  }
  return result;
}

Result<Tensor> deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask,
                             const Tensor& bias, int64_t stride_h, int64_t stride_w, int64_t pad_h, int64_t pad_w,
                             int64_t dilation_h, int64_t dilation_w, int64_t groups, int64_t offset_groups,
                             bool use_mask) {
  DeformProblem p{
      input,  weight, offset,        mask,    bias, {stride_h, stride_w}, {pad_h, pad_w}, {dilation_h, dilation_w},
      {0, 0}, groups, offset_groups, use_mask};
  HEDDLE_TRY(check(p));
  const DType dtype = compute_dtype(input.dtype());
  for (Tensor* t : {&p.input, &p.weight, &p.offset, &p.bias}) *t = HEDDLE_TRY(contiguous_as(*t, dtype));
  if (use_mask) p.mask = HEDDLE_TRY(contiguous_as(mask, dtype));
  return to_dtype(HEDDLE_TRY(convolve(p)), input.dtype());
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(deform_conv2d) {
  using namespace heddle::ops;
  table.add(
      "torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int stride_h, "
      "int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, int offset_groups, bool "
      "use_mask) -> Tensor",
      heddle::schema::boxed<&deform_conv2d>());
}
