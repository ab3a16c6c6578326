// Image classification with OpenCV: a picture is decoded, resized and turned to RGB by OpenCV, and its pixels become a
// tensor in place.
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <torch/script.h>

static std::vector<uchar> picture() {
  cv::Mat drawn(37, 50, CV_8UC3);
  for (int y = 0; y < drawn.rows; ++y)
    for (int x = 0; x < drawn.cols; ++x)
      drawn.at<cv::Vec3b>(y, x) = cv::Vec3b(uchar(x * 5), uchar(y * 6), uchar((x ^ y) & 255));
  std::vector<uchar> file;
  cv::imencode(".png", drawn, file);
  return file;
}

static torch::Tensor to_tensor(const cv::Mat& image) {
  return torch::from_blob(image.data, {1, image.rows, image.cols, image.channels()}, torch::kFloat32)
      .permute({0, 3, 1, 2})
      .contiguous();
}

int main(int, char** argv) {
  torch::jit::script::Module model = torch::jit::load(std::string(argv[4]) + "/classifier.pt");
  model.eval();
  torch::NoGradGuard no_grad;
  cv::Mat image = cv::imdecode(picture(), cv::IMREAD_COLOR);
  if (image.empty()) return 1;
  cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
  cv::resize(image, image, cv::Size(32, 32));
  image.convertTo(image, CV_32FC3, 1.f / 255.f);
  torch::Tensor input = to_tensor(image);
  input[0][0].sub_(0.485).div_(0.229);
  input[0][1].sub_(0.456).div_(0.224);
  input[0][2].sub_(0.406).div_(0.225);
  const torch::Tensor scores = torch::softmax(model.forward({input}).toTensor(), 1);
  const auto best = scores.topk(3, 1);
  std::cout << input.sizes() << "\n" << std::get<0>(best) << "\n" << std::get<1>(best) << "\n";

  // And back: a mask of the model's size as an image.
  torch::Tensor mask = (input[0].mean(0) > 0).to(torch::kU8).mul(255).contiguous();
  cv::Mat shown(static_cast<int>(mask.size(0)), static_cast<int>(mask.size(1)), CV_8UC1, mask.data_ptr<uint8_t>());
  std::cout << cv::countNonZero(shown) << " of " << shown.total() << "\n";
  return 0;
}
