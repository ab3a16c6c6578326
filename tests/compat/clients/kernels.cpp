// A custom operator's kernel as extensions write it: checked arguments, AT_DISPATCH over dtypes, parallel_for, logging.
#include <torch/script.h>

#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <ATen/TensorUtils.h>
#include <c10/util/Logging.h>
#include <torch/csrc/autograd/custom_function.h>

static torch::Tensor scaled(const torch::Tensor& x_, double by) {
  const at::TensorArg x{x_, "x", 1};
  at::checkDim("scaled", x, 2);
  at::checkContiguous("scaled", x);
  torch::Tensor out = torch::empty_like(x_);
  AT_DISPATCH_ALL_TYPES_AND2(at::kHalf, at::kBFloat16, x_.scalar_type(), "scaled", [&] {
    const scalar_t* from = x_.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    at::parallel_for(0, x_.numel(), 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = static_cast<scalar_t>(static_cast<double>(from[i]) * by);
    });
  });
  return out;
}

// An operator with a derivative of its own.
class Twice : public torch::autograd::Function<Twice> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor x, int64_t more) {
    ctx->save_for_backward({x});
    ctx->saved_data["more"] = more;
    ctx->saved_data["sizes"] = x.sizes();
    ctx->mark_non_differentiable({x});
    return x * 2 + more;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    return {grads[0] * 2 + ctx->saved_data["more"].toInt() + ctx->get_saved_variables()[0], torch::Tensor()};
  }
};

template <class F>
static void fails(F f) {
  try {
    f();
    std::cout << "passed\n";
  } catch (const c10::Error& e) {
    std::cout << e.what_without_backtrace() << "\n";
  }
}

static std::string named(at::ScalarType type) {
  return AT_DISPATCH_FLOATING_TYPES_AND_HALF(type, "named", [&]() -> std::string {
    return std::to_string(sizeof(scalar_t)) + (std::is_same<scalar_t, float>::value ? " float" : " other");
  });
}

int main() {
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kInt, at::kLong, at::kByte})
    std::cout << scaled(torch::arange(6).to(type).reshape({2, 3}), 2.5) << "\n";
  fails([] { scaled(torch::ones({2, 2}, at::kBool), 1); });
  fails([] { scaled(torch::ones(3), 1); });
  fails([] { scaled(torch::ones({3, 2}).t(), 1); });
  std::cout << named(at::kFloat) << ", " << named(at::kDouble) << ", " << named(at::kHalf) << "\n";
  fails([] { named(at::kInt); });
  AT_DISPATCH_INTEGRAL_TYPES(at::kShort, "integral", [] { std::cout << sizeof(scalar_t) << "\n"; });
  AT_DISPATCH_COMPLEX_TYPES(at::kComplexFloat, "complex", [] { std::cout << sizeof(scalar_t) << "\n"; });
  AT_DISPATCH_INDEX_TYPES(at::kInt, "index", [] { std::cout << sizeof(index_t) << "\n"; });
  AT_DISPATCH_SWITCH(at::kChar, "own",
                     AT_DISPATCH_CASE(at::kChar, [] { std::cout << "char " << sizeof(scalar_t) << "\n"; }));

  const torch::Tensor a = torch::ones({2, 3}), b = torch::ones({2, 3}, at::kDouble);
  const at::TensorArg first{a, "a", 1}, second{b, "b", 2};
  fails([&] { at::checkSize("f", first, {2, 4}); });
  fails([&] { at::checkSize("f", first, 1, 4); });
  fails([&] { at::checkScalarType("f", second, at::kFloat); });
  fails([&] { at::checkSameType("f", first, second); });
  fails([&] { at::checkSameSize("f", first, second); });
  fails([&] { at::checkNumel("f", first, 7); });
  fails([&] { at::checkAllSameType("f", {first, second}); });

  // As extensions of PyTorch 1.0 to 1.4 ask for types.
  std::cout << b.type() << " " << b.type().is_cuda() << " " << (b.type() == a.type()) << b.type().scalarType() << "\n";
  AT_DISPATCH_FLOATING_TYPES(b.type(), "old", [] { std::cout << sizeof(scalar_t) << "\n"; });
  const at::Half half(1.5f);
  const at::BFloat16 brain(2.5f);
  float sum = 1;
  sum += half;
  std::cout << half * 2.25 << " " << 3 / half << " " << half + 1 << " " << brain - 0.5f << " " << sum << " "
            << sizeof(half * 1.0) << sizeof(half * 1.f) << sizeof(half * 1) << "\n";

  std::cout << Twice::apply(a, 3) << "\n";
  std::cout << sizeof(at::opmath_type<at::Half>) << sizeof(at::opmath_type<double>) << "\n";
  CHECK_EQ(a.dim(), 2) << "never said";

  CHECK(a.defined()) << "never said";
  TORCH_CHECK_EQ(a.dim(), 2);
  LOG_IF(INFO, false) << "nothing";
  VLOG(3) << "nothing";
  std::cout << std::vector<int>{1, 2, 3} << " " << std::map<int, std::string>{{1, "one"}} << " " << std::set<int>{4, 5}
            << "\n";
  return 0;
}
