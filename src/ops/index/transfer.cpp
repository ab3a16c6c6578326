#include "ops/index/transfer.h"

#include <atomic>
#include <cstring>

#include "ops/common/copy.h"
#include "ops/common/iterator.h"
#include "parallel/parallel.h"

namespace heddle::ops {
namespace {

Status out_of_bounds(std::string_view prefix, int64_t index, const IndexedDim& d) {
  return error(ErrorCode::kIndex, prefix, "index ", index, " is out of bounds for dimension ", d.dim, " with size ",
               d.size);
}

// The first index out of range in reading order, so that the message does not depend on threads.
Status find_out_of_bounds(const IndexedDim& d, int64_t lowest, std::string_view prefix) {
  const Tensor index = HEDDLE_TRY(contiguous(d.index));
  const int64_t* at = index.data<int64_t>();
  for (int64_t i = 0; i < index.numel(); ++i) {
    if (at[i] < lowest || at[i] >= d.size) return out_of_bounds(prefix, at[i], d);
  }
  return ok_status();
}

// Operands: to, from, offsets in units of the context's int64 bytes.
template <class T>
void read_loop(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  constexpr auto kSize = static_cast<int64_t>(sizeof(T));
  const int64_t unit = *static_cast<const int64_t*>(context);
  for (int64_t j = 0; j < n1; ++j) {
    char* to = data[0] + j * strides[3];
    const char* from = data[1] + j * strides[4];
    const char* offsets = data[2] + j * strides[5];
    if (strides[2] == 0) {
      from += *reinterpret_cast<const int64_t*>(offsets) * unit;
      if (strides[0] == kSize && strides[1] == kSize) {
        std::memcpy(to, from, static_cast<size_t>(n0 * kSize));
        continue;
      }
      for (int64_t i = 0; i < n0; ++i) {
        *reinterpret_cast<T*>(to + i * strides[0]) = *reinterpret_cast<const T*>(from + i * strides[1]);
      }
      continue;
    }
    for (int64_t i = 0; i < n0; ++i) {
      const int64_t offset = *reinterpret_cast<const int64_t*>(offsets + i * strides[2]) * unit;
      *reinterpret_cast<T*>(to + i * strides[0]) = *reinterpret_cast<const T*>(from + i * strides[1] + offset);
    }
  }
}

struct Assign {
  template <class T>
  static T of(T, T b) {
    return b;
  }
};
struct Add {
  template <class T>
  static T of(T a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a || b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    } else if constexpr (is_half_type<T>) {
      return T(static_cast<float>(a) + static_cast<float>(b));
    } else {
      return a + b;
    }
  }
};
struct Multiply {
  template <class T>
  static T of(T a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a && b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    } else if constexpr (is_half_type<T>) {
      return T(static_cast<float>(a) * static_cast<float>(b));
    } else {
      return a * b;
    }
  }
};
// A NaN on either side wins.
struct Max {
  template <class T>
  static T of(T a, T b) {
    const auto x = static_cast<ComputeType<T>>(a);
    const auto y = static_cast<ComputeType<T>>(b);
    return x != x || x >= y ? a : b;
  }
};
struct Min {
  template <class T>
  static T of(T a, T b) {
    const auto x = static_cast<ComputeType<T>>(a);
    const auto y = static_cast<ComputeType<T>>(b);
    return x != x || x <= y ? a : b;
  }
};

// Operands: to, values, offsets in units of the context's int64 bytes.
template <class T, class Op>
void write_loop(const void* context, char* const* data, const int64_t* strides, int64_t n0, int64_t n1) {
  const int64_t unit = *static_cast<const int64_t*>(context);
  for (int64_t j = 0; j < n1; ++j) {
    char* to = data[0] + j * strides[3];
    const char* values = data[1] + j * strides[4];
    const char* offsets = data[2] + j * strides[5];
    if (strides[2] == 0 && strides[0] == sizeof(T) && strides[1] == sizeof(T)) {
      // A slice in one piece.
      T* const row = reinterpret_cast<T*>(to + *reinterpret_cast<const int64_t*>(offsets) * unit);
      const T* const from = reinterpret_cast<const T*>(values);
#pragma GCC ivdep
      for (int64_t i = 0; i < n0; ++i) row[i] = Op::of(row[i], from[i]);
      continue;
    }
    for (int64_t i = 0; i < n0; ++i) {
      const int64_t offset = *reinterpret_cast<const int64_t*>(offsets + i * strides[2]) * unit;
      T& element = *reinterpret_cast<T*>(to + i * strides[0] + offset);
      element = Op::of(element, *reinterpret_cast<const T*>(values + i * strides[1]));
    }
  }
}

template <class Set, class Op>
Result<Loop> loop_of(DType dtype, std::string_view name) {
  return dispatch<Set>(dtype, name, []<class T>() -> Result<Loop> { return Loop(&write_loop<T, Op>); });
}

Result<Loop> loop_for(Reduce reduce, DType dtype, std::string_view name) {
  switch (reduce) {
    case Reduce::kAdd:
      return loop_of<AllTypes, Add>(dtype, name);
    case Reduce::kMultiply:
      return loop_of<AllTypes, Multiply>(dtype, name);
    case Reduce::kMax:
      return loop_of<Join<AllRealTypes, BoolType>, Max>(dtype, name);
    case Reduce::kMin:
      return loop_of<Join<AllRealTypes, BoolType>, Min>(dtype, name);
    case Reduce::kAssign:
      break;
  }
  return dispatch_by_size(dtype, []<class T>() { return Loop(&write_loop<T, Assign>); });
}

}  // namespace

Result<Tensor> byte_offsets(std::span<const IndexedDim> dims, Negative negative, std::string_view prefix) {
  Tensor offsets;
  for (const IndexedDim& d : dims) {
    const int64_t lowest = negative == Negative::kWrap ? -d.size : 0;
    std::atomic<bool> failed = false;
    const auto offset_of = [&failed, lowest, size = d.size, stride = d.stride](int64_t index) {
      if (index < lowest || index >= size) [[unlikely]] {
        // Only read after the region, whose end orders it.
        failed.store(true, std::memory_order_relaxed);
        return int64_t{0};
      }
      return (index < 0 ? index + size : index) * stride;
    };
    if (!offsets.defined() && d.index.is_contiguous()) {
      offsets = HEDDLE_TRY(Tensor::empty(d.index.sizes(), DType::kInt64));
      const int64_t* const from = d.index.data<int64_t>();
      int64_t* const to = offsets.data<int64_t>();
      parallel::parallel_for(0, d.index.numel(), Iterator::kGrain, [&](int64_t begin, int64_t end) {
        bool outside = false;
        for (int64_t i = begin; i < end; ++i) {
          const int64_t index = from[i];
          outside |= (index < lowest) | (index >= d.size);
          // Unsigned: one outside may overflow.
          to[i] = static_cast<int64_t>(static_cast<uint64_t>(index < 0 ? index + d.size : index) *
                                       static_cast<uint64_t>(d.stride));
        }
        if (outside) failed.store(true, std::memory_order_relaxed);
      });
      if (failed.load(std::memory_order_relaxed)) HEDDLE_TRY(find_out_of_bounds(d, lowest, prefix));
      continue;
    }
    Iterator it;
    if (!offsets.defined()) {
      it.output(Out()).input(d.index);
      HEDDLE_TRY(it.build(Promote::kSame));
      it.run<int64_t(int64_t)>(offset_of);
    } else {
      it.output(Out()).input(offsets).input(d.index);
      HEDDLE_TRY(it.build(Promote::kSame));
      it.run<int64_t(int64_t, int64_t)>([&](int64_t sum, int64_t index) { return sum + offset_of(index); });
    }
    if (failed.load(std::memory_order_relaxed)) HEDDLE_TRY(find_out_of_bounds(d, lowest, prefix));
    offsets = it.result();
  }
  return offsets;
}

Result<Tensor> integer_index(std::string_view name, const Tensor& index) {
  HEDDLE_REQUIRE_CODE(index.dtype() == DType::kInt64 || index.dtype() == DType::kInt32, kIndex, name,
                      "(): Expected dtype int32 or int64 for index, but got ", dtype_name(index.dtype()));
  return to_dtype(index, DType::kInt64);
}

Status check_indices(const IndexedDim& d) {
  const int64_t* const index = d.index.data<int64_t>();
  std::atomic<bool> failed = false;
  parallel::parallel_for(0, d.index.numel(), Iterator::kGrain, [&](int64_t begin, int64_t end) {
    // The sign of either is that of an index outside.
    uint64_t signs = 0;
    for (int64_t i = begin; i < end; ++i) {
      signs |= static_cast<uint64_t>(index[i]) | (static_cast<uint64_t>(d.size) - 1 - static_cast<uint64_t>(index[i]));
    }
    if (static_cast<int64_t>(signs) < 0) failed.store(true, std::memory_order_relaxed);
  });
  return failed.load(std::memory_order_relaxed) ? find_out_of_bounds(d, 0, "") : ok_status();
}

Status read_at(const Tensor& to, const Tensor& from, const Tensor& offsets, int64_t unit) {
  Iterator it;
  it.plain_input(to).plain_input(from).plain_input(offsets);
  HEDDLE_TRY(it.build_copy());
  it.run(dispatch_by_size(to.dtype(), []<class T>() { return Loop(&read_loop<T>); }), &unit);
  return ok_status();
}

Status write_at(const Tensor& to, const Tensor& values, const Tensor& offsets, Reduce reduce, std::string_view name,
                int64_t unit) {
  const Loop loop = HEDDLE_TRY(loop_for(reduce, to.dtype(), name));
  Iterator it;
  it.plain_input(to).plain_input(values).plain_input(offsets);
  HEDDLE_TRY(it.build_copy());
  it.run(loop, &unit, it.numel());
  return ok_status();
}

}  // namespace heddle::ops
