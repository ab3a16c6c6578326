// A detector's answer, as torchvision's models give it: losses and a dict an image; labels lie in the archive.
#include <torch/script.h>

#include <iomanip>
#include <iostream>
#include <memory>

struct Detection {
  std::array<float, 4> box;
  int64_t label;
  float score;
};

static std::vector<Detection> read(const c10::IValue& of_image, float threshold) {
  const auto dict = of_image.toGenericDict();
  const torch::Tensor boxes = dict.at("boxes").toTensor().to(torch::kCPU).contiguous();
  const torch::Tensor labels = dict.at("labels").toTensor();
  const torch::Tensor scores = dict.at("scores").toTensor();
  std::vector<Detection> all;
  const auto box = boxes.accessor<float, 2>();
  for (int64_t i = 0; i < boxes.size(0); ++i) {
    const float score = scores[i].item<float>();
    if (score < threshold) continue;
    all.push_back({{box[i][0], box[i][1], box[i][2], box[i][3]}, labels[i].item().toLong(), score});
  }
  std::sort(all.begin(), all.end(), [](const Detection& a, const Detection& b) { return a.score > b.score; });
  return all;
}

int main(int, char** argv) {
  torch::jit::script::Module module;
  torch::jit::ExtraFilesMap files{{"labels.txt", ""}, {"config.json", ""}};
  module = torch::jit::load(std::string(argv[4]) + "/detector.pt", torch::Device(torch::kCPU), files);
  std::vector<std::string> names;
  std::istringstream lines(files["labels.txt"]);
  for (std::string line; std::getline(lines, line);) names.push_back(line);
  std::cout << names.size() << " " << files.at("config.json") << "\n";
  module.eval();
  c10::List<torch::Tensor> images;
  for (int i = 1; i <= 2; ++i) {
    torch::Tensor pixels = torch::arange(3 * 8 * (6 + i), torch::kFloat).view({3, 8, 6 + i});
    images.push_back(pixels.mul(0.37 * i).sin());
  }
  torch::NoGradGuard no_grad;
  std::vector<torch::jit::IValue> inputs;
  inputs.emplace_back(images);
  auto output = module.forward(inputs);
  std::cout << output.toTuple()->elements().size() << " " << output.toTuple()->elements()[0].toGenericDict().size()
            << "\n";
  const auto detections = output.toTuple()->elements().at(1).toList();
  std::cout << std::fixed << std::setprecision(3);
  for (size_t i = 0; i < detections.size(); ++i) {
    std::cout << "image " << i << "\n";
    for (const Detection& d : read(detections.get(i), 0.55f))
      std::cout << names[static_cast<size_t>(d.label)] << " " << d.score << " [" << d.box[0] << " " << d.box[1] << " "
                << d.box[2] << " " << d.box[3] << "]\n";
  }
  return 0;
}
