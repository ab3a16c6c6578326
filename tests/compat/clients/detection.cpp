// Detection: pixels to a tensor, boxes from a model's answer, suppression by hand.
#include <torch/script.h>

struct Box {
  float x1, y1, x2, y2, score;
  int label;
};

static float overlap(const Box& a, const Box& b) {
  const float w = std::max(0.f, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
  const float h = std::max(0.f, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
  return w * h / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - w * h);
}

int main() {
  torch::NoGradGuard no_grad;
  std::vector<uint8_t> pixels(6 * 4 * 3);
  std::iota(pixels.begin(), pixels.end(), uint8_t(0));
  at::Tensor image = torch::from_blob(pixels.data(), {1, 6, 4, 3}, torch::kByte);
  image = image.permute({0, 3, 1, 2}).to(torch::kFloat).div(255);
  image[0][0] = image[0][0].sub_(0.485).div_(0.229);
  image[0][1].sub_(0.456).div_(0.224);
  std::cout << image.sizes() << " " << image.is_contiguous() << " " << image.contiguous().data_ptr<float>()[5] << "\n";
  image = torch::upsample_bilinear2d(image, {3, 2}, false);
  std::cout << image[0][2] << "\n";
  torch::Tensor raw = torch::tensor({{10.f, 10.f, 20.f, 20.f, 0.9f, 1.f},
                                     {11.f, 10.f, 21.f, 20.f, 0.8f, 1.f},
                                     {50.f, 50.f, 60.f, 70.f, 0.7f, 0.f},
                                     {0.f, 0.f, 1.f, 1.f, 0.1f, 0.f}});
  torch::Tensor keep = torch::nonzero(raw.select(1, 4) > 0.5).squeeze();
  raw = torch::index_select(raw, 0, keep);
  auto sorted = raw.select(1, 4).sort(0, true);
  raw = raw.index_select(0, std::get<1>(sorted));
  std::vector<Box> boxes;
  auto a = raw.accessor<float, 2>();
  for (int i = 0; i < raw.size(0); ++i) boxes.push_back({a[i][0], a[i][1], a[i][2], a[i][3], a[i][4], int(a[i][5])});
  std::vector<bool> gone(boxes.size());
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (gone[i]) continue;
    std::cout << boxes[i].label << " " << boxes[i].x1 << " " << boxes[i].score << "\n";
    for (size_t j = i + 1; j < boxes.size(); ++j) gone[j] = gone[j] || overlap(boxes[i], boxes[j]) > 0.5f;
  }
  torch::Tensor masks = torch::zeros({2, 3}, torch::kBool);
  masks[1] = true;
  masks[0][2] = 1;
  std::cout << masks << "\n" << masks.any() << masks.sum().item<int>() << "\n";
  c10::IValue answer(c10::ivalue::Tuple::create({raw, torch::ones({2})}));
  std::cout << answer.toTuple()->elements()[1].toTensor().size(0) << "\n";
  auto chunks = raw.chunk(2, 1);
  auto parts = raw.split(2, 1);
  std::cout << chunks.size() << parts[2].sizes() << raw.unbind(0).size() << "\n";
  return 0;
}
