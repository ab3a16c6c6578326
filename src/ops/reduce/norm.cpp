// Norms of vectors and of everything: norm, linalg_vector_norm, frobenius_norm, dist; logsumexp and nanmean.
#include <cmath>

#include "ops/backend/fold.h"
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/iterator.h"
#include "ops/common/promotion.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/unary.h"
#include "ops/reduce/reduce.h"
#include "ops/reduce/reduce_kernel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

template <class T>
double magnitude(T x) {
  if constexpr (is_complex_type<T>) {
    return std::abs(Complex128(x.real(), x.imag()));
  } else {
    return std::fabs(static_cast<double>(x));
  }
}

// The p-th powers of magnitudes add up in double; the extremes for infinite p. Context: p.
enum class Power { kZero, kOne, kTwo, kThree, kAny, kMax, kMin };
template <class T, Power power>
struct Norm {
  using Value = T;
  using Accumulator = double;
  using Result = decltype([] {
    if constexpr (is_complex_type<T>) {
      return typename T::value_type();
    } else {
      return T();
    }
  }());
  static constexpr bool kOrdered = false;
  explicit Norm(const void* context) : p(*static_cast<const double*>(context)) {}
  void start(Accumulator& a) const { a = power == Power::kMin ? std::numeric_limits<double>::infinity() : 0; }
  static double larger(double a, double b) { return b > a || b != b ? b : a; }
  static double smaller(double a, double b) { return b < a || b != b ? b : a; }
  void take(Accumulator& a, Value v, int64_t) const {
    const double x = magnitude(v);
    switch (power) {
      case Power::kZero:
        a += x != 0;
        break;
      case Power::kOne:
        a += x;
        break;
      case Power::kTwo:
        a += x * x;
        break;
      case Power::kThree:
        a += x * x * x;
        break;
      case Power::kAny:
        a += std::pow(x, p);
        break;
      case Power::kMax:
        a = larger(a, x);
        break;
      case Power::kMin:
        a = smaller(a, x);
        break;
    }
  }
  void merge(Accumulator& a, const Accumulator& b) const {
    switch (power) {
      case Power::kMax:
        a = larger(a, b);
        break;
      case Power::kMin:
        a = smaller(a, b);
        break;
      default:
        a += b;
    }
  }
  Result finish(const Accumulator& a) const {
    if (power == Power::kTwo) return cast_element<Result>(std::sqrt(a));
    if (power == Power::kThree || power == Power::kAny) return cast_element<Result>(std::pow(a, 1 / p));
    return cast_element<Result>(a);
  }
  double p;
};

// Adjacent float32, the frequent case.
void take_squares_of_floats(const void* context, char* accumulator, const char* data, int64_t stride, int64_t n,
                            int64_t position) {
  if (stride != sizeof(float)) {
    detail::ReduceFunctions<Norm<float, Power::kTwo>>::take_row(context, accumulator, data, stride, n, position);
    return;
  }
  *reinterpret_cast<double*>(accumulator) += backend::squares_row(reinterpret_cast<const float*>(data), n);
}

template <class T>
ReduceKernel norm_kernel(double p) {
  if (p == 0) return reduce_kernel<Norm<T, Power::kZero>>();
  if (p == 1) return reduce_kernel<Norm<T, Power::kOne>>();
  if (p == 2) {
    ReduceKernel kernel = reduce_kernel<Norm<T, Power::kTwo>>();
    if constexpr (std::is_same_v<T, float>) kernel.take_row = &take_squares_of_floats;
    return kernel;
  }
  if (p == 3) return reduce_kernel<Norm<T, Power::kThree>>();
  if (std::isinf(p)) return p > 0 ? reduce_kernel<Norm<T, Power::kMax>>() : reduce_kernel<Norm<T, Power::kMin>>();
  return reduce_kernel<Norm<T, Power::kAny>>();
}

using OptionalDims = std::optional<Dims>;
using OptionalDType = std::optional<DType>;

Result<Tensor> vector_norm_kernel(const Tensor& t, const Scalar& p, const OptionalDims& dims, bool keepdim,
                                  OptionalDType dtype, const Out& out) {
  return out.deliver(HEDDLE_TRY(vector_norm(t, p, dims.value_or(Dims()), keepdim, dtype)));
}
Result<Tensor> norm_all(const Tensor& t, const Scalar& p) { return vector_norm(t, p); }
Result<Tensor> norm_all_dtype(const Tensor& t, std::optional<Scalar> p, DType dtype) {
  return vector_norm(t, p.value_or(2), {}, false, dtype);
}
Result<Tensor> norm_dims(const Tensor& t, std::optional<Scalar> p, const Dims& dims, bool keepdim, const Out& out) {
  return out.deliver(HEDDLE_TRY(vector_norm(t, p.value_or(2), dims, keepdim)));
}
Result<Tensor> norm_dims_dtype(const Tensor& t, std::optional<Scalar> p, const Dims& dims, bool keepdim, DType dtype) {
  return vector_norm(t, p.value_or(2), dims, keepdim, dtype);
}
Result<Tensor> frobenius_norm(const Tensor& t) { return vector_norm(t, 2); }
Result<Tensor> frobenius_norm_dims(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  HEDDLE_REQUIRE(dims.size() <= 2, "Expected at most 2 dimensions, but got ", dims.size(), " dimensions instead.");
  return out.deliver(HEDDLE_TRY(vector_norm(t, 2, dims, keepdim)));
}
Result<Tensor> dist(const Tensor& a, const Tensor& b, const Scalar& p) { return vector_norm(HEDDLE_TRY(sub(a, b)), p); }
Result<Tensor> logsumexp_kernel(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  return out.deliver(HEDDLE_TRY(logsumexp(t, dims, keepdim)));
}

}  // namespace

Result<Tensor> vector_norm(const Tensor& t, const Scalar& p, const Dims& dims, bool keepdim, OptionalDType dtype) {
  HEDDLE_REQUIRE(is_floating(t.dtype()) || is_complex(t.dtype()),
                 "linalg.vector_norm: Expected a floating point or complex tensor as input. Got ",
                 dtype_name(t.dtype()));
  HEDDLE_REQUIRE(!p.is_complex(), "linalg.vector_norm: Expected a non-complex scalar as the order of norm.");
  const double order = p.to_double();
  const Tensor source = HEDDLE_TRY(to_dtype(t, dtype.value_or(t.dtype())));
  const std::vector<bool> reduced = HEDDLE_TRY(reduced_dims(dims, t.dim()));
  const Dims sizes = reduced_sizes(t, reduced, keepdim);
  for (size_t d = 0; d < reduced.size(); ++d) {
    HEDDLE_REQUIRE(!reduced[d] || t.sizes()[d] != 0 || (order >= 0 && !std::isinf(order)),
                   "linalg.vector_norm cannot compute "
                   "the ",
                   order, " norm on an empty tensor because the operation does not have an identity");
  }
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, real_dtype(source.dtype())));
  HEDDLE_TRY(dispatch<Join<AllFloatTypes, ComplexTypes>>(source.dtype(), "linalg_vector_norm", [&]<class T>() {
    run_reduction(norm_kernel<T>(order), &order, source, reduced, std::span(&result, 1));
    return ok_status();
  }));
  return result;
}

Result<Tensor> logsumexp(const Tensor& t, const Dims& dims, bool keepdim) {
  const Tensor source = HEDDLE_TRY(to_dtype(t, float_dtype(t.dtype())));
  if (source.numel() == 0) return log(HEDDLE_TRY(sum(HEDDLE_TRY(exp(source)), dims, keepdim)));
  const Tensor highest = HEDDLE_TRY(amax(source, dims, true));
  // An infinite maximum is left out of the difference, which would be nan.
  Iterator it;
  it.output({}).input(highest);
  HEDDLE_TRY(it.build(Promote::kCommon));
  HEDDLE_TRY(it.map_unary<FloatTypes>("logsumexp", []<class T>(T x) { return std::isinf(x) ? T(0) : x; }));
  const Tensor shift = it.result();
  const Tensor difference = HEDDLE_TRY(sub(source, shift));
  const Tensor total = HEDDLE_TRY(sum(HEDDLE_TRY(exp(difference, Out::in_place(difference))), dims, keepdim));
  const Tensor logarithm = HEDDLE_TRY(log(total, Out::in_place(total)));
  return add(logarithm, shift.view_contiguous(logarithm.sizes()), 1, Out::in_place(logarithm));
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(norms) {
  using namespace heddle::ops;
  add_forms<&vector_norm_kernel>(table,
                                 "aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool "
                                 "keepdim=False, *, ScalarType? dtype=None) -> Tensor",
                                 {.out = "linalg_vector_norm.out"});
  table.add("aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", boxed<&norm_all>());
  table.add("aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor",
            boxed<&norm_all_dtype>());
  add_forms<&norm_dims>(table,
                        "aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor",
                        {.out = "norm.out"});
  table.add(
      "aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor",
      boxed<&norm_dims_dtype>());
  table.add("aten::frobenius_norm(Tensor self) -> Tensor", boxed<&frobenius_norm>());
  add_forms<&frobenius_norm_dims>(table,
                                  "aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
                                  {.out = "frobenius_norm.out"});
  table.add("aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", boxed<&dist>());
  table.derive("aten::dist.out(Tensor self, Tensor other, Scalar p=2, *, Tensor(a!) out) -> Tensor(a!)");
  for (const std::string name : {"logsumexp", "special_logsumexp"}) {
    add_forms<&logsumexp_kernel>(table,
                                 concat("aten::", name, "(Tensor self, int[1] dim, bool keepdim=False) -> Tensor"),
                                 {.out = name + ".out"});
  }
}
