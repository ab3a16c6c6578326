// Image classification: a file of pixels is read, scaled to the model's size, normalised, and the best classes named.
#include <torch/script.h>
#include <torch/torch.h>

#include <fstream>
#include <iostream>
#include <memory>

struct Image {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
};

static Image read_ppm(std::istream& in) {
  std::string magic;
  int largest = 0;
  Image image;
  in >> magic >> image.width >> image.height >> largest;
  TORCH_CHECK(magic == "P6" && largest == 255, "not a PPM file");
  in.get();
  image.rgb.resize(static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3);
  in.read(reinterpret_cast<char*>(image.rgb.data()), static_cast<std::streamsize>(image.rgb.size()));
  return image;
}

static std::string drawn(int width, int height) {
  std::ostringstream out;
  out << "P6 " << width << " " << height << " 255\n";
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) out << char(x * 255 / width) << char(y * 255 / height) << char((x ^ y) & 255);
  return out.str();
}

int main(int, char** argv) {
  std::istringstream file(drawn(50, 37));
  Image image = read_ppm(file);
  torch::Device device = torch::kCPU;
  if (torch::cuda::is_available()) device = torch::Device(torch::kCUDA, 0);
  auto module = std::make_shared<torch::jit::script::Module>(torch::jit::load(std::string(argv[4]) + "/classifier.pt"));
  module->to(device);
  module->eval();
  torch::Tensor tensor = torch::from_blob(image.rgb.data(), {1, image.height, image.width, 3}, torch::kUInt8);
  tensor = tensor.permute({0, 3, 1, 2}).toType(torch::kFloat).div(255.0);
  tensor = torch::nn::functional::interpolate(tensor, torch::nn::functional::InterpolateFuncOptions()
                                                          .size(std::vector<int64_t>{40, 40})
                                                          .mode(torch::kBilinear)
                                                          .align_corners(false));
  tensor = tensor.index({torch::indexing::Slice(), torch::indexing::Slice(), torch::indexing::Slice(4, 36),
                         torch::indexing::Slice(4, 36)});
  const auto mean = torch::tensor({0.485, 0.456, 0.406}, torch::kFloat).view({1, 3, 1, 1});
  const auto deviation = torch::tensor({0.229, 0.224, 0.225}, torch::kFloat).view({1, 3, 1, 1});
  tensor.sub_(mean).div_(deviation);
  std::cout << tensor.sizes() << " " << tensor.options().dtype() << " "
            << std::lround(tensor.mean().item<double>() * 1e4) << "\n";
  const torch::Tensor probabilities =
      torch::softmax(module->forward({tensor.to(device)}).toTensor(), 1).squeeze().cpu();
  std::tuple<torch::Tensor, torch::Tensor> best = probabilities.topk(5);
  auto scores = std::get<0>(best).accessor<float, 1>();
  auto classes = std::get<1>(best).data_ptr<int64_t>();
  for (int i = 0; i < 5; ++i) std::cout << classes[i] << " " << std::lround(scores[i] * 1000) << "\n";
  return 0;
}
