// Stages over modules: source compiled in the program, frozen copies, futures of calls that run meanwhile.
#include <torch/script.h>
#include <torch/torch.h>

#include <iostream>

static const char* const kSource = R"(
def prepare(x, low: float, high: float):
    return torch.clamp(x, low, high) * 2.0

def combine(parts: List[Tensor], names: Dict[str, int]) -> Tuple[Tensor, int]:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    n = 0
    for name in names:
        n += names[name]
    return total, n

def both(x):
    return prepare(x, -1.0, 1.0) + prepare(x, 0.0, 0.5)
)";

int main(int, char** argv) {
  auto unit = torch::jit::compile(kSource);
  const torch::Tensor x = torch::linspace(-2, 2, 6);
  std::cout << unit->run_method("prepare", x, -1.0, 0.5).toTensor() << "\n"
            << unit->run_method("both", x).toTensor() << "\n";
  c10::List<torch::Tensor> parts({x, x * 10});
  c10::Dict<std::string, int64_t> names;
  names.insert("a", 3);
  names.insert("b", 4);
  const auto combined = unit->run_method("combine", parts, names).to<std::tuple<torch::Tensor, int64_t>>();
  std::cout << std::get<0>(combined) << std::get<1>(combined) << "\n";
  torch::jit::Module model = torch::jit::load(argv[1]);
  model.eval();
  torch::jit::Module frozen = torch::jit::freeze(model);
  const auto expected = model.forward({torch::ones({2, 4})}).toTensor();
  std::cout << torch::allclose(frozen.forward({torch::ones({2, 4})}).toTensor(), expected) << "\n";
  std::vector<c10::intrusive_ptr<c10::ivalue::Future>> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(model.get_method("forward").run_async({torch::full({1, 4}, 1.5 * i)}));
  for (auto& future : futures) {
    future->waitAndThrow();
    std::cout << future->value().toTensor() << "\n";
  }
  c10::IValue nested(std::vector<std::vector<int64_t>>{{1, 2}, {3}});
  std::cout << nested << " " << nested.toListRef()[1].toIntVector()[0] << "\n";
  std::unordered_map<std::string, std::vector<torch::Tensor>> grouped{{"all", {x, x}}};
  std::cout << c10::IValue(grouped).toGenericDict().at("all").toTensorVector().size() << "\n";
  return 0;
}
