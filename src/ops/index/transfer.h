// The engine under indexing: elements addressed by byte offsets. A family describes the memory it indexes as a view in
// the shape of the transfer, with stride 0 along every dimension the indices address, and adds a tensor of offsets that
// broadcasts to that shape. Reading and writing are then one element-wise loop for all of them.
//
// Offsets come from byte_offsets(), or are indices that check_indices() has seen, in units of a dimension's stride:
// every index is checked before anything is read or written.
#pragma once

#include <span>
#include <string_view>

#include "core/tensor.h"

namespace heddle::ops {

// Indices into one dimension of a tensor.
struct IndexedDim {
  Tensor index;        // int64
  int64_t dim = 0;     // its number, for messages
  int64_t size = 0;    // indices are below this
  int64_t stride = 0;  // in bytes
};

enum class Negative { kWrap, kRefuse };

// The sum over `dims` of index * stride, broadcast over the index tensors, which must be broadcastable. An index out of
// range: kIndex, "<prefix>index 7 is out of bounds for dimension 0 with size 3".
Result<Tensor> byte_offsets(std::span<const IndexedDim> dims, Negative negative, std::string_view prefix = {});
// How many bytes apart neighbours in a dimension are.
inline int64_t byte_stride(const Tensor& t, int64_t dim) { return t.stride(dim) * element_size(t.dtype()); }
// The tensor as int64 where it is one of the dtypes indices may have (int64, int32); else the kIndex error
// "<name>(): Expected dtype int32 or int64 for index, but got Float".
Result<Tensor> integer_index(std::string_view name, const Tensor& index);

// What happens to an element that is written. Several writes to one element follow the order of the values.
enum class Reduce { kAssign, kAdd, kMultiply, kMax, kMin };

// The error of byte_offsets() for a contiguous index that has one outside 0 .. size - 1.
Status check_indices(const IndexedDim& d);

// to[i] = *(from[i] + offsets[i] * unit), over the shape of `to`, whose dtype is that of `from`. They share no memory.
Status read_at(const Tensor& to, const Tensor& from, const Tensor& offsets, int64_t unit = 1);
// *(to[i] + offsets[i] * unit) = values[i], or combined with it, over the shape of `to`; values are of its dtype and
// broadcast. Runs on one thread, because elements may meet. `name` is the kernel's, for not_implemented().
Status write_at(const Tensor& to, const Tensor& values, const Tensor& offsets, Reduce reduce, std::string_view name,
                int64_t unit = 1);

}  // namespace heddle::ops
