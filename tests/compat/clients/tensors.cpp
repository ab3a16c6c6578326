// Tensors as programs make, read and print them.
#include <torch/script.h>
#include <torch/torch.h>

using namespace torch::indexing;

static void show(const char* what, const torch::Tensor& t) {
  std::cout << what << ": " << t.dtype() << " " << t.sizes() << "\n" << t << "\n";
}

int main() {
  torch::NoGradGuard no_grad;
  std::vector<float> values{1, 2, 3, 4, 5, 6};
  torch::Tensor x = torch::from_blob(values.data(), {2, 3}, torch::kFloat32);
  show("from_blob", x);
  show("strided", torch::from_blob(values.data(), {3, 2}, {1, 3}, torch::TensorOptions().dtype(torch::kFloat)));
  {
    bool freed = false;
    torch::from_blob(
        values.data(), {6}, [&](void* p) { freed = p == values.data(); }, torch::kFloat);
    std::cout << "deleter " << freed << "\n";
  }
  show("tensor", torch::tensor({{1, 2}, {3, 4}}));
  show("tensor of doubles", torch::tensor({1.5, 2.5}));
  show("tensor of vector", torch::tensor(std::vector<int64_t>{7, 8}));
  show("tensor as", torch::tensor({1, 0, 1}, torch::kUInt8));
  show("bool", torch::tensor({true, false}));
  show("scalar", torch::tensor(3.25));
  show("zeros", torch::zeros({2, 2}, torch::dtype(torch::kInt32).device(torch::kCPU)));
  show("arange", torch::arange(0, 10, 3));
  show("full", torch::full({2}, 1.5));
  show("cat", torch::cat({x, x * 10}, 0));
  show("stack", torch::stack({x[0], x[1]}, 1));
  show("arith", (x + 1) * 2 - x / 4 + 3 * x - (10 - x) / (1 + x));
  show("compare", (x > 2) & (x <= 5));
  show("index", x.index({Slice(), Slice(1, None)}));
  show("ellipsis", x.index({"...", 0}));
  show("none", x.index({None, 1, Ellipsis}));
  show("mask", x.index({x > 2.5}));
  show("list", x.index({torch::tensor({1, 0}), torch::tensor({2, 2})}));
  torch::Tensor y = x.clone();
  y.index_put_({Slice(), 0}, -1);
  y.index_put_({0, Slice(1, 3)}, torch::tensor({8.f, 9.f}));
  y.index_put_({y > 5}, 0);
  show("index_put_", y);
  auto [top, where] = x.flatten().topk(2);
  show("topk", top);
  show("topk indices", where);
  std::tuple<torch::Tensor, torch::Tensor> most = torch::max(x, 1);
  show("max", std::get<0>(most));
  torch::Tensor sorted, order;
  std::tie(sorted, order) = torch::sort(x, 1, true);
  show("sort", order);
  auto a = x.accessor<float, 2>();
  float sum = 0;
  for (int64_t i = 0; i < a.size(0); ++i)
    for (int64_t j = 0; j < a.size(1); ++j) sum += a[i][j];
  std::cout << sum << " " << x.sum().item<float>() << " " << x.sum().item().toDouble() << " " << x.numel() << " "
            << x.dim() << " " << x.size(-1) << " " << x.stride(0) << " " << x.nbytes() << "\n";
  std::cout << x.mean().item<double>() << " " << x.argmax().item<int>() << " " << x.t().is_contiguous() << "\n";
  show("permute", x.permute({1, 0}).contiguous());
  show("view", x.view({3, -1}));
  show("squeeze", x.unsqueeze(0).squeeze());
  show("slice", x.slice(1, 0, 3, 2));
  show("narrow", x.narrow(1, 1, 2));
  show("to", x.to(torch::kInt64).to(torch::kCPU).toType(torch::kFloat64));
  show("clamp", x.clamp(2, 4));
  show("softmax", torch::softmax(x, 1));
  show("where", torch::where(x > 3, x, torch::zeros_like(x)));
  show("matmul", x.matmul(x.t()));
  show("interpolate",
       torch::nn::functional::interpolate(x.view({1, 1, 2, 3}), torch::nn::functional::InterpolateFuncOptions()
                                                                    .size(std::vector<int64_t>{4, 3})
                                                                    .mode(torch::kBilinear)
                                                                    .align_corners(false)));
  show("pad", torch::nn::functional::pad(x, torch::nn::functional::PadFuncOptions({1, 1}).value(7)));
  show("fft", torch::view_as_real(torch::fft::rfft(x)));
  torch::Tensor z = x.clone();
  z += 1;
  z.mul_(2).div_(torch::tensor(4.f));
  show("in place", z);
  std::cout << x.options().dtype() << " " << x.device() << " " << x.scalar_type() << " " << x.is_cuda() << " "
            << torch::cuda::is_available() << " " << torch::Tensor().defined() << "\n";
  return 0;
}
