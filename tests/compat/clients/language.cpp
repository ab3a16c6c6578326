// Language: tokens, padding, attention masks, sampling of the best, dictionaries of answers.
#include <torch/script.h>
#include <torch/torch.h>

using torch::indexing::Slice;

int main(int, char** argv) {
  c10::InferenceMode guard(true);
  torch::jit::Module module = torch::jit::load(argv[1]);
  std::vector<std::vector<int64_t>> sentences{{5, 6, 7, 8}, {9, 10}, {11, 12, 13}};
  torch::Tensor ids = torch::full({3, 4}, 0, torch::kInt64);
  torch::Tensor mask = torch::zeros({3, 4}, torch::TensorOptions(torch::kInt64));
  for (size_t i = 0; i < sentences.size(); ++i) {
    const int64_t n = static_cast<int64_t>(sentences[i].size());
    ids.index_put_({static_cast<int64_t>(i), Slice(0, n)}, torch::from_blob(sentences[i].data(), {n}, torch::kLong));
    mask[static_cast<int64_t>(i)].slice(0, 0, n).fill_(1);
  }
  std::cout << ids << "\n" << mask << "\n";
  torch::Tensor x = (ids.to(torch::kFloat) / 10) * mask;
  torch::Tensor scores = torch::matmul(x.unsqueeze(2), x.unsqueeze(1));
  scores = scores.masked_fill(mask.unsqueeze(1) == 0, -1e9);
  torch::Tensor attention = torch::softmax(scores, -1, torch::kFloat);
  std::cout << attention[1] << "\n";
  std::unordered_map<std::string, c10::IValue> named;
  named["x"] = attention.sum(1);
  named["n"] = 1;
  auto answer = module.get_method("several")({}, named).toTuple();
  torch::Tensor logits = answer->elements()[0].toTensor();
  torch::Tensor values, order;
  std::tie(values, order) = torch::topk(logits, 2, /*dim=*/-1, /*largest=*/true, /*sorted=*/true);
  std::cout << order << "\n";
  auto dict = answer->elements()[2].toGenericDict();
  std::cout << dict.at("twice").toTensor().sizes() << dict.size() << "\n";
  torch::Tensor first = order.select(1, 0).contiguous();
  std::vector<int64_t> best(first.data_ptr<int64_t>(), first.data_ptr<int64_t>() + first.numel());
  for (int64_t b : best) std::cout << b << " ";
  std::cout << std::get<0>(torch::unique_consecutive(torch::tensor({1, 1, 2, 2, 3}))) << "\n";
  std::cout << torch::where(mask.to(torch::kBool))[1].numel() << " " << ids.ne(0).sum().item<int64_t>() << "\n";
  return 0;
}
