// A class of the program's own that the archive's code makes, keeps and calls: torch::class_ with all it defines.
#include <torch/custom_class.h>
#include <torch/script.h>

#include <iostream>

struct Shelf : torch::CustomClassHolder {
  Shelf(int64_t room, std::string label) : room_(room), label_(std::move(label)) {}
  void put(torch::Tensor x) {
    TORCH_CHECK(static_cast<int64_t>(things_.size()) < room_, "the shelf ", label_, " is full");
    things_.push_back(std::move(x));
  }
  torch::Tensor sum(double scale) const {
    torch::Tensor all = torch::zeros_like(things_.at(0));
    for (const torch::Tensor& x : things_) all += x;
    return all * scale;
  }
  int64_t size() const { return static_cast<int64_t>(things_.size()); }
  std::tuple<std::string, int64_t> about() const { return {label_, room_}; }

  int64_t room_;
  std::string label_;
  std::vector<torch::Tensor> things_;
};

static c10::intrusive_ptr<Shelf> merge(const c10::intrusive_ptr<Shelf>& a, const c10::intrusive_ptr<Shelf>& b) {
  auto both = c10::make_intrusive<Shelf>(a->room_ + b->room_, a->label_ + "+" + b->label_);
  for (const auto& shelf : {a, b})
    for (const torch::Tensor& x : shelf->things_) both->put(x);
  return both;
}

using State = std::tuple<int64_t, std::string, std::vector<torch::Tensor>>;

TORCH_LIBRARY(store, m) {
  m.class_<Shelf>("Shelf")
      .def(torch::init<int64_t, std::string>())
      .def("put", &Shelf::put)
      .def("sum", &Shelf::sum, "", {torch::arg("scale") = 1.0})
      .def("size", &Shelf::size)
      .def("about", &Shelf::about)
      .def("first",
           [](const c10::intrusive_ptr<Shelf>& self, c10::optional<int64_t> n) {
             return std::vector<torch::Tensor>(self->things_.begin(), self->things_.begin() + n.value_or(1));
           })
      .def_static("standard", []() { return c10::make_intrusive<Shelf>(8, "standard"); })
      .def_property("room", [](const c10::intrusive_ptr<Shelf>& self) { return self->room_; })
      .def_readwrite("label", &Shelf::label_)
      .def_pickle(
          [](const c10::intrusive_ptr<Shelf>& self) -> State {
            return {self->room_, self->label_, self->things_};
          },
          [](State state) {
            auto shelf = c10::make_intrusive<Shelf>(std::get<0>(state), std::get<1>(state));
            shelf->things_ = std::get<2>(state);
            return shelf;
          });
  m.def(
      "merge(__torch__.torch.classes.store.Shelf a, __torch__.torch.classes.store.Shelf b) -> "
      "__torch__.torch.classes.store.Shelf",
      &merge);
  m.def("weigh", [](const c10::intrusive_ptr<Shelf>& shelf) { return shelf->sum(1.).sum(); });
}

struct Unknown : torch::CustomClassHolder {};

int main(int, char** argv) {
  torch::jit::Module module = torch::jit::load(argv[3]);
  auto kept = module.attr("shelf").toCustomClass<Shelf>();
  std::cout << kept->label_ << " " << kept->room_ << " " << kept->size() << "\n";
  for (int i = 0; i < 2; ++i) {
    auto answer = module.forward({torch::full({2}, i + 1)}).toTuple();
    std::cout << answer->elements()[0] << "\n" << answer->elements()[1] << " " << answer->elements()[2] << "\n";
    auto both = answer->elements()[3].toCustomClass<Shelf>();
    std::cout << both->label_ << " " << both->room_ << " " << both->size() << " " << kept->size() << "\n";
  }
  auto own = c10::make_intrusive<Shelf>(1, "own");
  c10::IValue boxed(own);
  std::cout << boxed.isCustomClass() << (boxed.toCustomClass<Shelf>() == own) << "\n";
  module.setattr("shelf", boxed);
  std::cout << module.run_method("put_one", torch::ones({2})) << own->size() << "\n";
  std::cout << module.run_method("weigh", boxed) << "\n";
  std::cout << module.run_method("made").toCustomClass<Shelf>()->label_ << "\n";
  auto copy = module.deepcopy().attr("shelf").toCustomClass<Shelf>();
  std::cout << copy->label_ << copy->size() << (copy == own) << "\n";
  std::stringstream stream;
  module.save(stream);
  auto saved = torch::jit::load(stream).attr("shelf").toCustomClass<Shelf>();
  std::cout << saved->label_ << saved->size() << saved->things_[0].sizes() << "\n";
  auto refused = [](const char* what, auto&& f) {
    try {
      f();
      std::cout << what << " passed\n";
    } catch (const std::exception&) {
      std::cout << what << " refused\n";
    }
  };
  refused("full", [&] { module.run_method("put_one", torch::ones({2})); });
  refused("number", [&] { c10::IValue(1).toCustomClass<Shelf>(); });
  refused("unknown", [&] { c10::IValue(c10::make_intrusive<Unknown>()); });
  return 0;
}
