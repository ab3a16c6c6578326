// Modules: methods, attributes, parameters, state, extra files, streams, copies.
#include <torch/script.h>

int main(int, char** argv) {
  torch::jit::setGraphExecutorOptimize(true);
  torch::jit::getProfilingMode() = false;
  torch::jit::ExtraFilesMap extra{{"labels.txt", ""}};
  torch::jit::script::Module m = torch::jit::load(argv[1], torch::kCPU, extra);
  std::cout << extra["labels.txt"] << "\n";
  m.eval();
  m.to(at::kCPU);
  std::cout << m.is_training() << m.hasattr("count") << m.hasattr("nothing") << "\n";
  std::vector<torch::jit::IValue> inputs;
  inputs.push_back(torch::ones({1, 4}));
  torch::Tensor out = m.forward(inputs).toTensor();
  std::cout << out << "\n";
  auto all = m.get_method("several")({torch::ones({1, 4}), 2});
  auto parts = all.toTuple();
  std::cout << parts->elements()[0].toTensor().sizes() << parts->elements()[1].toInt() << "\n";
  for (const auto& entry : parts->elements()[2].toGenericDict())
    std::cout << entry.key().toStringRef() << " " << entry.value().toTensor().sizes() << "\n";
  m.run_method("reset");
  m.run_method("step");
  m.run_method("step");
  std::cout << m.attr("count").toInt() << "\n";
  m.setattr("count", 40);
  m.run_method("step");
  std::cout << m.attr("count").toInt() << "\n";
  for (const auto& p : m.named_parameters()) std::cout << p.name << " " << p.value.sizes() << "\n";
  for (const auto& p : m.parameters()) std::cout << p.numel() << "\n";
  for (const auto& b : m.named_buffers()) std::cout << b.name << " " << b.value.sizes() << "\n";
  for (const auto& c : m.named_children()) std::cout << c.name << "\n";
  std::vector<std::string> names;
  for (const auto& method : m.get_methods()) names.push_back(method.name());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) std::cout << name << " ";
  auto schema = m.get_method("several").function().getSchema();
  for (const auto& argument : schema.arguments()) std::cout << argument.name() << " ";
  std::cout << schema.name() << " " << m.get_method("forward").num_inputs() << "\n";
  std::cout << m.find_method("nothing").has_value() << m.find_method("forward").has_value() << "\n";
  std::ifstream file(argv[1], std::ios::binary);
  torch::jit::Module again = torch::jit::load(file);
  again.eval();
  std::cout << torch::allclose(again.forward({torch::ones({1, 4})}).toTensor(), out) << "\n";
  torch::jit::Module copy = m.clone();
  copy.run_method("reset");
  std::cout << m.attr("count").toInt() << copy.attr("count").toInt() << "\n";
  torch::jit::Module frozen = torch::jit::freeze(again);
  std::cout << torch::allclose(frozen.forward({torch::ones({1, 4})}).toTensor(), out) << "\n";
  std::unordered_map<std::string, torch::jit::IValue> named{{"x", torch::ones({1, 4})}, {"n", 3}};
  std::cout << m.get_method("several")({}, named).toTuple()->elements()[1] << "\n";
  std::cout << m.run_method("words", std::string("a b c")) << "\n";
  std::cout << m.run_method("words", "x").toList().get(0).toStringRef() << "\n";
  auto cu = torch::jit::compile("def double(x):\n    return x * 2\n");
  std::cout << cu->run_method("double", torch::ones({2})).toTensor() << "\n";
  return 0;
}
