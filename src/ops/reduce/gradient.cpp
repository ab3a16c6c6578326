// torch.gradient: derivatives along dimensions by central differences, one-sided at the edges.
#include "ops/common/copy.h"
#include "ops/elementwise/binary.h"
#include "ops/shape/join.h"
#include "ops/shape/view.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Gradients = std::vector<Tensor>;

Result<Dims> dims_of(const Tensor& self, const std::optional<Dims>& given) {
  Dims dims;
  if (given) {
    for (int64_t dim : *given) dims.push_back(HEDDLE_TRY(wrap_dim(dim, self.dim())));
    for (size_t i = 0; i < dims.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        HEDDLE_REQUIRE(dims[i] != dims[j], "dim ", dims[i], " appears multiple times in the list of dims");
      }
    }
  } else {
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  return dims;
}

Status check(const Tensor& self, const Dims& dims, int64_t edge_order) {
  HEDDLE_REQUIRE(self.dtype() != DType::kUInt8, "torch.gradient does not support uint8 input.");
  HEDDLE_REQUIRE(edge_order == 1 || edge_order == 2, "torch.gradient only supports edge_order=1 and edge_order=2.");
  for (int64_t dim : dims) {
    HEDDLE_REQUIRE(self.dim() > 0 && self.size(dim) >= edge_order + 1,
                   "torch.gradient expected each dimension size to be at least edge_order+1");
  }
  return ok_status();
}

// a x[i] + b x[j] + c x[k], slices of one element along the dimension. Factors are numbers or tensors.
template <class Factor>
Result<Tensor> edge(const Tensor& x, int64_t dim, std::initializer_list<std::pair<int64_t, Factor>> parts) {
  Tensor total;
  for (const auto& [place, factor] : parts) {
    const Tensor part = HEDDLE_TRY(mul(x.narrow(dim, place, 1), factor));
    total = total.defined() ? HEDDLE_TRY(add(total, part)) : part;
  }
  return total;
}

// Evenly spaced samples.
Result<Tensor> along(const Tensor& x, int64_t dim, const Scalar& spacing, int64_t edge_order) {
  const int64_t n = x.size(dim);
  const Tensor inner = HEDDLE_TRY(div(
      HEDDLE_TRY(sub(x.narrow(dim, 2, n - 2 > 0 ? n - 2 : 0), x.narrow(dim, 0, n - 2 > 0 ? n - 2 : 0))), Scalar(2.0)));
  Tensor first;
  Tensor last;
  if (edge_order == 1) {
    first = HEDDLE_TRY(sub(x.narrow(dim, 1, 1), x.narrow(dim, 0, 1)));
    last = HEDDLE_TRY(sub(x.narrow(dim, n - 1, 1), x.narrow(dim, n - 2, 1)));
  } else {
    first = HEDDLE_TRY(edge<Scalar>(x, dim, {{0, -1.5}, {1, 2.0}, {2, -0.5}}));
    last = HEDDLE_TRY(edge<Scalar>(x, dim, {{n - 1, 1.5}, {n - 2, -2.0}, {n - 3, 0.5}}));
  }
  const Tensor joined = HEDDLE_TRY(cat({first, inner, last}, dim));
  return div(joined, spacing);
}

// Samples at places of their own.
Result<Tensor> along_places(const Tensor& x, int64_t dim, const Tensor& places, int64_t edge_order) {
  const int64_t n = x.size(dim);
  HEDDLE_REQUIRE(places.dim() == 1 && places.size(0) == n,
                 "torch.gradient expected each tensor to be one-dimensional, with as "
                 "many elements as there are samples, ",
                 n, ", but got ", to_text(places.sizes()));
  const Tensor steps = HEDDLE_TRY(sub(places.narrow(0, 1, n - 1), places.narrow(0, 0, n - 1)));
  Dims sizes(x.sizes().size(), 1);
  const int64_t inner_count = std::max<int64_t>(n - 2, 0);
  sizes[static_cast<size_t>(dim)] = inner_count;
  const Tensor left = HEDDLE_TRY(reshape(steps.narrow(0, 0, inner_count), sizes));
  const Tensor right = HEDDLE_TRY(reshape(steps.narrow(0, n - 1 - inner_count, inner_count), sizes));
  const Tensor both = HEDDLE_TRY(add(left, right));
  // Weights of a parabola through three neighbours.
  const Tensor a = HEDDLE_TRY(div(HEDDLE_TRY(mul(right, Scalar(-1))), HEDDLE_TRY(mul(left, both))));
  const Tensor b = HEDDLE_TRY(div(HEDDLE_TRY(sub(right, left)), HEDDLE_TRY(mul(left, right))));
  const Tensor c = HEDDLE_TRY(div(left, HEDDLE_TRY(mul(right, both))));
  Tensor inner = HEDDLE_TRY(mul(x.narrow(dim, 0, inner_count), a));
  inner = HEDDLE_TRY(add(inner, HEDDLE_TRY(mul(x.narrow(dim, inner_count ? 1 : 0, inner_count), b))));
  inner = HEDDLE_TRY(add(inner, HEDDLE_TRY(mul(x.narrow(dim, n - inner_count, inner_count), c))));
  Tensor first;
  Tensor last;
  if (edge_order == 1) {
    first = HEDDLE_TRY(div(HEDDLE_TRY(sub(x.narrow(dim, 1, 1), x.narrow(dim, 0, 1))), steps.select(0, 0)));
    last = HEDDLE_TRY(div(HEDDLE_TRY(sub(x.narrow(dim, n - 1, 1), x.narrow(dim, n - 2, 1))), steps.select(0, n - 2)));
  } else {
    // The parabola through the three samples at an edge, with the steps h and k from it.
    const auto parabola = [&](const Tensor& h, const Tensor& k, int64_t at, int64_t next,
                              int64_t sign) -> Result<Tensor> {
      const Tensor sum = HEDDLE_TRY(add(h, k));
      const Tensor twice = HEDDLE_TRY(add(h, sum));
      const Tensor w0 = HEDDLE_TRY(div(HEDDLE_TRY(mul(twice, Scalar(-sign))), HEDDLE_TRY(mul(h, sum))));
      const Tensor w1 = HEDDLE_TRY(div(HEDDLE_TRY(mul(sum, Scalar(sign))), HEDDLE_TRY(mul(h, k))));
      const Tensor w2 = HEDDLE_TRY(div(HEDDLE_TRY(mul(h, Scalar(-sign))), HEDDLE_TRY(mul(k, sum))));
      return edge<Tensor>(x, dim, {{at, w0}, {at + next, w1}, {at + 2 * next, w2}});
    };
    first = HEDDLE_TRY(parabola(steps.select(0, 0), steps.select(0, 1), 0, 1, 1));
    last = HEDDLE_TRY(parabola(steps.select(0, n - 2), steps.select(0, n - 3), n - 1, -1, -1));
  }
  return cat({first, inner, last}, dim);
}

Result<Gradients> even(const Tensor& self, const std::vector<Scalar>& spacing, const std::optional<Dims>& given,
                       int64_t edge_order) {
  const Dims dims = HEDDLE_TRY(dims_of(self, given));
  HEDDLE_TRY(check(self, dims, edge_order));
  HEDDLE_REQUIRE(spacing.size() == 1 || spacing.size() == dims.size(),
                 "torch.gradient expected spacing to be unspecified, a "
                 "scalar, or a list of length ",
                 dims.size(), ", but got a list of length ", spacing.size());
  Gradients result;
  for (size_t i = 0; i < dims.size(); ++i) {
    result.push_back(HEDDLE_TRY(along(self, dims[i], spacing[spacing.size() == 1 ? 0 : i], edge_order)));
  }
  return result;
}
Result<Gradients> uneven(const Tensor& self, const std::vector<Tensor>& places, const std::optional<Dims>& given,
                         int64_t edge_order) {
  const Dims dims = HEDDLE_TRY(dims_of(self, given));
  HEDDLE_TRY(check(self, dims, edge_order));
  HEDDLE_REQUIRE(places.size() == dims.size(), "torch.gradient expected spacing to be a list of ", dims.size(),
                 " tensors, one a dimension, but got ", places.size());
  Gradients result;
  for (size_t i = 0; i < dims.size(); ++i) {
    result.push_back(HEDDLE_TRY(along_places(self, dims[i], places[i], edge_order)));
  }
  return result;
}

std::optional<Dims> one(std::optional<int64_t> dim) { return dim ? std::optional<Dims>(Dims{*dim}) : std::nullopt; }

Result<Gradients> scalar_int(const Tensor& t, std::optional<Scalar> spacing, std::optional<int64_t> dim,
                             int64_t order) {
  return even(t, {spacing.value_or(1)}, one(dim), order);
}
Result<Gradients> scalar_array(const Tensor& t, const Scalar& spacing, const Dims& dims, int64_t order) {
  return even(t, {spacing}, dims, order);
}
Result<Gradients> array(const Tensor& t, const Dims& dims, int64_t order) { return even(t, {Scalar(1)}, dims, order); }
Result<Gradients> scalars_int(const Tensor& t, const std::vector<Scalar>& spacing, std::optional<int64_t> dim,
                              int64_t order) {
  return even(t, spacing, one(dim), order);
}
Result<Gradients> scalars_array(const Tensor& t, const std::vector<Scalar>& spacing, const Dims& dims, int64_t order) {
  return even(t, spacing, dims, order);
}
Result<Gradients> tensors_int(const Tensor& t, const std::vector<Tensor>& places, std::optional<int64_t> dim,
                              int64_t order) {
  return uneven(t, places, one(dim), order);
}
Result<Gradients> tensors_array(const Tensor& t, const std::vector<Tensor>& places, const Dims& dims, int64_t order) {
  return uneven(t, places, dims, order);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(gradient) {
  using namespace heddle::ops;
  const auto add = [&](std::string_view overload, std::string_view arguments, heddle::schema::Kernel kernel) {
    table.add(concat("aten::gradient.", overload, "(Tensor self, *, ", arguments, ", int edge_order=1) -> Tensor[]"),
              kernel);
  };
  add("scalarint", "Scalar? spacing=None, int? dim=None", boxed<&scalar_int>());
  add("scalararray", "Scalar spacing, int[] dim", boxed<&scalar_array>());
  add("array", "int[] dim", boxed<&array>());
  add("scalarrayint", "Scalar[] spacing, int? dim=None", boxed<&scalars_int>());
  add("scalarrayarray", "Scalar[] spacing, int[] dim", boxed<&scalars_array>());
  add("tensorarrayint", "Tensor[] spacing, int? dim=None", boxed<&tensors_int>());
  add("tensorarray", "Tensor[] spacing, int[] dim", boxed<&tensors_array>());
}
