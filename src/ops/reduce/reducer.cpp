#include "ops/reduce/reducer.h"

#include <algorithm>
#include <memory>

#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr size_t kMaxOutputs = 2;
// Accumulators side by side in take_columns.
constexpr int64_t kColumns = 128;
// Rows up to this length cost less side by side than one by one.
constexpr int64_t kShortRow = 16;
// Elements worth a task of their own. The split into tasks decides the rounding of sums, so it never looks at the
// number of threads.
constexpr int64_t kTaskElements = 65536;

struct Dimension {
  int64_t size;
  int64_t stride;                       // of the input, in bytes
  int64_t output_strides[kMaxOutputs];  // 0 for reduced dimensions
};
using Dimensions = SmallVector<Dimension, 6>;

// Outermost first; neighbours that lie one in the other become one.
void tidy(Dimensions& dims, bool reorder) {
  if (reorder) {
    std::stable_sort(dims.begin(), dims.end(),
                     [](const Dimension& a, const Dimension& b) { return std::abs(a.stride) > std::abs(b.stride); });
  }
  Dimensions merged;
  for (const Dimension& d : dims) {
    if (d.size == 1) continue;
    bool fits = !merged.empty();
    if (fits) {
      const Dimension& outer = merged.back();
      fits = outer.stride == d.stride * d.size;
      for (size_t k = 0; k < kMaxOutputs; ++k) fits = fits && outer.output_strides[k] == d.output_strides[k] * d.size;
    }
    if (fits) {
      const int64_t outer_size = merged.back().size;
      merged.back() = d;
      merged.back().size *= outer_size;
    } else {
      merged.push_back(d);
    }
  }
  dims = merged;
}

int64_t product(const Dimensions& dims) {
  int64_t n = 1;
  for (const Dimension& d : dims) n *= d.size;
  return n;
}

struct Place {
  const char* data;
  char* outputs[kMaxOutputs];
};

class Walk {
 public:
  Walk(const ReduceKernel& kernel, const void* context, const Tensor& t, const std::vector<bool>& reduced,
       std::span<const Tensor> outputs)
      : kernel_(kernel), context_(context), output_count_(outputs.size()) {
    origin_.data = static_cast<const char*>(t.raw_data());
    for (size_t k = 0; k < outputs.size(); ++k) origin_.outputs[k] = static_cast<char*>(outputs[k].raw_data());
    const int64_t element = element_size(t.dtype());
    size_t output_dim = 0;
    const bool kept_as_ones = !outputs.empty() && outputs[0].dim() == t.dim();
    for (size_t d = 0; d < t.sizes().size(); ++d) {
      Dimension dim{t.sizes()[d], t.strides()[d] * element, {}};
      if (!reduced[d]) {
        for (size_t k = 0; k < outputs.size(); ++k) {
          dim.output_strides[k] = outputs[k].strides()[output_dim] * element_size(outputs[k].dtype());
        }
      }
      if (!reduced[d] || kept_as_ones) ++output_dim;
      (reduced[d] ? reduced_ : kept_).push_back(dim);
    }
    tidy(kept_, true);
    tidy(reduced_, !kernel.ordered);
    results_ = product(kept_);
    per_result_ = product(reduced_);
    const bool short_rows = per_result_ <= kShortRow && !kept_.empty() && kept_.back().size >= kColumns;
    by_columns_ = !kept_.empty() && kept_.back().size >= 4 &&
                  (reduced_.empty() || short_rows || std::abs(kept_.back().stride) < std::abs(reduced_.back().stride));
  }

  void run() const {
    if (results_ == 0) return;
    if (by_columns_) {
      run_columns();
    } else {
      run_rows();
    }
  }

 private:
  // Moves to index `i` of the kept dimensions before `count`.
  Place at(int64_t i, size_t count) const {
    Place place = origin_;
    for (size_t d = count; d-- > 0;) {
      const int64_t index = i % kept_[d].size;
      i /= kept_[d].size;
      place.data += index * kept_[d].stride;
      for (size_t k = 0; k < output_count_; ++k) place.outputs[k] += index * kept_[d].output_strides[k];
    }
    return place;
  }

  // Calls f(data, position) for runs of the innermost reduced dimension: those that begin in [first, last), counted in
  // runs.
  template <class F>
  void each_run(const char* data, int64_t first, int64_t last, const F& f) const {
    const int64_t length = reduced_.empty() ? 1 : reduced_.back().size;
    for (int64_t r = first; r < last; ++r) {
      int64_t rest = r;
      const char* at = data;
      for (size_t d = reduced_.empty() ? 0 : reduced_.size() - 1; d-- > 0;) {
        at += rest % reduced_[d].size * reduced_[d].stride;
        rest /= reduced_[d].size;
      }
      f(at, r * length);
    }
  }

  void run_rows() const {
    const int64_t length = reduced_.empty() ? 1 : reduced_.back().size;
    const int64_t stride = reduced_.empty() ? 0 : reduced_.back().stride;
    const int64_t runs = per_result_ == 0 ? 0 : per_result_ / length;
    if (results_ < 16 && per_result_ > kTaskElements) {
      for (int64_t i = 0; i < results_; ++i) run_long_row(at(i, kept_.size()), length, stride, runs);
      return;
    }
    const int64_t grain = std::max<int64_t>(1, kTaskElements / std::max<int64_t>(per_result_, 1));
    parallel::parallel_for(0, results_, grain, [&](int64_t begin, int64_t end) {
      alignas(64) char accumulator[128];
      for (int64_t i = begin; i < end; ++i) {
        const Place place = at(i, kept_.size());
        kernel_.start(context_, accumulator, 1);
        each_run(place.data, 0, runs, [&](const char* data, int64_t position) {
          kernel_.take_row(context_, accumulator, data, stride, length, position);
        });
        const int64_t no_strides[kMaxOutputs] = {};
        kernel_.finish(context_, accumulator, 1, place.outputs, no_strides);
      }
    });
  }

  // One result of many elements: pieces of a fixed length, merged in order.
  void run_long_row(const Place& place, int64_t length, int64_t stride, int64_t runs) const {
    const int64_t pieces_a_run = (length + kTaskElements - 1) / kTaskElements;
    const int64_t runs_a_task = std::max<int64_t>(1, kTaskElements / length);
    const int64_t tasks = pieces_a_run > 1 ? runs * pieces_a_run : (runs + runs_a_task - 1) / runs_a_task;
    const std::unique_ptr<char[]> partial(new char[static_cast<size_t>(tasks) * kernel_.size]);
    const auto accumulator = [&](int64_t task) { return partial.get() + static_cast<size_t>(task) * kernel_.size; };
    parallel::parallel_for(0, tasks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; ++task) {
        kernel_.start(context_, accumulator(task), 1);
        if (pieces_a_run > 1) {
          const int64_t from = task % pieces_a_run * kTaskElements;
          const int64_t n = std::min(kTaskElements, length - from);
          each_run(place.data, task / pieces_a_run, task / pieces_a_run + 1, [&](const char* data, int64_t position) {
            kernel_.take_row(context_, accumulator(task), data + from * stride, stride, n, position + from);
          });
        } else {
          each_run(place.data, task * runs_a_task, std::min(runs, (task + 1) * runs_a_task),
                   [&](const char* data, int64_t position) {
                     kernel_.take_row(context_, accumulator(task), data, stride, length, position);
                   });
        }
      }
    });
    for (int64_t task = 1; task < tasks; ++task) kernel_.merge(context_, accumulator(0), accumulator(task), 1);
    const int64_t no_strides[kMaxOutputs] = {};
    kernel_.finish(context_, accumulator(0), 1, place.outputs, no_strides);
  }

  void run_columns() const {
    const Dimension& inner = kept_.back();
    const int64_t rows = reduced_.empty() ? 1 : reduced_.back().size;
    const int64_t row_stride = reduced_.empty() ? 0 : reduced_.back().stride;
    const int64_t runs = per_result_ == 0 ? 0 : per_result_ / rows;
    const int64_t blocks = (inner.size + kColumns - 1) / kColumns;
    const int64_t tasks = results_ / inner.size * blocks;
    // Few columns of many rows are split along the rows too.
    const int64_t parts = tasks < 16 ? std::clamp<int64_t>(per_result_ * std::min(inner.size, kColumns) / kTaskElements,
                                                           1, std::max<int64_t>(rows, 1))
                                     : 1;
    const size_t block_bytes = static_cast<size_t>(kColumns) * kernel_.size;
    const std::unique_ptr<char[]> partial(parts > 1 ? new char[static_cast<size_t>(tasks * parts) * block_bytes]
                                                    : nullptr);
    const int64_t block_elements = std::max<int64_t>(1, per_result_ * std::min(inner.size, kColumns) / parts);
    const int64_t grain = std::max<int64_t>(1, kTaskElements / block_elements);
    parallel::parallel_for(0, tasks * parts, grain, [&](int64_t begin, int64_t end) {
      std::unique_ptr<char[]> own(parts > 1 ? nullptr : new char[block_bytes]);
      for (int64_t i = begin; i < end; ++i) {
        const int64_t task = i / parts;
        const Place place = at(task / blocks, kept_.size() - 1);
        const int64_t column = task % blocks * kColumns;
        const int64_t columns = std::min(kColumns, inner.size - column);
        char* const accumulators = parts > 1 ? partial.get() + static_cast<size_t>(i) * block_bytes : own.get();
        const int64_t first_row = rows * (i % parts) / parts;
        const int64_t last_row = rows * (i % parts + 1) / parts;
        kernel_.start(context_, accumulators, columns);
        each_run(place.data + column * inner.stride, 0, runs, [&](const char* data, int64_t position) {
          kernel_.take_columns(context_, accumulators, data + first_row * row_stride, inner.stride, columns, row_stride,
                               last_row - first_row, position + first_row);
        });
        if (parts == 1) finish_columns(place, column, columns, accumulators);
      }
    });
    for (int64_t task = 0; parts > 1 && task < tasks; ++task) {
      char* const first = partial.get() + static_cast<size_t>(task * parts) * block_bytes;
      const int64_t column = task % blocks * kColumns;
      const int64_t columns = std::min(kColumns, inner.size - column);
      for (int64_t part = 1; part < parts; ++part) {
        kernel_.merge(context_, first, first + static_cast<size_t>(part) * block_bytes, columns);
      }
      finish_columns(at(task / blocks, kept_.size() - 1), column, columns, first);
    }
  }

  void finish_columns(Place place, int64_t column, int64_t columns, const char* accumulators) const {
    for (size_t k = 0; k < output_count_; ++k) place.outputs[k] += column * kept_.back().output_strides[k];
    kernel_.finish(context_, accumulators, columns, place.outputs, kept_.back().output_strides);
  }

  const ReduceKernel& kernel_;
  const void* context_;
  size_t output_count_;
  Place origin_{};
  Dimensions kept_;
  Dimensions reduced_;
  int64_t results_ = 0;
  int64_t per_result_ = 0;
  bool by_columns_ = false;
};

}  // namespace

std::vector<bool> all_dims(int64_t rank) { return std::vector<bool>(static_cast<size_t>(rank), true); }

Result<std::vector<bool>> reduced_dims(const Dims& dims, int64_t rank) {
  if (dims.empty()) return all_dims(rank);
  std::vector<bool> reduced(static_cast<size_t>(std::max<int64_t>(rank, 1)));
  for (int64_t dim : dims) {
    const auto d = static_cast<size_t>(HEDDLE_TRY(wrap_dim(dim, rank)));
    HEDDLE_REQUIRE(!reduced[d], "dim ", d, " appears multiple times in the list of dims");
    reduced[d] = true;
  }
  reduced.resize(static_cast<size_t>(rank));
  return reduced;
}

Dims reduced_sizes(const Tensor& t, const std::vector<bool>& reduced, bool keepdim) {
  Dims sizes;
  for (size_t d = 0; d < t.sizes().size(); ++d) {
    if (!reduced[d]) {
      sizes.push_back(t.sizes()[d]);
    } else if (keepdim) {
      sizes.push_back(1);
    }
  }
  return sizes;
}

void run_reduction(const ReduceKernel& kernel, const void* context, const Tensor& t, const std::vector<bool>& reduced,
                   std::span<const Tensor> outputs) {
  Walk(kernel, context, t, reduced, outputs).run();
}

}  // namespace heddle::ops
