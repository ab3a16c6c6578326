// torchvision's operators called from C++, as programs call them that bring their own boxes.
#include <torch/script.h>

#if __has_include(<torchvision/vision.h>)
#include <torchvision/ops/nms.h>
#include <torchvision/ops/roi_align.h>
#include <torchvision/vision.h>
#else  // Debian has torchvision's library and not its headers
namespace vision {
namespace ops {
at::Tensor nms(const at::Tensor&, const at::Tensor&, double);
at::Tensor roi_align(const at::Tensor&, const at::Tensor&, double, int64_t, int64_t, int64_t, bool);
std::tuple<at::Tensor, at::Tensor> roi_pool(const at::Tensor&, const at::Tensor&, double, int64_t, int64_t);
std::tuple<at::Tensor, at::Tensor> ps_roi_align(const at::Tensor&, const at::Tensor&, double, int64_t, int64_t,
                                                int64_t);
std::tuple<at::Tensor, at::Tensor> ps_roi_pool(const at::Tensor&, const at::Tensor&, double, int64_t, int64_t);
at::Tensor deform_conv2d(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                         int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, bool);
}  // namespace ops
}  // namespace vision
#endif

static torch::Tensor some(torch::IntArrayRef sizes, double step) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return torch::sin(torch::arange(count, torch::kFloat) * step).reshape(sizes);
}

int main() {
  const torch::Tensor boxes =
      torch::tensor({0.f, 0.f, 10.f, 10.f, 1.f, 1.f, 11.f, 11.f, 20.f, 20.f, 30.f, 30.f}).reshape({3, 4});
  const torch::Tensor scores = torch::tensor({0.5f, 0.9f, 0.7f});
  std::cout << vision::ops::nms(boxes, scores, 0.5) << "\n" << vision::ops::nms(boxes, scores, 0.9) << "\n";
  const torch::Tensor maps = some({1, 4, 8, 8}, 0.7);
  const torch::Tensor rois = torch::tensor({0.f, 1.f, 1.f, 6.f, 7.f, 0.f, 0.f, 2.f, 7.f, 5.f}).reshape({2, 5});
  std::cout << vision::ops::roi_align(maps, rois, 1.0, 2, 2, 2, true) << "\n";
  const auto pooled = vision::ops::roi_pool(maps, rois, 0.5, 2, 2);
  std::cout << std::get<0>(pooled) << "\n" << std::get<1>(pooled) << "\n";
  std::cout << std::get<0>(vision::ops::ps_roi_align(maps, rois, 1.0, 2, 2, 2)) << "\n";
  std::cout << std::get<0>(vision::ops::ps_roi_pool(maps, rois, 1.0, 2, 2)) << "\n";
  std::cout << vision::ops::deform_conv2d(maps, some({2, 4, 3, 3}, 1.1), some({1, 18, 6, 6}, 0.3),
                                          some({1, 9, 6, 6}, 0.9), torch::ones(2), 1, 1, 0, 0, 1, 1, 1, 1, true)
            << "\n";
  return 0;
}
