// The unique family, bincount and histc.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "ops/common/out.h"
#include "ops/order/lines.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Triple = std::tuple<Tensor, Tensor, Tensor>;

// Rows, flattened each, grouped where equal: after sorting, or only where they are neighbours.
struct Groups {
  std::vector<int64_t> first;    // a row of each group
  std::vector<int64_t> count;    // how many rows it has
  std::vector<int64_t> inverse;  // the group of each row
};

template <class T>
Groups group_rows(const T* rows, int64_t count, int64_t width, bool sort) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  if (sort) {
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return std::lexicographical_compare(rows + a * width, rows + (a + 1) * width, rows + b * width,
                                          rows + (b + 1) * width, &orders_before<T>);
    });
  }
  Groups groups;
  groups.inverse.resize(static_cast<size_t>(count));
  for (size_t i = 0; i < order.size(); ++i) {
    const T* row = rows + order[i] * width;
    if (i == 0 || !std::equal(row, row + width, rows + order[i - 1] * width)) {
      groups.first.push_back(order[i]);
      groups.count.push_back(0);
    }
    ++groups.count.back();
    groups.inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(groups.first.size()) - 1;
  }
  return groups;
}

// The order of an unsorted unique is that of the standard library's hash table in PyTorch, and so it is here. Bfloat16
// numbers, which are float32 here, are hashed by their own bits.
struct HashOfElement {
  bool is_bfloat16;
  template <class T>
  size_t operator()(T value) const {
    if constexpr (std::is_same_v<T, float>) {
      if (is_bfloat16) return std::bit_cast<uint32_t>(value) >> 16;
    }
    return std::hash<T>()(value);
  }
};
template <class T>
Groups group_by_hash(const T* values, int64_t count, DType dtype) {
  std::vector<std::pair<T, int64_t>> rows;
  for (int64_t i = 0; i < count; ++i) rows.emplace_back(values[i], i);
  // Made of the whole range at once, which decides the number of buckets.
  std::unordered_map<T, int64_t, HashOfElement> found(rows.begin(), rows.end(), 0,
                                                      HashOfElement{dtype == DType::kBFloat16});
  Groups groups;
  groups.inverse.resize(static_cast<size_t>(count));
  for (auto& [value, row] : found) {
    const auto number = static_cast<int64_t>(groups.first.size());
    groups.first.push_back(row);
    groups.inverse[static_cast<size_t>(row)] = number;
    row = number;
  }
  groups.count.resize(groups.first.size());
  for (int64_t i = 0; i < count; ++i) {
    int64_t& at = groups.inverse[static_cast<size_t>(i)];
    // Nothing finds a nan: each is a group of its own, and has its number already.
    if (const auto place = found.find(values[i]); place != found.end()) at = place->second;
    ++groups.count[static_cast<size_t>(at)];
  }
  return groups;
}

// Integers of a small range, by a table; nothing where the range is not small.
std::optional<Groups> group_by_table(const int64_t* values, int64_t count) {
  if (count == 0) return std::nullopt;
  int64_t low = values[0];
  int64_t high = values[0];
  for (int64_t i = 0; i < count; ++i) {
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  if (range > static_cast<uint64_t>(std::max<int64_t>(2 * count, 1024))) return std::nullopt;
  const auto size = static_cast<size_t>(range) + 1;
  // Four tables in turn, as equal neighbours would wait for one another's counts.
  std::vector<int64_t> tables(4 * size);
  for (int64_t i = 0; i < count; ++i)
    ++tables[static_cast<size_t>(i % 4) * size + static_cast<size_t>(values[i] - low)];
  Groups groups;
  std::vector<int64_t> number(size, -1);
  for (size_t v = 0; v < size; ++v) {
    const int64_t found = tables[v] + tables[size + v] + tables[2 * size + v] + tables[3 * size + v];
    if (found == 0) continue;
    number[v] = static_cast<int64_t>(groups.count.size());
    groups.count.push_back(found);
  }
  groups.first.resize(groups.count.size());
  groups.inverse.resize(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t group = number[static_cast<size_t>(values[i] - low)];
    groups.inverse[static_cast<size_t>(i)] = group;
    groups.first[static_cast<size_t>(group)] = i;
  }
  return groups;
}

template <class T>
Groups group_sorted(const T* values, int64_t count) {
  if constexpr (std::is_same_v<T, int64_t>) {
    if (std::optional<Groups> found = group_by_table(values, count)) return std::move(*found);
  }
  return group_rows(values, count, 1, true);
}

Result<Groups> group(const Tensor& rows, int64_t width, bool sort) {
  Groups groups;
  const int64_t count = rows.dim() == 0 ? 1 : rows.size(0);
  HEDDLE_TRY(dispatch<OrderingTypes>(rows.dtype(), "unique", [&]<class T>() {
    groups = group_rows(rows.data<T>(), count, width, sort);
    return ok_status();
  }));
  return groups;
}

Result<Tensor> integers(const std::vector<int64_t>& values, const Dims& sizes) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, DType::kInt64));
  std::copy(values.begin(), values.end(), t.data<int64_t>());
  return t;
}

enum class Order { kSorted, kHashed };

// Without inverse and counts it only matters which of the two values there are.
Result<Tensor> unique_truths(const Tensor& self) {
  const Tensor flat = HEDDLE_TRY(contiguous(self));
  const auto* from = static_cast<const uint8_t*>(flat.raw_data());
  uint8_t any = 0;
  uint8_t all = 1;
  for (int64_t i = 0; i < flat.numel(); ++i) {
    any |= from[i];
    all &= from[i];
  }
  std::vector<bool> found;
  if (flat.numel() > 0 && !all) found.push_back(false);
  if (any) found.push_back(true);
  const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(found.size())}, DType::kBool));
  std::copy(found.begin(), found.end(), result.data<bool>());
  return result;
}

// The elements of the flattened tensor; results not asked for are empty.
Result<Triple> unique_flat(const Tensor& self, Order order, bool inverse, bool counts) {
  if (self.dtype() == DType::kBool && order == Order::kSorted && !inverse && !counts) {
    const Tensor none = HEDDLE_TRY(Tensor::empty(Dims{0}, DType::kInt64));
    return Triple(HEDDLE_TRY(unique_truths(self)), none, HEDDLE_TRY(Tensor::empty(Dims{0}, DType::kInt64)));
  }
  const Tensor flat = HEDDLE_TRY(contiguous_as(self, ordering_dtype(self.dtype()))).view_contiguous(Dims{self.numel()});
  Groups groups;
  const Tensor values = HEDDLE_TRY(dispatch<OrderingTypes>(flat.dtype(), "unique", [&]<class T>() -> Result<Tensor> {
    const T* from = flat.data<T>();
    groups =
        order == Order::kHashed ? group_by_hash(from, flat.numel(), self.dtype()) : group_sorted(from, flat.numel());
    const Tensor found = HEDDLE_TRY(Tensor::empty(Dims{static_cast<int64_t>(groups.first.size())}, flat.dtype()));
    for (size_t i = 0; i < groups.first.size(); ++i) found.data<T>()[i] = from[groups.first[i]];
    return found;
  }));
  static const std::vector<int64_t> kNone;
  return Triple(HEDDLE_TRY(to_dtype(values, self.dtype())),
                HEDDLE_TRY(inverse ? integers(groups.inverse, self.sizes()) : integers(kNone, Dims{0})),
                HEDDLE_TRY(counts ? integers(groups.count, values.sizes()) : integers(kNone, Dims{0})));
}

// Writes where runs of equal elements start, ending with n, and, unless null, the number of each element's run. Returns
// how many runs there are.
template <class T>
int64_t find_runs(const T* values, int64_t n, int64_t* starts, int64_t* numbers) {
  int64_t runs = 0;
  for (int64_t i = 0; i < n; ++i) {
    // Where no run starts, the next element writes over it; nobody could foresee a branch.
    starts[runs] = i;
    runs += i == 0 || !(values[i] == values[i - 1]);
    if (numbers) numbers[i] = runs - 1;
  }
  starts[runs] = n;
  return runs;
}

// The first of each run of equal elements of the flattened tensor.
Result<Triple> unique_neighbours(const Tensor& self, bool inverse, bool counts) {
  const Tensor flat = HEDDLE_TRY(contiguous_as(self, ordering_dtype(self.dtype())));
  const Tensor starts = HEDDLE_TRY(Tensor::empty(Dims{flat.numel() + 1}, DType::kInt64));
  const Tensor numbers = HEDDLE_TRY(Tensor::empty(inverse ? self.sizes() : Dims{0}, DType::kInt64));
  const auto* const start = starts.data<int64_t>();
  const Tensor values = HEDDLE_TRY(dispatch<OrderingTypes>(flat.dtype(), "unique", [&]<class T>() -> Result<Tensor> {
    const T* from = flat.data<T>();
    const int64_t runs =
        find_runs(from, flat.numel(), starts.data<int64_t>(), inverse ? numbers.data<int64_t>() : nullptr);
    const Tensor found = HEDDLE_TRY(Tensor::empty(Dims{runs}, flat.dtype()));
    for (int64_t run = 0; run < runs; ++run) found.data<T>()[run] = from[start[run]];
    return found;
  }));
  const Tensor lengths = HEDDLE_TRY(Tensor::empty(Dims{counts ? values.numel() : 0}, DType::kInt64));
  for (int64_t run = 0; run < lengths.numel(); ++run) lengths.data<int64_t>()[run] = start[run + 1] - start[run];
  return Triple(HEDDLE_TRY(to_dtype(values, self.dtype())), numbers, lengths);
}

Order order_of(const Tensor& self, bool sorted) {
  return sorted || self.dtype() == DType::kBool ? Order::kSorted : Order::kHashed;
}
Result<Triple> unique2(const Tensor& self, bool sorted, bool inverse, bool counts) {
  // Counting makes the inverse too, as it does in PyTorch.
  return unique_flat(self, order_of(self, sorted), inverse || counts, counts);
}
Result<std::tuple<Tensor, Tensor>> unique(const Tensor& self, bool sorted, bool inverse) {
  const Triple result = HEDDLE_TRY(unique_flat(self, order_of(self, sorted), inverse, false));
  return std::tuple(std::get<0>(result), std::get<1>(result));
}

// Slices along a dimension; inverse and counts are always made.
Result<Triple> unique_slices(const Tensor& self, int64_t dim, bool sort) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  HEDDLE_REQUIRE(self.dim() > 0, "unique_dim needs a tensor with at least one dimension");
  const int64_t count = self.size(along);
  HEDDLE_REQUIRE(self.numel() > 0 || count == 0,
                 "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
  const Tensor moved = self.transpose(0, along);
  const Tensor rows = HEDDLE_TRY(contiguous_as(moved, ordering_dtype(self.dtype())));
  const Groups groups = HEDDLE_TRY(group(rows, count ? self.numel() / count : 0, sort));
  const auto found = static_cast<int64_t>(groups.first.size());
  Dims sizes = moved.sizes();
  sizes.front() = found;
  const Tensor values = HEDDLE_TRY(Tensor::empty(sizes, self.dtype()));
  for (int64_t i = 0; i < found; ++i) {
    HEDDLE_TRY(copy_into(values.select(0, i), moved.select(0, groups.first[static_cast<size_t>(i)])));
  }
  return Triple(HEDDLE_TRY(contiguous(values.transpose(0, along))), HEDDLE_TRY(integers(groups.inverse, Dims{count})),
                HEDDLE_TRY(integers(groups.count, Dims{found})));
}
Result<Triple> unique_dim(const Tensor& self, int64_t dim, bool, bool, bool) { return unique_slices(self, dim, true); }
Result<Triple> unique_dim_consecutive(const Tensor& self, int64_t dim, bool, bool) {
  return unique_slices(self, dim, false);
}
Result<Triple> unique_consecutive(const Tensor& self, bool inverse, bool counts, std::optional<int64_t> dim) {
  if (dim && self.dim() > 0) return unique_slices(self, *dim, false);
  return unique_neighbours(self, inverse, counts);
}

// Sums of floats are added in their order.
template <class T>
void add_weights(const Tensor& indices, const Tensor& weights, const Tensor& result) {
  const int64_t* const at = indices.data<int64_t>();
  const T* const weight = weights.data<T>();
  T* const sums = result.data<T>();
  for (int64_t i = 0; i < indices.numel(); ++i) sums[at[i]] += weight[i];
}

void count_into(const Tensor& indices, const Tensor& result) {
  const int64_t bins = result.numel();
  auto* const counts = result.data<int64_t>();
  std::mutex mutex;
  parallel::parallel_for(0, indices.numel(), std::max<int64_t>(65536, 4 * bins), [&](int64_t begin, int64_t end) {
    std::vector<int64_t> counted(static_cast<size_t>(bins));
    int64_t* const part = counted.data();
    const int64_t* const at = indices.data<int64_t>();
    for (int64_t i = begin; i < end; ++i) ++part[at[i]];
    const std::lock_guard lock(mutex);
    for (int64_t bin = 0; bin < bins; ++bin) counts[bin] += part[bin];
  });
}

Result<Tensor> bincount(const Tensor& self, const std::optional<Tensor>& weights, int64_t minlength) {
  HEDDLE_REQUIRE(minlength >= 0, "minlength should be >= 0");
  HEDDLE_REQUIRE(self.dim() == 1 && is_integral(self.dtype()),
                 "bincount only supports 1-d non-negative integral inputs.");
  HEDDLE_REQUIRE(!weights || weights->sizes() == self.sizes(),
                 "weights should be 1-d and have the same length as input");
  const Tensor indices = HEDDLE_TRY(contiguous_as(self, DType::kInt64));
  const int64_t* const index = indices.data<int64_t>();
  int64_t least = 0;
  int64_t most = minlength - 1;
  for (int64_t i = 0; i < indices.numel(); ++i) {
    least = std::min(least, index[i]);
    most = std::max(most, index[i]);
  }
  HEDDLE_REQUIRE(least >= 0, "bincount only supports 1-d non-negative integral inputs.");
  HEDDLE_REQUIRE(most < std::numeric_limits<int64_t>::max(), "bincount: ", most, " is too large");
  const int64_t bins = most + 1;
  if (!weights) {
    const Tensor result = HEDDLE_TRY(zeros(Dims{bins}, DType::kInt64));
    count_into(indices, result);
    return result;
  }
  const DType dtype = weights->dtype() == DType::kFloat32 ? DType::kFloat32 : DType::kFloat64;
  const Tensor of_each = HEDDLE_TRY(contiguous_as(*weights, dtype));
  const Tensor result = HEDDLE_TRY(zeros(Dims{bins}, dtype));
  if (dtype == DType::kFloat32) {
    add_weights<float>(indices, of_each, result);
  } else {
    add_weights<double>(indices, of_each, result);
  }
  return result;
}

Result<Tensor> histc(const Tensor& self, int64_t bins, const Scalar& min, const Scalar& max) {
  HEDDLE_REQUIRE(bins > 0, "bins must be > 0");
  HEDDLE_REQUIRE(is_floating(self.dtype()) && self.dtype() != DType::kFloat16,
                 "\"histogram_cpu\" not implemented for '", dtype_name(self.dtype()), "'");
  const Tensor wide = HEDDLE_TRY(contiguous_as(self, DType::kFloat64));
  const std::span<const double> values(wide.data<double>(), static_cast<size_t>(wide.numel()));
  double low = min.to_double();
  double high = max.to_double();
  if (low == high && !values.empty()) {
    low = *std::ranges::min_element(values);
    high = *std::ranges::max_element(values);
  }
  if (low == high) {
    low -= 1;
    high += 1;
  }
  HEDDLE_REQUIRE(std::isfinite(low) && std::isfinite(high), "range of [", low, ", ", high, "] is not finite");
  HEDDLE_REQUIRE(low < high, "max must be larger than min");
  const Tensor counts = HEDDLE_TRY(zeros(Dims{bins}, DType::kFloat64));
  for (const double x : values) {
    if (!(x >= low && x <= high)) continue;
    const auto bin = static_cast<int64_t>((x - low) / (high - low) * static_cast<double>(bins));
    counts.data<double>()[std::min(bin, bins - 1)] += 1;
  }
  return to_dtype(counts, self.dtype());
}

// The functional operator and its out= form with `outs` results.
template <auto f>
void add_with_out(schema::TableBuilder& table, std::string_view name, std::string_view arguments, int outs) {
  constexpr std::string_view kReturns[] = {"Tensor", "(Tensor, Tensor)", "(Tensor, Tensor, Tensor)"};
  constexpr std::string_view kOuts[] = {"Tensor(a!) out) -> Tensor(a!)",
                                        "Tensor(a!) out0, Tensor(b!) out1) -> (Tensor(a!), Tensor(b!))",
                                        "Tensor(a!) out0, Tensor(b!) out1, Tensor(c!) out2) -> (Tensor(a!), "
                                        "Tensor(b!), Tensor(c!))"};
  table.add(concat("aten::", name, "(", arguments, ") -> ", kReturns[outs - 1]), boxed<f>());
  table.derive(concat("aten::", name, ".out(", arguments, ", *, ", kOuts[outs - 1]));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(unique) {
  using namespace heddle::ops;
  add_with_out<&unique>(table, "_unique", "Tensor self, bool sorted=True, bool return_inverse=False", 2);
  add_with_out<&unique2>(table, "_unique2",
                         "Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False", 3);
  add_with_out<&unique_dim>(
      table, "unique_dim",
      "Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False", 3);
  add_with_out<&unique_dim_consecutive>(table, "unique_dim_consecutive",
                                        "Tensor self, int dim, bool return_inverse=False, bool return_counts=False", 3);
  add_with_out<&unique_consecutive>(table, "unique_consecutive",
                                    "Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None",
                                    3);
  add_with_out<&bincount>(table, "bincount", "Tensor self, Tensor? weights=None, int minlength=0", 1);
  add_with_out<&histc>(table, "histc", "Tensor self, int bins=100, Scalar min=0, Scalar max=0", 1);
}
