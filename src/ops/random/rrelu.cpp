// Randomised leaky ReLU: a slope of its own for every negative element while training, the mean slope else.
#include "ops/common/copy.h"
#include "ops/common/iterator.h"
#include "ops/elementwise/activation.h"
#include "ops/random/draw.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;

struct Slopes {
  double lower;
  double upper;
};

Result<Slopes> slopes_of(const Scalar& lower, const Scalar& upper) {
  const Slopes slopes{lower.to_double(), upper.to_double()};
  HEDDLE_REQUIRE(slopes.lower <= slopes.upper, "Lower bound should be less than or equal to the upper bound, but got ",
                 slopes.lower, " and ", slopes.upper);
  return slopes;
}

// The slopes drawn are left in `noise`, ones where the input is positive.
Result<Tensor> with_noise(const Tensor& self, const Tensor& noise, Slopes slopes, bool training,
                          GeneratorValue* generator, const Out& out) {
  if (!training) return leaky_relu(self, (slopes.lower + slopes.upper) / 2, out);
  HEDDLE_REQUIRE(noise.sizes() == self.sizes() && noise.dtype() == self.dtype(),
                 "rrelu_with_noise: noise must have the input's shape and dtype, but has ", to_text(noise.sizes()));
  HEDDLE_TRY(fill_uniform(noise, slopes.lower, slopes.upper, generator));
  {
    Iterator it;
    it.output(Out::in_place(noise)).input(noise).input(self);
    HEDDLE_TRY(it.build(Promote::kSame));
    HEDDLE_TRY(it.map_binary<FloatTypes>("rrelu_with_noise_out_cpu",
                                         []<class T>(T slope, T x) { return x > 0 ? T(1) : slope; }));
  }
  Iterator it;
  it.output(out).input(self).input(noise);
  HEDDLE_TRY(it.build(Promote::kSame));
  HEDDLE_TRY(it.map_binary<FloatTypes>("rrelu_with_noise_out_cpu", []<class T>(T x, T slope) { return x * slope; }));
  return it.result();
}

Result<Tensor> rrelu_into(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
                          GeneratorValue* generator, const Out& out) {
  const Slopes slopes = HEDDLE_TRY(slopes_of(lower, upper));
  const Tensor noise = training ? HEDDLE_TRY(Tensor::empty_like(self)) : self;
  return with_noise(self, noise, slopes, training, generator, out);
}
Result<Tensor> rrelu(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training, GeneratorValue* g) {
  return rrelu_into(self, lower, upper, training, g, {});
}
Result<Tensor> rrelu_in_place(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
                              GeneratorValue* g) {
  return rrelu_into(self, lower, upper, training, g, Out::in_place(self));
}
Result<Tensor> rrelu_with_noise(const Tensor& self, const Tensor& noise, const Scalar& lower, const Scalar& upper,
                                bool training, GeneratorValue* g) {
  return with_noise(self, noise, HEDDLE_TRY(slopes_of(lower, upper)), training, g, {});
}
Result<Tensor> rrelu_with_noise_in_place(const Tensor& self, const Tensor& noise, const Scalar& lower,
                                         const Scalar& upper, bool training, GeneratorValue* g) {
  return with_noise(self, noise, HEDDLE_TRY(slopes_of(lower, upper)), training, g, Out::in_place(self));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(rrelu) {
  using namespace heddle::ops;
  using heddle::schema::kRandom;
  constexpr std::string_view kRest =
      "Scalar lower=0.125, Scalar upper=0.33333333333333331, bool training=False, Generator? generator=None) -> Tensor";
  table.add(concat("aten::rrelu(Tensor self, ", kRest), boxed<&rrelu>(), kRandom);
  table.add(concat("aten::rrelu_(Tensor(a!) self, ", kRest, "(a!)"), boxed<&rrelu_in_place>(), kRandom);
  table.add(concat("aten::rrelu_with_noise(Tensor self, Tensor noise, ", kRest), boxed<&rrelu_with_noise>(), kRandom);
  table.add(concat("aten::rrelu_with_noise_(Tensor(a!) self, Tensor noise, ", kRest, "(a!)"),
            boxed<&rrelu_with_noise_in_place>(), kRandom);
}
