// torch.fft: transforms over one, two and any number of dimensions, of complex, real and hermitian input.
#include <string>

#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/common/with_out.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"
#include "ops/elementwise/binary.h"
#include "ops/fft/transform.h"
#include "ops/pad/pad.h"
#include "ops/shape/join.h"
#include "schema/boxed.h"

namespace heddle::ops {
namespace {

using schema::boxed;
using Name = std::optional<std::string_view>;
using Size = std::optional<int64_t>;
using Sizes = std::optional<Dims>;

// float32, float64 or complex, as the transforms need it.
Result<Tensor> promoted(const Tensor& t, bool to_complex) {
  DType dtype = float_dtype(t.dtype());
  HEDDLE_REQUIRE(dtype != DType::kFloat16 && dtype != DType::kBFloat16 && dtype != DType::kComplex32,
                 "Unsupported dtype ", dtype_name(dtype));
  if (to_complex) dtype = complex_dtype(dtype);
  return to_dtype(t, dtype);
}

// Cut or padded with zeros at the end of the dimensions; a size of -1 leaves one as it is.
Result<Tensor> resized(Tensor t, const Dims& dims, const Dims& sizes) {
  Dims pad(2 * t.sizes().size(), 0);
  bool pads = false;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (sizes[i] == -1) continue;
    const int64_t more = sizes[i] - t.size(dims[i]);
    if (more < 0) t = t.narrow(dims[i], 0, sizes[i]);
    pad[static_cast<size_t>(2 * (t.dim() - 1 - dims[i]) + 1)] = std::max<int64_t>(more, 0);
    pads |= more > 0;
  }
  return pads ? constant_pad(t, pad, 0) : Result<Tensor>(t);
}

struct Line {
  Tensor t;
  int64_t dim;
  int64_t size;
};

Result<Line> line_of(const Tensor& self, const char* name, Size n, int64_t dim0) {
  HEDDLE_REQUIRE(self.dim() >= 1, "Dimension specified as ", dim0, " but tensor has no dimensions");
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, self.dim()));
  const int64_t size = n.value_or(self.size(dim));
  HEDDLE_REQUIRE(size >= 1, name, ": Invalid number of data points (", size, ") specified");
  return Line{self, dim, size};
}

Result<Tensor> one(const char* name, const Tensor& self, Size n, int64_t dim, Name norm_name, bool forward) {
  const Line line = HEDDLE_TRY(line_of(HEDDLE_TRY(promoted(self, !forward)), name, n, dim));
  const Tensor t = HEDDLE_TRY(resized(line.t, Dims{line.dim}, Dims{line.size}));
  const FftNorm norm = HEDDLE_TRY(fft_norm(norm_name, forward));
  if (!is_complex(t.dtype())) return transform_real(t, Dims{line.dim}, norm, false);
  return transform_complex(t, Dims{line.dim}, norm, forward);
}

Result<Tensor> one_real(const char* name, const Tensor& self, Size n, int64_t dim, Name norm_name, bool forward) {
  HEDDLE_REQUIRE(!is_complex(self.dtype()), name, " expects a real input tensor, but got ", dtype_name(self.dtype()));
  const Line line = HEDDLE_TRY(line_of(HEDDLE_TRY(promoted(self, false)), name, n, dim));
  const Tensor t = HEDDLE_TRY(resized(line.t, Dims{line.dim}, Dims{line.size}));
  const Tensor half = HEDDLE_TRY(transform_real(t, Dims{line.dim}, HEDDLE_TRY(fft_norm(norm_name, forward)), true));
  return forward ? half : conjugate(half);
}

Result<Tensor> one_to_real(const char* name, const Tensor& self, Size n, int64_t dim0, Name norm_name, bool forward) {
  const Tensor in = HEDDLE_TRY(promoted(self, true));
  HEDDLE_REQUIRE(in.dim() >= 1, "Dimension specified as ", dim0, " but tensor has no dimensions");
  const int64_t dim = HEDDLE_TRY(wrap_dim(dim0, in.dim()));
  const int64_t size = n.value_or(2 * (in.size(dim) - 1));
  HEDDLE_REQUIRE(size >= 1, name, ": Invalid number of data points (", size, ") specified");
  const Tensor t = HEDDLE_TRY(resized(in, Dims{dim}, Dims{size / 2 + 1}));
  return transform_to_real(forward ? HEDDLE_TRY(conjugate(t)) : t, Dims{dim}, HEDDLE_TRY(fft_norm(norm_name, forward)),
                           size);
}

struct Shape {
  Dims dims;
  Dims sizes;
};

// The dimensions and the size of each: the last s.size() where only s is given, all where neither is.
Result<Shape> shape_of(const Tensor& t, const Sizes& s, const Sizes& dims) {
  Shape shape;
  if (dims) {
    HEDDLE_REQUIRE(static_cast<int64_t>(dims->size()) <= t.dim(), "Got shape with ", dims->size(),
                   " values but input tensor only has ", t.dim(), " dimensions.");
    for (int64_t dim : *dims) shape.dims.push_back(HEDDLE_TRY(wrap_dim(dim, t.dim())));
    for (size_t i = 0; i < shape.dims.size(); ++i) {
      for (size_t j = 0; j < i; ++j) HEDDLE_REQUIRE(shape.dims[i] != shape.dims[j], "FFT dims must be unique");
    }
    HEDDLE_REQUIRE(!s || s->size() == dims->size(),
                   "When given, dim and shape arguments must have the same length, but got ", dims->size(), " and ",
                   s->size());
  } else {
    const int64_t count = s ? static_cast<int64_t>(s->size()) : t.dim();
    HEDDLE_REQUIRE(count <= t.dim(), "Got shape with ", count, " values but input tensor only has ", t.dim(),
                   " dimensions.");
    for (int64_t d = t.dim() - count; d < t.dim(); ++d) shape.dims.push_back(d);
  }
  for (size_t i = 0; i < shape.dims.size(); ++i) {
    const int64_t given = s ? (*s)[i] : -1;
    shape.sizes.push_back(given == -1 ? t.size(shape.dims[i]) : given);
  }
  return shape;
}

Status check_sizes(const Dims& sizes) {
  for (int64_t size : sizes) HEDDLE_REQUIRE(size > 0, "Invalid number of data points (", size, ") specified");
  return ok_status();
}

Result<Tensor> many(const Tensor& self, const Sizes& s, const Sizes& dims, Name norm_name, bool forward) {
  const Shape shape = HEDDLE_TRY(shape_of(self, s, dims));
  HEDDLE_TRY(check_sizes(shape.sizes));
  const bool real = forward && !is_complex(self.dtype()) && !shape.dims.empty();
  const Tensor t = HEDDLE_TRY(resized(HEDDLE_TRY(promoted(self, !real)), shape.dims, shape.sizes));
  const FftNorm norm = HEDDLE_TRY(fft_norm(norm_name, forward));
  return real ? transform_real(t, shape.dims, norm, false) : transform_complex(t, shape.dims, norm, forward);
}

Dims without_last(const Dims& dims) { return Dims(dims.span().first(dims.size() - 1)); }

Result<Tensor> many_real(const char* name, const Tensor& self, const Sizes& s, const Sizes& dims, Name norm_name,
                         bool forward) {
  HEDDLE_REQUIRE(!is_complex(self.dtype()), name, " expects a real-valued input tensor, but got ",
                 dtype_name(self.dtype()));
  const Shape shape = HEDDLE_TRY(shape_of(self, s, dims));
  HEDDLE_REQUIRE(!shape.dims.empty(), name, " must transform at least one axis");
  HEDDLE_TRY(check_sizes(shape.sizes));
  const Tensor t = HEDDLE_TRY(resized(HEDDLE_TRY(promoted(self, false)), shape.dims, shape.sizes));
  const FftNorm norm = HEDDLE_TRY(fft_norm(norm_name, forward));
  if (forward) return transform_real(t, shape.dims, norm, true);
  const Tensor half = HEDDLE_TRY(conjugate(HEDDLE_TRY(transform_real(t, Dims{shape.dims.back()}, norm, true))));
  return transform_complex(half, without_last(shape.dims), norm, false);
}

Result<Tensor> many_to_real(const char* name, const Tensor& self, const Sizes& s, const Sizes& dims, Name norm_name,
                            bool forward) {
  Shape shape = HEDDLE_TRY(shape_of(self, s, dims));
  HEDDLE_REQUIRE(!shape.dims.empty(), name, " must transform at least one axis");
  const bool given = s && s->back() != -1;
  const int64_t last = given ? s->back() : 2 * (self.size(shape.dims.back()) - 1);
  HEDDLE_REQUIRE(last >= 1, "Invalid number of data points (", last, ") specified");
  shape.sizes.back() = last / 2 + 1;
  HEDDLE_TRY(check_sizes(shape.sizes));
  const Tensor t = HEDDLE_TRY(resized(HEDDLE_TRY(promoted(self, true)), shape.dims, shape.sizes));
  const FftNorm norm = HEDDLE_TRY(fft_norm(norm_name, forward));
  if (!forward) return transform_to_real(t, shape.dims, norm, last);
  const Tensor rest = HEDDLE_TRY(transform_complex(t, without_last(shape.dims), norm, true));
  return transform_to_real(HEDDLE_TRY(conjugate(rest)), Dims{shape.dims.back()}, norm, last);
}

Result<Tensor> fft(const Tensor& t, Size n, int64_t dim, Name norm) { return one("fft_fft", t, n, dim, norm, true); }
Result<Tensor> ifft(const Tensor& t, Size n, int64_t dim, Name norm) { return one("fft_ifft", t, n, dim, norm, false); }
Result<Tensor> rfft(const Tensor& t, Size n, int64_t dim, Name norm) { return one_real("rfft", t, n, dim, norm, true); }
Result<Tensor> ihfft(const Tensor& t, Size n, int64_t dim, Name norm) {
  return one_real("ihfft", t, n, dim, norm, false);
}
Result<Tensor> irfft(const Tensor& t, Size n, int64_t dim, Name norm) {
  return one_to_real("irfft", t, n, dim, norm, false);
}
Result<Tensor> hfft(const Tensor& t, Size n, int64_t dim, Name norm) {
  return one_to_real("hfft", t, n, dim, norm, true);
}
Result<Tensor> fftn(const Tensor& t, Sizes s, Sizes d, Name norm) { return many(t, s, d, norm, true); }
Result<Tensor> ifftn(const Tensor& t, Sizes s, Sizes d, Name norm) { return many(t, s, d, norm, false); }
Result<Tensor> rfftn(const Tensor& t, Sizes s, Sizes d, Name norm) { return many_real("rfftn", t, s, d, norm, true); }
Result<Tensor> ihfftn(const Tensor& t, Sizes s, Sizes d, Name norm) {
  return many_real("ihfftn", t, s, d, norm, false);
}
Result<Tensor> irfftn(const Tensor& t, Sizes s, Sizes d, Name norm) {
  return many_to_real("irfftn", t, s, d, norm, false);
}
Result<Tensor> hfftn(const Tensor& t, Sizes s, Sizes d, Name norm) {
  return many_to_real("hfftn", t, s, d, norm, true);
}

// k / (n d) for the places k of a transform, the second half negative.
Result<Tensor> frequencies(std::optional<DType> dtype, int64_t n, double d, bool half) {
  HEDDLE_REQUIRE(n >= 0, "Trying to create tensor with negative dimension ", n);
  const DType type = dtype.value_or(kDefaultDType);
  HEDDLE_REQUIRE(is_floating(type) || is_complex(type), half ? "rfftfreq" : "fftfreq",
                 " requires a floating point or complex dtype");
  const Tensor result = HEDDLE_TRY(Tensor::empty(Dims{half ? n / 2 + 1 : n}, DType::kFloat64));
  const int64_t positive = half ? n / 2 + 1 : (n + 1) / 2;
  for (int64_t k = 0; k < result.numel(); ++k) {
    result.data<double>()[k] = static_cast<double>(k < positive ? k : k - n) * (1.0 / (static_cast<double>(n) * d));
  }
  return to_dtype(result, type);
}
Result<Tensor> fftfreq(std::optional<DType> dtype, int64_t n, double d) { return frequencies(dtype, n, d, false); }
Result<Tensor> rfftfreq(std::optional<DType> dtype, int64_t n, double d) { return frequencies(dtype, n, d, true); }

Result<Tensor> shifted(const Tensor& t, const Sizes& dims, bool back) {
  Dims shifts;
  Dims along;
  if (dims) {
    HEDDLE_REQUIRE_CODE(t.dim() > 0 || dims->empty(), kIndex, "Dimension specified as ", (*dims)[0],
                        " but tensor has no dimensions");
    for (int64_t dim : *dims) along.push_back(HEDDLE_TRY(wrap_dim(dim, t.dim())));
  } else {
    for (int64_t d = 0; d < t.dim(); ++d) along.push_back(d);
  }
  for (int64_t dim : along) shifts.push_back((t.size(dim) + (back ? 1 : 0)) / 2);
  return roll(t, shifts, along);
}
Result<Tensor> fftshift(const Tensor& t, Sizes dims) { return shifted(t, dims, false); }
Result<Tensor> ifftshift(const Tensor& t, Sizes dims) { return shifted(t, dims, true); }

template <auto f>
void add_one(schema::TableBuilder& table, const std::string& name) {
  add_with_out(table, concat("aten::fft_", name, "(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor"),
               boxed<f>(), concat("fft_", name, ".out"));
}
template <auto f>
void add_many(schema::TableBuilder& table, const std::string& name) {
  add_with_out(table,
               concat("aten::fft_", name, "n(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor"),
               boxed<f>(), concat("fft_", name, "n.out"));
  add_with_out(
      table,
      concat("aten::fft_", name, "2(Tensor self, int[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor"),
      boxed<f>(), concat("fft_", name, "2.out"));
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(fft) {
  using namespace heddle::ops;
  add_one<&fft>(table, "fft");
  add_one<&ifft>(table, "ifft");
  add_one<&rfft>(table, "rfft");
  add_one<&irfft>(table, "irfft");
  add_one<&hfft>(table, "hfft");
  add_one<&ihfft>(table, "ihfft");
  add_many<&fftn>(table, "fft");
  add_many<&ifftn>(table, "ifft");
  add_many<&rfftn>(table, "rfft");
  add_many<&irfftn>(table, "irfft");
  add_many<&hfftn>(table, "hfft");
  add_many<&ihfftn>(table, "ihfft");
  add_factory<&fftfreq>(table, {.name = "fft_fftfreq", .arguments = "int n, float d=1.", .out = "fft_fftfreq.out"});
  add_factory<&rfftfreq>(table, {.name = "fft_rfftfreq", .arguments = "int n, float d=1.", .out = "fft_rfftfreq.out"});
  table.add("aten::fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", boxed<&fftshift>());
  table.add("aten::fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor", boxed<&ifftshift>());
}
