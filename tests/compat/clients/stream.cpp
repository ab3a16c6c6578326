// Models from memory and from streams: with files beside the code, moved, kept in containers, changed and asked.
#include <torch/script.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

static std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::in | std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

int main(int, char** argv) {
  torch::NoGradGuard no_grad;
  const std::string folder = argv[4];
  std::map<std::string, torch::jit::Module> models;
  for (const char* name : {"classifier", "policy", "reader"}) {
    std::istringstream in(bytes_of(folder + "/" + name + ".pt"));
    models.emplace(name, torch::jit::load(in));
  }
  torch::jit::ExtraFilesMap extra;
  extra["labels.txt"] = "";
  extra["nothing.txt"] = "kept";
  std::ifstream in(folder + "/detector.pt", std::ios::binary);
  models["detector"] = torch::jit::load(in, torch::kCPU, extra);
  std::cout << extra["labels.txt"].size() << " " << extra["nothing.txt"].size() << "\n";
  for (const auto& [name, model] : models) {
    int64_t values = 0;
    for (const auto& p : model.parameters()) values += p.numel();
    int64_t buffers = 0;
    for (const auto& b : model.named_buffers()) buffers += b.value.numel();
    std::cout << name << " " << values << " " << buffers << " " << model.named_children().size() << " "
              << model.is_training() << " " << model.get_method("forward").function().getSchema().arguments().size()
              << "\n";
  }
  torch::jit::Module policy = models.at("policy");
  policy.to(torch::kDouble);
  const auto result = policy.forward({torch::ones({1, 6}, torch::kF64), torch::zeros({1, 6}, torch::kF64)}).toTuple();
  std::cout << result->elements()[0].toTensor().dtype() << "\n";
  for (const auto& p : policy.named_parameters()) {
    if (p.name == "net.4.bias") p.value.zero_();
    if (p.name.find("weight") != std::string::npos && p.name.rfind("net", 0) == 0) p.value.fill_(0.25);
  }
  std::cout << (policy.forward({torch::ones({1, 6}, torch::kF64), torch::ones({1, 6}, torch::kF64)})
                    .toTuple()
                    ->elements()[0]
                    .toTensor() *
                1e4)
                   .round()
            << "\n";
  torch::jit::Module copy = policy.deepcopy();
  for (torch::Tensor p : copy.parameters()) p.mul_(0);
  std::cout << copy.forward({torch::ones({1, 6}, torch::kF64), torch::zeros({1, 6}, torch::kF64)})
                   .toTuple()
                   ->elements()[0]
                   .toTensor()
            << "\n";
  std::cout << (policy.parameters().size() == copy.parameters().size()) << policy.hasattr("net") << policy.hasattr("no")
            << "\n";
  return 0;
}
