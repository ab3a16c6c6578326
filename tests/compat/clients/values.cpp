// IValues: what they are, how they convert, how they print.
#include <torch/script.h>

int main() {
  using torch::jit::IValue;
  std::vector<IValue> all{IValue(),
                          IValue(true),
                          IValue(3),
                          IValue(int64_t(-4)),
                          IValue(2.5),
                          IValue("text"),
                          IValue(std::string("more")),
                          IValue(torch::ones({2})),
                          IValue(std::vector<int64_t>{1, 2}),
                          IValue(std::vector<double>{1.5, 2}),
                          IValue(std::vector<torch::Tensor>{torch::zeros({1})}),
                          IValue(c10::ivalue::Tuple::create({IValue(1), IValue("two")})),
                          IValue(torch::Device("cpu"))};
  for (const IValue& v : all) {
    std::cout << v.tagKind() << " " << v << " " << v.isNone() << v.isBool() << v.isInt() << v.isDouble() << v.isString()
              << v.isTensor() << v.isList() << v.isIntList() << v.isDoubleList() << v.isTensorList() << v.isTuple()
              << v.isScalar() << v.isDevice() << " " << v.type()->str() << "\n";
  }
  try {
    all[2].toTensor();
  } catch (const c10::Error& e) {
    std::cout << "c10::Error\n";
  }
  auto tuple = all[11].toTuple();
  const auto& elements = tuple->elements();
  std::cout << elements.size() << " " << elements[0].toInt() << " " << elements[1].toStringRef() << "\n";
  c10::Dict<std::string, torch::Tensor> dict;
  dict.insert("a", torch::ones({1}));
  dict.insert_or_assign("b", torch::zeros({1}));
  for (const auto& entry : dict) std::cout << entry.key() << "=" << entry.value().item<float>() << "\n";
  std::cout << dict.contains("a") << dict.contains("c") << dict.at("a").item<float>() << dict.size() << "\n";
  c10::impl::GenericDict generic = IValue(dict).toGenericDict();
  for (auto& entry : generic) std::cout << entry.key().toStringRef() << entry.value().toTensor().numel() << "\n";
  c10::List<int64_t> list({3, 4});
  list.push_back(5);
  list[0] = 9;
  int64_t sum = 0;
  for (int64_t v : list) sum += v;
  std::cout << sum << " " << list.get(0) << " " << list.size() << " " << list.vec().size() << "\n";
  c10::List<IValue> values = IValue(list).toList();
  std::cout << values.get(1).toInt() << " " << IValue(list).toListRef()[2].toInt() << "\n";
  std::cout << IValue(7).to<int64_t>() << " " << IValue(std::vector<int64_t>{1, 2}).to<std::vector<int64_t>>().size()
            << " " << IValue(1.5).toScalar().to<float>() << "\n";
  std::tuple<int64_t, double> pair = IValue(std::make_tuple(int64_t(1), 2.5)).to<std::tuple<int64_t, double>>();
  std::cout << std::get<1>(pair) << " " << IValue(c10::optional<int64_t>()).isNone() << "\n";
  return 0;
}
