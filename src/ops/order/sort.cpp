// sort, argsort, msort, topk. Sorting is always stable.
#include <algorithm>
#include <vector>

#include "ops/common/out.h"
#include "ops/order/lines.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Pair = std::tuple<Tensor, Tensor>;

template <class T>
struct Entry {
  T value;
  int64_t place;
};
template <class T>
void load_line(const T* line, std::vector<Entry<T>>& entries) {
  for (size_t i = 0; i < entries.size(); ++i) entries[i] = {line[i], static_cast<int64_t>(i)};
}
template <class T>
void store_line(const std::vector<Entry<T>>& entries, int64_t count, T* values, int64_t* places) {
  for (int64_t i = 0; i < count; ++i) {
    values[i] = entries[static_cast<size_t>(i)].value;
    places[i] = entries[static_cast<size_t>(i)].place;
  }
}

// The library's stable sort takes memory for every line; short ones are done sooner than that.
constexpr int64_t kShortLine = 16;
template <class T, class Before>
void sort_by_insertion(std::vector<Entry<T>>& entries, const Before& before) {
  for (size_t i = 1; i < entries.size(); ++i) {
    const Entry<T> moving = entries[i];
    size_t at = i;
    for (; at > 0 && before(moving, entries[at - 1]); --at) entries[at] = entries[at - 1];
    entries[at] = moving;
  }
}

Result<Pair> sort_along(const Tensor& self, int64_t dim, bool descending) {
  const LineGroup lines = HEDDLE_TRY(lines_along(self, dim, ordering_dtype(self.dtype())));
  const Tensor values = HEDDLE_TRY(lines.beside(lines.length, lines.data.dtype()));
  const Tensor places = HEDDLE_TRY(lines.beside(lines.length, DType::kInt64));
  HEDDLE_TRY(dispatch<OrderingTypes>(values.dtype(), "sort", [&]<class T>() {
    lines.each([&](int64_t line) {
      std::vector<Entry<T>> entries(static_cast<size_t>(lines.length));
      load_line(lines.data.data<T>() + line * lines.length, entries);
      const auto before = [descending](const Entry<T>& a, const Entry<T>& b) {
        return descending ? orders_before(b.value, a.value) : orders_before(a.value, b.value);
      };
      if (lines.length <= kShortLine) {
        sort_by_insertion(entries, before);
      } else {
        std::stable_sort(entries.begin(), entries.end(), before);
      }
      store_line(entries, lines.length, values.data<T>() + line * lines.length,
                 places.data<int64_t>() + line * lines.length);
    });
    return ok_status();
  }));
  // Results lie in memory as the tensor does.
  const Tensor sorted = HEDDLE_TRY(Tensor::empty_like(self));
  const Tensor order = HEDDLE_TRY(Tensor::empty_like(self, DType::kInt64));
  HEDDLE_TRY(copy_into(sorted, lines.put_back(values)));
  HEDDLE_TRY(copy_into(order, lines.put_back(places)));
  return Pair(sorted, order);
}
Result<Pair> sort_stable(const Tensor& self, std::optional<bool>, int64_t dim, bool descending) {
  return sort_along(self, dim, descending);
}
Result<Tensor> argsort(const Tensor& self, int64_t dim, bool descending) {
  return std::get<1>(HEDDLE_TRY(sort_along(self, dim, descending)));
}
Result<Tensor> argsort_stable(const Tensor& self, bool, int64_t dim, bool descending) {
  return argsort(self, dim, descending);
}
Result<Tensor> msort(const Tensor& self) { return std::get<0>(HEDDLE_TRY(sort_along(self, 0, false))); }

Result<Pair> topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool) {
  const LineGroup lines = HEDDLE_TRY(lines_along(self, dim, ordering_dtype(self.dtype())));
  HEDDLE_REQUIRE(k >= 0 && k <= lines.length, "selected index k out of range");
  const Tensor values = HEDDLE_TRY(lines.beside(k, lines.data.dtype()));
  const Tensor places = HEDDLE_TRY(lines.beside(k, DType::kInt64));
  const int64_t kept = self.dim() == 0 ? 1 : k;
  HEDDLE_TRY(dispatch<OrderingTypes>(values.dtype(), "topk", [&]<class T>() {
    lines.each([&](int64_t line) {
      std::vector<Entry<T>> entries(static_cast<size_t>(lines.length));
      load_line(lines.data.data<T>() + line * lines.length, entries);
      const auto before = [largest](const Entry<T>& a, const Entry<T>& b) {
        if (largest ? orders_before(b.value, a.value) : orders_before(a.value, b.value)) return true;
        return !(largest ? orders_before(a.value, b.value) : orders_before(b.value, a.value)) && a.place < b.place;
      };
      // A heap of a large part of the line costs more than to part it first.
      if (kept > lines.length / 16 && kept < lines.length) {
        std::nth_element(entries.begin(), entries.begin() + kept, entries.end(), before);
        std::sort(entries.begin(), entries.begin() + kept, before);
      } else {
        std::partial_sort(entries.begin(), entries.begin() + kept, entries.end(), before);
      }
      store_line(entries, kept, values.data<T>() + line * kept, places.data<int64_t>() + line * kept);
    });
    return ok_status();
  }));
  return Pair(HEDDLE_TRY(lines.result(values, self.dtype())), HEDDLE_TRY(lines.result(places, DType::kInt64)));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(sort) {
  using namespace heddle::ops;
  const std::string pair = " -> (Tensor values, Tensor indices)";
  const std::string outs = ", Tensor(a!) values, Tensor(b!) indices) -> (Tensor(a!) values, Tensor(b!) indices)";
  table.add("aten::sort(Tensor self, int dim=-1, bool descending=False)" + pair, boxed<&sort_along>());
  table.add("aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False)" + pair,
            boxed<&sort_stable>());
  table.derive("aten::sort.values(Tensor self, int dim=-1, bool descending=False, *" + outs);
  table.derive("aten::sort.values_stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False" + outs);
  table.add("aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", boxed<&argsort>());
  table.add("aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor",
            boxed<&argsort_stable>());
  table.derive(
      "aten::argsort.stable_out(Tensor self, *, bool stable, int dim=-1, bool descending=False, Tensor(a!) "
      "out) -> Tensor(a!)");
  table.add("aten::msort(Tensor self) -> Tensor", boxed<&msort>());
  table.derive("aten::msort.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)");
  table.add("aten::topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True)" + pair, boxed<&topk>());
  table.derive("aten::topk.values(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True, *" + outs);
}
