// Archives: records, adapters, pickles, saved tensors.
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/script.h>
#include <torch/torch.h>

class Memory : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit Memory(std::string bytes) : bytes_(std::move(bytes)) {}
  size_t size() const override { return bytes_.size(); }
  size_t read(uint64_t pos, void* buf, size_t n, const char*) const override {
    std::memcpy(buf, bytes_.data() + pos, n);
    return n;
  }

 private:
  std::string bytes_;
};

int main(int, char** argv) {
  caffe2::serialize::PyTorchStreamReader reader{std::string(argv[1])};
  std::cout << reader.hasRecord("data.pkl") << reader.hasRecord("nothing") << "\n";
  auto [data, size] = reader.getRecord("extra/labels.txt");
  std::cout << std::string(static_cast<const char*>(data.get()), size) << "\n";
  std::ifstream in(argv[1], std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  torch::jit::Module m = torch::jit::load(std::make_shared<Memory>(bytes));
  std::cout << m.forward({torch::zeros({1, 4})}).toTensor() << "\n";
  c10::Dict<std::string, torch::Tensor> dict;
  dict.insert("x", torch::arange(3));
  std::vector<char> pickled = torch::pickle_save(dict);
  std::cout << torch::pickle_load(pickled).toGenericDict().at("x").toTensor() << "\n";
  std::stringstream stream;
  torch::save(torch::eye(2), stream);
  torch::Tensor back;
  torch::load(back, stream);
  std::cout << back << "\n";
  return 0;
}
