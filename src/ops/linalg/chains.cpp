// Products of more than two factors: chains of matrices, bilinear forms.
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/out.h"
#include "ops/common/with_out.h"
#include "ops/linalg/einsum.h"
#include "ops/linalg/mm.h"
#include "ops/linalg/outer.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

// Where to cut each stretch of a chain so that the whole takes the fewest multiplications.
class Parentheses {
 public:
  // dims: rows of the first matrix, then columns of each.
  explicit Parentheses(const std::vector<int64_t>& dims) : count_(dims.size() - 1), cuts_(count_ * count_, 0) {
    std::vector<double> cost(count_ * count_, 0);
    for (size_t length = 2; length <= count_; ++length) {
      for (size_t first = 0; first + length <= count_; ++first) {
        const size_t last = first + length - 1;
        double best = std::numeric_limits<double>::infinity();
        for (size_t cut = first; cut < last; ++cut) {
          const double here = cost[first * count_ + cut] + cost[(cut + 1) * count_ + last] +
                              static_cast<double>(dims[first]) * static_cast<double>(dims[cut + 1]) *
                                  static_cast<double>(dims[last + 1]);
          if (here < best) {
            best = here;
            cuts_[first * count_ + last] = cut;
          }
        }
        cost[first * count_ + last] = best;
      }
    }
  }
  size_t cut(size_t first, size_t last) const { return cuts_[first * count_ + last]; }

 private:
  size_t count_;
  std::vector<size_t> cuts_;
};

Result<Tensor> multiply_stretch(const std::vector<Tensor>& matrices, const Parentheses& order, size_t first,
                                size_t last) {
  if (first == last) return matrices[first];
  const size_t cut = order.cut(first, last);
  const Tensor left = HEDDLE_TRY(multiply_stretch(matrices, order, first, cut));
  const Tensor right = HEDDLE_TRY(multiply_stretch(matrices, order, cut + 1, last));
  return mm(left, right);
}

Result<Tensor> multiply_chain(const std::vector<Tensor>& matrices) {
  std::vector<int64_t> dims = {matrices[0].size(0)};
  for (const Tensor& m : matrices) dims.push_back(m.size(1));
  return multiply_stretch(matrices, Parentheses(dims), 0, matrices.size() - 1);
}

// The first and the last factor may be vectors.
Result<Tensor> multi_dot(const std::vector<Tensor>& tensors) {
  HEDDLE_REQUIRE(tensors.size() >= 2, "multi_dot(): expected at least 2 tensors but got ", tensors.size());
  std::vector<Tensor> matrices = tensors;
  const bool row = tensors.front().dim() == 1;
  const bool column = tensors.back().dim() == 1;
  if (row) matrices.front() = matrices.front().unsqueeze(0);
  if (column) matrices.back() = matrices.back().unsqueeze(1);
  for (size_t i = 0; i < matrices.size(); ++i) {
    HEDDLE_REQUIRE(matrices[i].dim() == 2, "multi_dot(): tensor ", i, " must be 2D but got ", tensors[i].dim(), "D");
    HEDDLE_REQUIRE(matrices[i].dtype() == matrices[0].dtype(),
                   "multi_dot(): all tensors must have be the same dtype but tensor 0 is ",
                   dtype_name(matrices[0].dtype()), " and tensor ", i, " ", dtype_name(matrices[i].dtype()));
    HEDDLE_REQUIRE(i == 0 || matrices[i - 1].size(1) == matrices[i].size(0), "multi_dot(): tensors ",
                   i == 0 ? 0 : i - 1, " and ", i, " with shapes ", to_text(matrices[i == 0 ? 0 : i - 1].sizes()),
                   " and ", to_text(matrices[i].sizes()), " cannot be multiplied");
  }
  const Tensor product = HEDDLE_TRY(multiply_chain(matrices));
  Dims sizes;
  if (!row) sizes.push_back(product.size(0));
  if (!column) sizes.push_back(product.size(1));
  return product.view_contiguous(sizes);
}

Result<Tensor> chain_matmul(const std::vector<Tensor>& matrices) {
  HEDDLE_REQUIRE(!matrices.empty(), "chain_matmul(): Expected one or more matrices");
  for (const Tensor& m : matrices) {
    HEDDLE_REQUIRE(m.dim() == 2, "chain_matmul(): Tensor dimension is ", m.dim(),
                   ", expected 2 instead. (in chain_matmul)");
  }
  return matrices.size() > 1 ? multi_dot(matrices) : clone(matrices[0]);
}

// input1 [..., a], input2 [..., b], weight [out, a, b]: for each output a bilinear form of the two inputs.
Result<Tensor> bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                        const std::optional<Tensor>& bias) {
  HEDDLE_REQUIRE(input1.dim() == input2.dim() && input1.dim() >= 1, "bilinear(): input dimensions do not match: got ",
                 input1.dim(), " and ", input2.dim());
  HEDDLE_REQUIRE(weight.dim() == 3, "bilinear(): weight must have three dimensions, but has size ",
                 to_text(weight.sizes()));
  for (int64_t i = 0; i < input1.dim() - 1; ++i) {
    HEDDLE_REQUIRE(input1.size(i) == input2.size(i), "bilinear(): input batch dimensions do not match at dim ", i,
                   ": got ", input1.size(i), " and ", input2.size(i));
  }
  HEDDLE_REQUIRE(input1.sizes().back() == weight.size(1), "bilinear(): input1 size does not match weight size: got ",
                 input1.sizes().back(), " but expected ", weight.size(1));
  HEDDLE_REQUIRE(input2.sizes().back() == weight.size(2), "bilinear(): input2 size does not match weight size: got ",
                 input2.sizes().back(), " but expected ", weight.size(2));
  HEDDLE_REQUIRE(!bias || (bias->dim() == 1 && bias->size(0) == weight.size(0)),
                 "bilinear(): bias size does not match weight size: got ", bias ? to_text(bias->sizes()) : "",
                 " but expected ", weight.size(0));
  const DType dtype = input1.dtype();
  const bool one_dtype = input2.dtype() == dtype && weight.dtype() == dtype && (!bias || bias->dtype() == dtype);
  if (const DType wide = compute_dtype(dtype); wide != dtype && one_dtype) {
    // Rounded once, at the end.
    const std::optional<Tensor> wide_bias = bias ? std::optional(HEDDLE_TRY(to_dtype(*bias, wide))) : std::nullopt;
    return to_dtype(HEDDLE_TRY(bilinear(HEDDLE_TRY(to_dtype(input1, wide)), HEDDLE_TRY(to_dtype(input2, wide)),
                                        HEDDLE_TRY(to_dtype(weight, wide)), wide_bias)),
                    dtype);
  }
  // a and b are the inputs' widths, o the outputs; a trailing ellipsis keeps whatever precedes them.
  const Tensor product = HEDDLE_TRY(einsum("...a,oab,...b->...o", {input1, weight, input2}));
  Tensor result = HEDDLE_TRY(clone(product, MemoryFormat::kContiguous));
  if (bias) {
    const Dims flat = {result.numel() / std::max<int64_t>(weight.size(0), 1), weight.size(0)};
    const Tensor rows = result.view_contiguous(flat);
    const Tensor ones = HEDDLE_TRY(full(Dims{flat[0], 1}, 1, result.dtype()));
    HEDDLE_TRY(addmm(rows, ones, bias->unsqueeze(0), 1, 1, Out::in_place(rows)));
  }
  return result;
}

// The product of three tensors, each with new dimensions at its `expand`, summed over `sumdim`.
Result<Tensor> trilinear(const Tensor& i1, const Tensor& i2, const Tensor& i3, const Dims& expand1, const Dims& expand2,
                         const Dims& expand3, const Dims& sumdim, int64_t unroll_dim) {
  const int64_t rank = i1.dim() + static_cast<int64_t>(expand1.size());
  HEDDLE_REQUIRE(rank > 0 && rank <= 26, "_trilinear: expected at most 26 dimensions, but got ", rank);
  HEDDLE_REQUIRE(unroll_dim >= 0 && unroll_dim < rank, "_trilinear: unroll_dim must be in [0, ", rank - 1, "]");
  std::vector<Tensor> operands;
  const std::array<std::pair<const Tensor*, const Dims*>, 3> given{{{&i1, &expand1}, {&i2, &expand2}, {&i3, &expand3}}};
  for (const auto& [t, expand] : given) {
    HEDDLE_REQUIRE(t->dim() + static_cast<int64_t>(expand->size()) == rank,
                   "_trilinear: the inputs have different numbers of dimensions after they are expanded");
    Dims ordered = *expand;
    for (int64_t& d : ordered) d = HEDDLE_TRY(wrap_dim(d, rank));
    std::sort(ordered.begin(), ordered.end());
    Tensor operand = *t;
    for (int64_t d : ordered) {
      HEDDLE_REQUIRE(d <= operand.dim(), "_trilinear: a dimension is expanded twice");
      operand = operand.unsqueeze(d);
    }
    operands.push_back(operand);
  }
  std::string letters, kept;
  for (int64_t i = 0; i < rank; ++i) letters += static_cast<char>('a' + i);
  std::string summed;
  for (int64_t d : sumdim) summed += letters[static_cast<size_t>(HEDDLE_TRY(wrap_dim(d, rank)))];
  for (char letter : letters) {
    if (summed.find(letter) == std::string::npos) kept += letter;
  }
  return einsum(concat(letters, ",", letters, ",", letters, "->", kept), operands);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(chains) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  table.add("aten::linalg_multi_dot(Tensor[] tensors) -> Tensor", boxed<&multi_dot>());
  table.derive("aten::linalg_multi_dot.out(Tensor[] tensors, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::chain_matmul(Tensor(a)[] matrices) -> Tensor(a)", boxed<&chain_matmul>());
  table.derive("aten::chain_matmul.out(Tensor[] matrices, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor",
            boxed<&bilinear>());
  add_with_out(table,
               "aten::_trilinear(Tensor i1, Tensor i2, Tensor i3, int[] expand1, int[] expand2, int[] expand3, int[] "
               "sumdim, int unroll_dim=1) -> Tensor",
               boxed<&trilinear>(), "_trilinear.out");
}
