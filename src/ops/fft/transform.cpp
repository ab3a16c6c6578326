// The transforms themselves: _fft_c2c, _fft_r2c, _fft_c2r.
#include "ops/fft/transform.h"

#include <cmath>

#include "ops/backend/fft.h"
#include "ops/common/copy.h"
#include "ops/common/dispatch.h"
#include "ops/common/with_out.h"
#include "ops/shape/join.h"
#include "parallel/parallel.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Status check_dims(const Tensor& t, const Dims& dims, const char* name) {
  std::vector<bool> seen(static_cast<size_t>(t.dim()), false);
  for (int64_t dim : dims) {
    HEDDLE_REQUIRE(dim >= 0 && dim < t.dim() && !seen[static_cast<size_t>(dim)], name,
                   ": dimensions must be different ones of the ", t.dim(), ", got ", to_text(dims));
    seen[static_cast<size_t>(dim)] = true;
    HEDDLE_REQUIRE(t.size(dim) >= 1, name, ": dimension ", dim, " has no elements");
  }
  return ok_status();
}

double scale_of(FftNorm norm, int64_t count) {
  const auto n = static_cast<double>(count);
  return norm == FftNorm::kNone ? 1 : norm == FftNorm::kRoot ? 1 / std::sqrt(n) : 1 / n;
}

int64_t count_along(std::span<const int64_t> sizes, const Dims& dims) {
  int64_t count = 1;
  for (int64_t dim : dims) count *= sizes[static_cast<size_t>(dim)];
  return count;
}

// Runs work(layout, in offset, out offset) over parts of dimension `split`, several at once. `sizes` are what the
// layout is to have.
template <class F>
Status in_parts(const Tensor& in, const Tensor& out, const Dims& sizes, const Dims& dims, const F& work) {
  int64_t split = -1;
  for (int64_t d = 0; d < in.dim() && split < 0; ++d) {
    if (std::find(dims.begin(), dims.end(), d) == dims.end() && in.size(d) > 1) split = d;
  }
  if (split < 0) return work(backend::FftLayout{sizes, in.strides(), out.strides()}, 0, 0);
  constexpr int64_t kGrain = 8192;  // elements that are worth a thread's wake-up
  const int64_t each = std::max<int64_t>(in.numel() / in.size(split), 1);
  return parallel::try_parallel_for(0, in.size(split), std::max<int64_t>(kGrain / each, 1),
                                    [&](int64_t begin, int64_t end) -> Status {
                                      Dims part = sizes;
                                      part[static_cast<size_t>(split)] = end - begin;
                                      return work(backend::FftLayout{part, in.strides(), out.strides()},
                                                  begin * in.stride(split), begin * out.stride(split));
                                    });
}

// The half that a onesided transform leaves out: conjugates at the opposite places of all the dims.
Result<Tensor> with_other_half(const Tensor& half, const Dims& dims, int64_t last_size) {
  const int64_t last = dims.back();
  const int64_t missing = last_size - half.size(last);
  if (missing == 0) return half;
  // Places 1 .. missing of the half, backwards; along the other dims place k is found at -k.
  Tensor mirrored = half.narrow(last, 1, missing);
  mirrored = HEDDLE_TRY(flip(mirrored, dims));
  for (int64_t dim : dims) {
    if (dim != last) mirrored = HEDDLE_TRY(roll(mirrored, Dims{1}, Dims{dim}));
  }
  return cat({half, HEDDLE_TRY(conjugate(mirrored))}, last);
}

}  // namespace

Result<Tensor> conjugate(const Tensor& t) {
  if (!is_complex(t.dtype())) return t;
  const Tensor result = HEDDLE_TRY(clone(t));
  HEDDLE_TRY(dispatch<ComplexTypes>(t.dtype(), "conj", [&]<class T>() {
    T* data = result.data<T>();
    parallel::parallel_for(0, result.numel(), 32768, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) data[i] = std::conj(data[i]);
    });
    return ok_status();
  }));
  return result;
}

Result<FftNorm> fft_norm(const std::optional<std::string_view>& name, bool forward) {
  if (!name || *name == "backward") return forward ? FftNorm::kNone : FftNorm::kCount;
  if (*name == "forward") return forward ? FftNorm::kCount : FftNorm::kNone;
  if (*name == "ortho") return FftNorm::kRoot;
  return invalid("Invalid normalization mode: \"", *name, "\"");
}

Result<Tensor> transform_complex(const Tensor& t, const Dims& dims, FftNorm norm, bool forward) {
  HEDDLE_TRY(check_dims(t, dims, "_fft_c2c"));
  if (dims.empty()) return clone(t, MemoryFormat::kContiguous);
  const Tensor result = HEDDLE_TRY(Tensor::empty(t.sizes(), t.dtype()));
  if (t.numel() == 0) return result;
  HEDDLE_TRY(dispatch<ComplexTypes>(t.dtype(), "_fft_c2c", [&]<class C>() {
    using R = typename C::value_type;
    const auto scale = static_cast<R>(scale_of(norm, count_along(t.sizes(), dims)));
    return in_parts(t, result, t.sizes(), dims, [&](const backend::FftLayout& layout, int64_t from, int64_t to) {
      return backend::fft_complex<R>(layout, dims, forward, t.data<C>() + from, result.data<C>() + to, scale);
    });
  }));
  return result;
}

Result<Tensor> transform_real(const Tensor& t, const Dims& dims, FftNorm norm, bool onesided) {
  HEDDLE_TRY(check_dims(t, dims, "_fft_r2c"));
  HEDDLE_REQUIRE(!dims.empty(), "_fft_r2c: there must be a dimension to transform");
  const int64_t last = dims.back();
  Dims sizes = t.sizes();
  sizes[static_cast<size_t>(last)] = t.size(last) / 2 + 1;
  Tensor result = HEDDLE_TRY(Tensor::empty(sizes, complex_dtype(t.dtype())));
  if (t.numel() > 0) {
    HEDDLE_TRY(dispatch<FloatTypes>(t.dtype(), "_fft_r2c", [&]<class R>() {
      using C = std::complex<R>;
      const auto scale = static_cast<R>(scale_of(norm, count_along(t.sizes(), dims)));
      return in_parts(
          t, result, t.sizes(), Dims{last}, [&](const backend::FftLayout& layout, int64_t from, int64_t to) {
            return backend::fft_from_real<R>(layout, last, t.data<R>() + from, result.data<C>() + to, scale);
          });
    }));
    Dims others = dims;
    others.pop_back();
    if (!others.empty()) result = HEDDLE_TRY(transform_complex(result, others, FftNorm::kNone, true));
  }
  return onesided ? result : with_other_half(result, dims, t.size(last));
}

Result<Tensor> transform_to_real(const Tensor& t0, const Dims& dims, FftNorm norm, int64_t last_size) {
  HEDDLE_TRY(check_dims(t0, dims, "_fft_c2r"));
  HEDDLE_REQUIRE(!dims.empty(), "_fft_c2r: there must be a dimension to transform");
  const int64_t last = dims.back();
  HEDDLE_REQUIRE(last_size >= 1 && t0.size(last) == last_size / 2 + 1, "_fft_c2r: ", last_size,
                 " numbers need a half of ", last_size / 2 + 1, ", but the input has ", t0.size(last));
  Dims others = dims;
  others.pop_back();
  const Tensor t = others.empty() ? t0 : HEDDLE_TRY(transform_complex(t0, others, FftNorm::kNone, false));
  Dims sizes = t.sizes();
  sizes[static_cast<size_t>(last)] = last_size;
  const Tensor result = HEDDLE_TRY(Tensor::empty(sizes, real_dtype(t.dtype())));
  if (result.numel() == 0) return result;
  HEDDLE_TRY(dispatch<ComplexTypes>(t.dtype(), "_fft_c2r", [&]<class C>() {
    using R = typename C::value_type;
    const auto scale = static_cast<R>(scale_of(norm, count_along(sizes, dims)));
    return in_parts(t, result, sizes, Dims{last}, [&](const backend::FftLayout& layout, int64_t from, int64_t to) {
      return backend::fft_to_real<R>(layout, last, t.data<C>() + from, result.data<R>() + to, scale);
    });
  }));
  return result;
}

namespace {

Result<FftNorm> norm_of(int64_t number) {
  HEDDLE_REQUIRE(number >= 0 && number <= 2, "Unsupported normalization type ", number);
  return static_cast<FftNorm>(number);
}
Result<Dims> wrapped(const Tensor& t, const Dims& dims) {
  Dims result;
  for (int64_t dim : dims) result.push_back(HEDDLE_TRY(wrap_dim(dim, t.dim())));
  return result;
}

Result<Tensor> fft_c2c(const Tensor& t, const Dims& dims, int64_t norm, bool forward) {
  HEDDLE_REQUIRE(is_complex(t.dtype()), "_fft_c2c: expected a complex tensor, but got ", dtype_name(t.dtype()));
  return transform_complex(t, HEDDLE_TRY(wrapped(t, dims)), HEDDLE_TRY(norm_of(norm)), forward);
}
Result<Tensor> fft_r2c(const Tensor& t, const Dims& dims, int64_t norm, bool onesided) {
  HEDDLE_REQUIRE(is_floating(t.dtype()), "_fft_r2c: expected a floating point tensor, but got ", dtype_name(t.dtype()));
  return transform_real(t, HEDDLE_TRY(wrapped(t, dims)), HEDDLE_TRY(norm_of(norm)), onesided);
}
Result<Tensor> fft_c2r(const Tensor& t, const Dims& dims, int64_t norm, int64_t last_size) {
  HEDDLE_REQUIRE(is_complex(t.dtype()), "_fft_c2r: expected a complex tensor, but got ", dtype_name(t.dtype()));
  return transform_to_real(t, HEDDLE_TRY(wrapped(t, dims)), HEDDLE_TRY(norm_of(norm)), last_size);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(fft_transforms) {
  using namespace heddle::ops;
  add_with_out(table, "aten::_fft_c2c(Tensor self, int[] dim, int normalization, bool forward) -> Tensor",
               boxed<&fft_c2c>(), "_fft_c2c.out");
  add_with_out(table, "aten::_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor",
               boxed<&fft_r2c>(), "_fft_r2c.out");
  add_with_out(table, "aten::_fft_c2r(Tensor self, int[] dim, int normalization, int last_dim_size) -> Tensor",
               boxed<&fft_c2r>(), "_fft_c2r.out");
}
