// One element of each line by its rank or frequency: kthvalue, median, nanmedian, mode.
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "ops/common/nan.h"
#include "ops/common/out.h"
#include "ops/order/lines.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

template <class T, class Before>
int64_t place_of_rank(const T* line, size_t length, int64_t rank, const Before& before) {
  // Values are quicker to order than places: the one of the rank, then which of its equals it is.
  std::vector<T> values(line, line + length);
  std::nth_element(values.begin(), values.begin() + rank, values.end(), before);
  const T value = values[static_cast<size_t>(rank)];
  int64_t equals = rank;
  for (size_t i = 0; i < length; ++i) equals -= before(line[i], value);
  for (size_t i = 0; i < length; ++i) {
    const bool same = !before(line[i], value) && !before(value, line[i]);
    if (same && equals-- == 0) return static_cast<int64_t>(i);
  }
  return 0;
}

// The place of the element that would be at `rank` if the line were sorted, stably.
template <class T>
int64_t place_of_rank(const T* line, size_t length, int64_t rank) {
  // Without NaN the order is the processor's own.
  if (std::none_of(line, line + length, [](T x) { return is_nan(x); }))
    return place_of_rank(line, length, rank, std::less<T>());
  return place_of_rank(line, length, rank, [](T a, T b) { return orders_before(a, b); });
}

// choose(line, places) -> place, for a line of at least one element; `places` is room for as many.
template <class F>
Result<Pair> choose_along(const Tensor& self, int64_t dim, bool keepdim, std::string_view name, const F& choose) {
  const LineGroup lines = HEDDLE_TRY(lines_along(self, dim, ordering_dtype(self.dtype())));
  HEDDLE_REQUIRE_CODE(lines.length > 0, kIndex, name, "(): Expected reduction dim ", lines.dim,
                      " to have non-zero size.");
  const Tensor values = HEDDLE_TRY(lines.beside(1, lines.data.dtype()));
  const Tensor places = HEDDLE_TRY(lines.beside(1, DType::kInt64));
  HEDDLE_TRY(dispatch<OrderingTypes>(values.dtype(), name, [&]<class T>() {
    lines.each([&](int64_t line) {
      std::vector<int64_t> room(static_cast<size_t>(lines.length));
      const T* x = lines.data.data<T>() + line * lines.length;
      const int64_t place = choose(x, room);
      values.data<T>()[line] = x[place];
      places.data<int64_t>()[line] = place;
    });
    return ok_status();
  }));
  return Pair(HEDDLE_TRY(lines.reduced(values, self.dtype(), keepdim)),
              HEDDLE_TRY(lines.reduced(places, DType::kInt64, keepdim)));
}

Result<Pair> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  const int64_t along = HEDDLE_TRY(wrap_dim(dim, self.dim()));
  const int64_t length = self.dim() == 0 ? 1 : self.size(along);
  HEDDLE_REQUIRE(k >= 1 && k <= length, "kthvalue(): selected number k out of range for dimension ", along);
  return choose_along(self, dim, keepdim, "kthvalue", [k](const auto* line, std::vector<int64_t>& places) {
    return place_of_rank(line, places.size(), k - 1);
  });
}

template <class T>
int64_t place_of_median(const T* line, std::vector<int64_t>& places, bool ignore_nan) {
  const auto length = static_cast<int64_t>(places.size());
  int64_t numbers = 0;
  for (int64_t i = 0; i < length; ++i) {
    if (is_nan(line[i]) && !ignore_nan) return i;
    numbers += !is_nan(line[i]);
  }
  return place_of_rank(line, places.size(), std::max<int64_t>(numbers - 1, 0) / 2);
}
template <bool ignore_nan>
Result<Pair> median_dim(const Tensor& self, int64_t dim, bool keepdim) {
  return choose_along(self, dim, keepdim, "median", [](const auto* line, std::vector<int64_t>& places) {
    return place_of_median(line, places, ignore_nan);
  });
}
template <bool ignore_nan>
Result<Tensor> median(const Tensor& self) {
  if (self.numel() == 0) return full(Dims{}, Scalar(std::numeric_limits<double>::quiet_NaN()), self.dtype());
  const Tensor flat = HEDDLE_TRY(contiguous(self)).view_contiguous(Dims{self.numel()});
  return std::get<0>(HEDDLE_TRY(median_dim<ignore_nan>(flat, 0, false)));
}

// The smallest of the most frequent values, where it comes last.
Result<Pair> mode(const Tensor& self, int64_t dim, bool keepdim) {
  return choose_along(self, dim, keepdim, "mode", [](const auto* line, std::vector<int64_t>& places) {
    std::iota(places.begin(), places.end(), 0);
    std::stable_sort(places.begin(), places.end(),
                     [line](int64_t a, int64_t b) { return orders_before(line[a], line[b]); });
    int64_t best = 0;
    size_t most = 0;
    size_t run = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      ++run;
      if (i + 1 < places.size() && line[places[i]] == line[places[i + 1]]) continue;
      if (run > most) {
        most = run;
        best = places[i];
      }
      run = 0;
    }
    return best;
  });
}

template <auto f>
void add_choice(schema::TableBuilder& table, std::string_view name, std::string_view out, std::string_view arguments) {
  table.add(concat("aten::", name, "(Tensor self, ", arguments, ") -> (Tensor values, Tensor indices)"), boxed<f>());
  table.derive(concat("aten::", out, "(Tensor self, ", arguments,
                      ", *, Tensor(a!) values, Tensor(b!) indices) -> (Tensor(a!) values, Tensor(b!) indices)"));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(order_select) {
  using namespace heddle::ops;
  add_choice<&kthvalue>(table, "kthvalue", "kthvalue.values", "int k, int dim=-1, bool keepdim=False");
  add_choice<&median_dim<false>>(table, "median.dim", "median.dim_values", "int dim, bool keepdim=False");
  add_choice<&median_dim<true>>(table, "nanmedian.dim", "nanmedian.dim_values", "int dim, bool keepdim=False");
  add_choice<&mode>(table, "mode", "mode.values", "int dim=-1, bool keepdim=False");
  table.add("aten::median(Tensor self) -> Tensor", boxed<&median<false>>());
  table.derive("aten::median.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::nanmedian(Tensor self) -> Tensor", boxed<&median<true>>());
  table.derive("aten::nanmedian.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)");
}
