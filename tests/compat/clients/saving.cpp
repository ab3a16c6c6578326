// Models changed and written: to a file, to a stream, with files beside the code, and read again.
#include <torch/script.h>

#include <fstream>
#include <iostream>
#include <sstream>

int main(int, char** argv) {
  torch::NoGradGuard no_grad;
  const std::string folder = argv[4];
  torch::jit::Module model = torch::jit::load(argv[1]);
  for (const auto& p : model.named_parameters())
    if (p.name == "linear.bias") p.value.fill_(2);
  model.run_method("step");
  model.setattr("scale", torch::full({3}, 0.5));
  model.save(folder + "/changed.pt");
  torch::jit::ExtraFilesMap files{{"labels.txt", "dog"}};
  std::stringstream stream;
  model.save(stream, files);
  torch::jit::ExtraFilesMap wanted{{"labels.txt", ""}};
  for (torch::jit::Module again :
       {torch::jit::load(folder + "/changed.pt"), torch::jit::load(stream, torch::kCPU, wanted)}) {
    std::cout << again.forward({torch::ones({1, 4})}).toTensor() << "\n" << again.attr("count").toInt() << "\n";
    std::cout << again.run_method("several", torch::ones({1, 4}), 2).toTuple()->elements()[2] << "\n";
  }
  std::cout << wanted["labels.txt"] << "\n";
  torch::jit::Module stateful = torch::jit::load(folder + "/listener.pt");
  stateful.forward({torch::ones({1, 256})});
  stateful.save(folder + "/listening.pt");
  torch::jit::Module resumed = torch::jit::load(folder + "/listening.pt");
  std::cout << resumed.attr("chunks").toInt()
            << torch::equal(resumed.attr("h").toTensor(), stateful.attr("h").toTensor()) << "\n";
  try {
    model.save(folder + "/absent/model.pt");
  } catch (const std::exception&) {
    std::cout << "refused\n";
  }
  return 0;
}
