// Language: a batch of sentences of different lengths with an attention mask; named arguments, a dict for an answer.
#include <torch/script.h>
#include <torch/torch.h>

#include <iostream>
#include <unordered_map>

namespace F = torch::nn::functional;

static std::vector<int64_t> tokens(const std::string& text) {
  std::vector<int64_t> ids{1};
  std::istringstream words(text);
  for (std::string word; words >> word;) ids.push_back(3 + static_cast<int64_t>((word[0] * 31u + word.size()) % 47));
  ids.push_back(2);
  return ids;
}

int main(int, char** argv) {
  torch::jit::Module model = torch::jit::load(std::string(argv[4]) + "/reader.pt", at::kCPU);
  const std::vector<std::string> sentences{"a small step", "what is this", "one", "how many words are there in this"};
  std::vector<torch::Tensor> rows, masks;
  size_t longest = 0;
  for (const auto& s : sentences) longest = std::max(longest, tokens(s).size());
  for (const auto& s : sentences) {
    std::vector<int64_t> ids = tokens(s);
    const auto n = static_cast<int64_t>(ids.size());
    const auto left = static_cast<int64_t>(longest) - n;
    torch::Tensor row = torch::tensor(ids, torch::dtype(torch::kLong));
    rows.push_back(F::pad(row, F::PadFuncOptions({0, left}).mode(torch::kConstant).value(0)));
    masks.push_back(torch::cat({torch::ones(n, torch::kLong), torch::zeros(left, torch::kLong)}));
  }
  const torch::Tensor ids = torch::stack(rows), mask = torch::stack(masks);
  std::cout << ids << "\n" << mask.sum(1) << "\n";
  std::unordered_map<std::string, c10::IValue> named{{"input_ids", ids}, {"attention_mask", mask}};
  const auto output = model.forward({}, named);
  TORCH_CHECK(output.isGenericDict(), "a dict was expected");
  const auto dict = c10::impl::toTypedDict<std::string, torch::Tensor>(output.toGenericDict());
  const torch::Tensor logits = dict.at("logits");
  std::cout << (F::softmax(logits, F::SoftmaxFuncOptions(1)) * 1000).round() << "\n";
  std::cout << logits.argmax(1) << "\n" << dict.at("last_hidden_state").sizes() << "\n";
  const auto again =
      model.get_method("forward")({ids.slice(0, 2, 3).slice(1, 0, 3), mask.slice(0, 2, 3).slice(1, 0, 3)});
  const torch::Tensor alone = again.toGenericDict().at("logits").toTensor();
  std::cout << std::boolalpha << torch::allclose(alone, logits.slice(0, 2, 3), 1e-4, 1e-5) << "\n";
  for (const auto& entry : dict) std::cout << entry.key() << " " << entry.value().dim() << "\n";
  return 0;
}
