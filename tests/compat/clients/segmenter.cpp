// Segmentation: a class for every pixel, painted with a palette, and what share of the picture each class has.
#include <torch/script.h>

#include <iostream>

int main(int, const char* argv[]) {
  torch::jit::Module net = torch::jit::load(std::string(argv[4]) + "/segmenter.pt");
  net.eval();
  at::AutoGradMode off(false);
  std::vector<torch::jit::IValue> input;
  const at::Tensor x = at::linspace(-2, 2, 3 * 12 * 16).reshape({1, 3, 12, 16});
  input.push_back((x * x * 3 + x).cos());
  const at::Tensor out = net.forward(input).toGenericDict().at("out").toTensor();
  std::cout << out.sizes() << "\n";
  at::Tensor classes = std::get<1>(out[0].max(0)).to(at::kByte);
  std::cout << classes << "\n";
  const at::Tensor counts = at::bincount(classes.flatten().to(at::kLong), {}, 5);
  std::cout << counts << "\n" << counts.to(at::kDouble).div(classes.numel()) << "\n";
  at::Tensor palette = at::zeros({5, 3}, at::kByte);
  for (int64_t i = 1; i < 5; ++i) palette[i] = at::tensor({i * 50, 255 - i * 50, i}, at::kByte);
  at::Tensor painted = palette.index({classes.to(at::kLong)});
  std::cout << painted.sizes() << " " << painted.to(at::kLong).sum().item<int64_t>() << "\n";
  classes.masked_fill_(classes == std::get<0>(classes.mode(1, true)), 0);
  std::vector<unsigned char> bytes(static_cast<size_t>(painted.numel()));
  std::memcpy(bytes.data(), painted.contiguous().data_ptr(), bytes.size());
  at::Tensor hot = at::one_hot(classes.to(at::kLong), 5).permute({2, 0, 1});
  std::cout << hot.sizes() << " " << hot.sum({1, 2}) << "\n";
  at::Tensor larger = at::upsample_nearest2d(classes.to(at::kFloat).unsqueeze(0).unsqueeze(0), at::IntArrayRef{24, 32});
  std::cout << larger.sizes() << " " << larger.sum().item<float>() << "\n";
  return 0;
}
