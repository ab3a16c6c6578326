// nonzero, and selection by masks.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/forms.h"
#include "ops/common/iterator.h"
#include "ops/common/overlap.h"
#include "ops/index/index.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

constexpr int64_t kGrain = 65536;  // bytes of a mask that are worth a thread's wake-up

// Bytes 0 or 1 of a contiguous mask that are 1.
int64_t count_true(const uint8_t* mask, int64_t begin, int64_t end) {
  int64_t count = 0;
  for (int64_t i = begin; i < end; ++i) count += mask[i];
  return count;
}

// How many true bytes stand before each block of kGrain bytes; the last entry is their number in all.
std::vector<int64_t> true_before(const uint8_t* mask, int64_t n) {
  const int64_t blocks = (n + kGrain - 1) / kGrain;
  std::vector<int64_t> before(static_cast<size_t>(blocks) + 1);
  parallel::parallel_for(0, n, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b += kGrain) {
      before[static_cast<size_t>(b / kGrain) + 1] = count_true(mask, b, std::min(end, b + kGrain));
    }
  });
  for (size_t b = 1; b < before.size(); ++b) before[b] += before[b - 1];
  return before;
}

// Writes the coordinates of the true bytes in [begin, end), those of one dimension `column` numbers behind those of the
// one before.
void write_positions(const uint8_t* mask, const Dims& sizes, int64_t begin, int64_t end, int64_t* to, int64_t column) {
  const size_t rank = sizes.size();
  if (rank == 1) {
    for (int64_t i = begin; i < end; ++i) {
      if (mask[i]) *to++ = i;
    }
    return;
  }
  Dims at(rank);
  int64_t rest = begin;
  for (size_t d = rank; d-- > 0;) {
    at[d] = rest % sizes[d];
    rest /= sizes[d];
  }
  for (int64_t i = begin; i < end; ++i) {
    if (mask[i]) {
      for (size_t d = 0; d < rank; ++d) to[static_cast<int64_t>(d) * column] = at[d];
      ++to;
    }
    for (size_t d = rank; d-- > 0;) {
      if (++at[d] < sizes[d] || d == 0) break;
      at[d] = 0;
    }
  }
}

struct Masked {
  Tensor self;
  Tensor mask;
};

Result<Masked> broadcast(const Tensor& self, const Tensor& mask) {
  const Dims sizes = HEDDLE_TRY(broadcast_sizes(self.sizes(), mask.sizes()));
  const auto expand = [&sizes](const Tensor& t) {
    return t.alias(sizes, broadcast_strides(t.sizes(), t.strides(), sizes), t.offset());
  };
  return Masked{HEDDLE_TRY(contiguous(expand(self))), HEDDLE_TRY(contiguous_as(expand(mask), DType::kBool))};
}

Status check_mask(std::string_view name, const Tensor& mask) {
  HEDDLE_REQUIRE(mask.dtype() == DType::kBool || mask.dtype() == DType::kUInt8, name,
                 ": expected BoolTensor or ByteTensor for mask, but got ", dtype_name(mask.dtype()));
  return ok_status();
}

// A mask of bytes is one of truth values, which nothing else may stand for.
Status check_truth(std::string_view name, const Tensor& mask) {
  if (mask.dtype() != DType::kUInt8) return ok_status();
  const Tensor flat = HEDDLE_TRY(contiguous(mask));
  const auto* bytes = flat.data<uint8_t>();
  HEDDLE_REQUIRE(std::all_of(bytes, bytes + flat.numel(), [](uint8_t byte) { return byte <= 1; }), name,
                 ": Mask tensor can take 0 and 1 values only");
  return ok_status();
}

Result<Tensor> nonzero_form(const Tensor& self, const Out& out) { return out.deliver(HEDDLE_TRY(nonzero(self))); }

Result<Tensor> masked_select_form(const Tensor& self, const Tensor& mask, const Out& out) {
  return out.deliver(HEDDLE_TRY(masked_select(self, mask)));
}

Result<Tensor> masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source, const Out& out) {
  HEDDLE_REQUIRE(self.dtype() == source.dtype(),
                 "masked_scatter: expected self and source to have same dtypes but got ", dtype_name(self.dtype()),
                 " and ", dtype_name(source.dtype()));
  HEDDLE_TRY(check_mask("masked_scatter", mask));
  HEDDLE_TRY(check_truth("masked_scatter", mask));
  const Dims sizes = HEDDLE_TRY(broadcast_sizes(self.sizes(), mask.sizes()));
  HEDDLE_REQUIRE(!out.is_in_place() || sizes == self.sizes(), "output with shape ", to_text(self.sizes()),
                 " doesn't match the broadcast shape ", to_text(sizes));
  const auto expand = [&sizes](const Tensor& t) {
    return t.alias(sizes, broadcast_strides(t.sizes(), t.strides(), sizes), t.offset());
  };
  const Tensor chosen = HEDDLE_TRY(contiguous_as(expand(mask), DType::kBool));
  const Tensor values = HEDDLE_TRY(contiguous(source));
  const Tensor target = HEDDLE_TRY(out.is_in_place() ? Result<Tensor>(self) : clone(expand(self)));
  HEDDLE_TRY(check_no_internal_overlap(target));
  const auto* bytes = chosen.data<uint8_t>();
  HEDDLE_REQUIRE(count_true(bytes, 0, chosen.numel()) <= values.numel(),
                 "masked_scatter: Number of elements of source (", values.numel(), ") < number of ones in mask");
  // In reading order, which that of memory need not be.
  const Tensor ordered = HEDDLE_TRY(contiguous(target));
  dispatch_by_size(self.dtype(), [&]<class T>() {
    const T* from = values.data<T>();
    T* to = ordered.data<T>();
    for (int64_t i = 0; i < chosen.numel(); ++i) {
      if (bytes[i]) to[i] = *from++;
    }
  });
  if (!ordered.is_same(target)) HEDDLE_TRY(copy_into(target, ordered));
  return deliver_changed(target, out);
}

}  // namespace

Result<Tensor> nonzero(const Tensor& self) {
  const Tensor mask = HEDDLE_TRY(contiguous_as(self, DType::kBool));
  const auto* bytes = mask.data<uint8_t>();
  const std::vector<int64_t> before = true_before(bytes, mask.numel());
  const int64_t count = before.back();
  const Tensor columns = HEDDLE_TRY(Tensor::empty(Dims{self.dim(), count}, DType::kInt64));
  const Tensor result = columns.transpose(0, 1);
  if (result.numel() == 0) return result;
  auto* to = result.data<int64_t>();
  parallel::parallel_for(0, mask.numel(), kGrain, [&](int64_t begin, int64_t end) {
    write_positions(bytes, self.sizes(), begin, end, to + before[static_cast<size_t>(begin / kGrain)], count);
  });
  return result;
}

Result<std::vector<Tensor>> nonzero_columns(const Tensor& self) {
  const Tensor rows = HEDDLE_TRY(nonzero(self.dim() == 0 ? self.unsqueeze(0) : self));
  std::vector<Tensor> columns;
  for (int64_t i = 0; i < rows.size(1); ++i) columns.push_back(rows.select(1, i));
  return columns;
}

Result<Tensor> masked_select(const Tensor& self, const Tensor& mask) {
  HEDDLE_TRY(check_mask("masked_select", mask));
  HEDDLE_TRY(check_truth("masked_select", mask));
  const Masked m = HEDDLE_TRY(broadcast(self, mask));
  const auto* bytes = m.mask.data<uint8_t>();
  const std::vector<int64_t> before = true_before(bytes, m.mask.numel());
  const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{before.back()}, self.dtype()));
  dispatch_by_size(self.dtype(), [&]<class T>() {
    parallel::parallel_for(0, m.mask.numel(), kGrain, [&](int64_t begin, int64_t end) {
      const T* from = m.self.data<T>();
      T* to = result.data<T>() + before[static_cast<size_t>(begin / kGrain)];
      for (int64_t i = begin; i < end; ++i) {
        if (bytes[i]) *to++ = from[i];
      }
    });
  });
  return result;
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(index_mask) {
  using namespace heddle::ops;
  using heddle::schema::boxed;
  add_forms<&nonzero_form>(table, "aten::nonzero(Tensor self) -> Tensor", {.out = "nonzero.out"});
  table.add("aten::argwhere(Tensor self) -> Tensor", boxed<&nonzero>());
  table.add("aten::nonzero_numpy(Tensor self) -> Tensor[]", boxed<&nonzero_columns>());
  table.add("aten::where(Tensor condition) -> Tensor[]", boxed<&nonzero_columns>());
  add_forms<&masked_select_form>(table, "aten::masked_select(Tensor self, Tensor mask) -> Tensor",
                                 {.out = "masked_select.out"});
  add_forms<&masked_scatter>(table, "aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor",
                             {"masked_scatter_", "masked_scatter.out"});
}
