// Views: other sizes and strides over the same memory. Dimensions may be negative and are checked, as are indices;
// errors are PyTorch's. Composite operators call these.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace heddle::ops {

// Replaces one -1 by what `numel` elements leave for it.
Result<Dims> infer_sizes(std::span<const int64_t> sizes, int64_t numel);
// Strides with which elements of sizes/strides appear as `to` without a copy; nullopt when there are none.
std::optional<Dims> view_strides(const Tensor& t, std::span<const int64_t> to);

// Fails where a copy would be needed; reshape() makes it.
Result<Tensor> view(const Tensor& t, std::span<const int64_t> sizes);
Result<Tensor> reshape(const Tensor& t, std::span<const int64_t> sizes);
Result<Tensor> flatten(const Tensor& t, int64_t start = 0, int64_t end = -1);
Result<Tensor> unflatten(const Tensor& t, int64_t dim, std::span<const int64_t> sizes);

Result<Tensor> transpose(const Tensor& t, int64_t a, int64_t b);
Result<Tensor> permute(const Tensor& t, std::span<const int64_t> order);
Result<Tensor> movedim(const Tensor& t, std::span<const int64_t> from, std::span<const int64_t> to);
Result<Tensor> select(const Tensor& t, int64_t dim, int64_t index);
Result<Tensor> slice(const Tensor& t, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                     int64_t step = 1);
Result<Tensor> narrow(const Tensor& t, int64_t dim, int64_t start, int64_t length);
Result<Tensor> squeeze(const Tensor& t, int64_t dim);
Tensor squeeze(const Tensor& t);
Result<Tensor> unsqueeze(const Tensor& t, int64_t dim);
Result<Tensor> expand(const Tensor& t, std::span<const int64_t> sizes);
Result<Tensor> diagonal(const Tensor& t, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
Result<Tensor> unfold(const Tensor& t, int64_t dim, int64_t size, int64_t step);
// Checked against the storage's end.
Result<Tensor> as_strided(const Tensor& t, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                          std::optional<int64_t> offset);

Result<std::vector<Tensor>> split(const Tensor& t, int64_t size, int64_t dim = 0);
Result<std::vector<Tensor>> split(const Tensor& t, std::span<const int64_t> sizes, int64_t dim = 0);
Result<std::vector<Tensor>> chunk(const Tensor& t, int64_t chunks, int64_t dim = 0);
Result<std::vector<Tensor>> unbind(const Tensor& t, int64_t dim = 0);

// Complex numbers as pairs of real ones in a last dimension of 2, and back.
Result<Tensor> view_as_real(const Tensor& t);
Result<Tensor> view_as_complex(const Tensor& t);

}  // namespace heddle::ops
