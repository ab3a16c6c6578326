// any, all, count_nonzero.
#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/reduce/reduce.h"
#include "ops/reduce/reduce_kernel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

// The number of elements that are not zero; a nan is not.
template <class T>
struct Count {
  using Value = T;
  using Accumulator = int64_t;
  using Result = int64_t;
  static constexpr bool kOrdered = false;
  explicit Count(const void*) {}
  void start(Accumulator& a) const { a = 0; }
  void take(Accumulator& a, Value v, int64_t) const { a += static_cast<ComputeType<T>>(v) != ComputeType<T>(0); }
  void merge(Accumulator& a, const Accumulator& b) const { a += b; }
  Result finish(const Accumulator& a) const { return a; }
};

Result<Tensor> count(const Tensor& t, const Dims& dims, bool keepdim, std::string_view name) {
  const std::vector<bool> reduced = HEDDLE_TRY(reduced_dims(dims, t.dim()));
  const Tensor result = HEDDLE_TRY(Tensor::empty(reduced_sizes(t, reduced, keepdim), DType::kInt64));
  HEDDLE_TRY(dispatch<AllTypes>(t.dtype(), name, [&]<class T>() {
    run_reduction(reduce_kernel<Count<T>>(), nullptr, t, reduced, std::span(&result, 1));
    return ok_status();
  }));
  return result;
}

// any is "some", all is "as many as there are". uint8 keeps its dtype, as PyTorch has it.
template <bool every>
Result<Tensor> truth(const Tensor& t, const Dims& dims, bool keepdim, const Out& out) {
  const DType dtype = t.dtype() == DType::kUInt8 ? DType::kUInt8 : DType::kBool;
  HEDDLE_REQUIRE(!out.given() || out.tensor().dtype() == DType::kBool || out.tensor().dtype() == DType::kUInt8,
                 every ? "all" : "any", " only supports bool tensor for result, got: ",
                 dtype_name(out.given() ? out.tensor().dtype() : dtype));
  const Tensor counts = HEDDLE_TRY(count(t, dims, keepdim, every ? "all" : "any"));
  const int64_t fall_together = counts.numel() ? t.numel() / counts.numel() : 0;
  const Tensor result = HEDDLE_TRY(Tensor::empty(counts.sizes(), dtype));
  for (int64_t i = 0; i < counts.numel(); ++i) {
    const int64_t n = counts.data<int64_t>()[i];
    result.data<uint8_t>()[i] = every ? n == fall_together : n > 0;
  }
  if (out.given()) return out.deliver_as(result, dtype);
  return result;
}
template <bool every>
Result<Tensor> truth_of_all(const Tensor& t, const Out& out) {
  return truth<every>(t, {}, false, out);
}
template <bool every>
Result<Tensor> truth_along(const Tensor& t, int64_t dim, bool keepdim, const Out& out) {
  return truth<every>(t, Dims{dim}, keepdim, out);
}
// No dimensions given: all of them; an empty list: none, so only the dtype changes.
template <bool every>
Result<Tensor> truth_along_dims(const Tensor& t, std::optional<Dims> dims, bool keepdim, const Out& out) {
  if (dims && dims->empty()) return out.deliver_as(HEDDLE_TRY(to_dtype(t, DType::kBool)), DType::kBool);
  return truth<every>(t, dims.value_or(Dims()), keepdim, out);
}
Result<Tensor> count_dim(const Tensor& t, std::optional<int64_t> dim) {
  return count(t, dim ? Dims{*dim} : Dims(), false, "count_nonzero");
}
Result<Tensor> count_dims(const Tensor& t, const Dims& dims) { return count(t, dims, false, "count_nonzero"); }

template <bool every>
void add_truth(schema::TableBuilder& table, const std::string& name) {
  add_forms<&truth_of_all<every>>(table, concat("aten::", name, "(Tensor self) -> Tensor"), {.out = name + ".all_out"});
  add_forms<&truth_along<every>>(table,
                                 concat("aten::", name, ".dim(Tensor self, int dim, bool keepdim=False) -> Tensor"),
                                 {.out = name + ".out"});
  add_forms<&truth_along_dims<every>>(
      table, concat("aten::", name, ".dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor"),
      {.out = name + ".dims_out"});
}

}  // namespace

Result<Tensor> any(const Tensor& t) { return truth<false>(t, {}, false, {}); }
Result<Tensor> all(const Tensor& t) { return truth<true>(t, {}, false, {}); }

}  // namespace heddle::ops

HEDDLE_OPERATORS(truth) {
  using namespace heddle::ops;
  add_truth<false>(table, "any");
  add_truth<true>(table, "all");
  table.add("aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", boxed<&count_dim>());
  table.add("aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", boxed<&count_dims>());
  table.derive("aten::count_nonzero.out(Tensor self, int? dim=None, *, Tensor(a!) out) -> Tensor(a!)");
  table.derive("aten::count_nonzero.dim_IntList_out(Tensor self, int[] dim, *, Tensor(a!) out) -> Tensor(a!)");
}
