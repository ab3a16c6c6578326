// zeros, ones, full, empty, and the forms that take after another tensor: *_like and new_*.
#include "ops/common/copy.h"
#include "ops/common/promotion.h"
#include "ops/common/resize.h"
#include "ops/creation/creation.h"
#include "ops/creation/factory.h"

namespace heddle::ops {
namespace {

using schema::boxed;

Status check_format(int64_t rank, MemoryFormat format) {
  HEDDLE_REQUIRE(format != MemoryFormat::kChannelsLast || rank == 4,
                 "required rank 4 tensor to use channels_last format");
  HEDDLE_REQUIRE(format != MemoryFormat::kChannelsLast3d || rank == 5,
                 "required rank 5 tensor to use channels_last_3d format");
  return ok_status();
}

Status fill_checked(const Tensor& t, const Scalar& value) {
  HEDDLE_REQUIRE(is_complex(t.dtype()) || !value.is_complex(), "value cannot be converted to type ",
                 python_name(t.dtype()), " without overflow");
  return fill(t, value);
}

Result<Tensor> filled(std::optional<DType> dtype, const Dims& sizes, const Scalar& value) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype.value_or(kDefaultDType)));
  HEDDLE_TRY(fill_checked(t, value));
  return t;
}

Result<Tensor> make_zeros(std::optional<DType> dtype, const Dims& sizes) {
  return zeros(sizes, dtype.value_or(kDefaultDType));
}
Result<Tensor> make_ones(std::optional<DType> dtype, const Dims& sizes) { return filled(dtype, sizes, 1); }
Result<Tensor> make_full(std::optional<DType> dtype, const Dims& sizes, const Scalar& value) {
  return full_of(sizes, value, dtype);
}
Result<Tensor> make_strided(std::optional<DType> dtype, const Dims& sizes, const Dims& strides) {
  HEDDLE_REQUIRE(sizes.size() == strides.size(), "dimensionality of sizes (", sizes.size(),
                 ") must match dimensionality of strides (", strides.size(), ")");
  return Tensor::empty_strided(sizes, strides, dtype.value_or(kDefaultDType));
}

Result<Tensor> empty_format(const Dims& sizes, std::optional<DType> dtype, std::optional<int64_t> layout,
                            std::optional<Device>, std::optional<bool>, std::optional<MemoryFormat> format) {
  HEDDLE_TRY(check_layout(layout));
  const MemoryFormat wanted = format.value_or(MemoryFormat::kContiguous);
  HEDDLE_REQUIRE(wanted != MemoryFormat::kPreserve, "unsupported memory format option Preserve");
  HEDDLE_TRY(check_format(static_cast<int64_t>(sizes.size()), wanted));
  return Tensor::empty(sizes, dtype.value_or(kDefaultDType), wanted);
}
Result<Tensor> empty_out(const Dims& sizes, std::optional<MemoryFormat> format, const Tensor& out) {
  const Tensor made = HEDDLE_TRY(empty_format(sizes, out.dtype(), {}, {}, {}, format));
  HEDDLE_TRY(resize_strided(out, made.sizes(), made.strides()));
  return out;
}

// What each of zeros, ones and empty writes.
enum class Content { kNothing, kZero, kOne };

template <Content content>
Status write_content(const Tensor& t) {
  if constexpr (content == Content::kZero) return zero(t);
  if constexpr (content == Content::kOne) return fill(t, 1);
  return ok_status();
}

template <Content content>
Result<Tensor> like(const Tensor& self, std::optional<DType> dtype, std::optional<int64_t> layout,
                    std::optional<Device>, std::optional<bool>, std::optional<MemoryFormat> format) {
  HEDDLE_TRY(check_layout(layout));
  const Tensor t = HEDDLE_TRY(empty_like(self, dtype, format));
  HEDDLE_TRY(write_content<content>(t));
  return t;
}
template <Content content>
Result<Tensor> like_out(const Tensor& self, std::optional<MemoryFormat> format, const Tensor& out) {
  const Tensor t = HEDDLE_TRY(like<content>(self, out.dtype(), {}, {}, {}, format));
  return Out::into(out).deliver(t);
}
Result<Tensor> full_like(const Tensor& self, const Scalar& value, std::optional<DType> dtype,
                         std::optional<int64_t> layout, std::optional<Device>, std::optional<bool>,
                         std::optional<MemoryFormat> format) {
  HEDDLE_TRY(check_layout(layout));
  const Tensor t = HEDDLE_TRY(empty_like(self, dtype, format));
  HEDDLE_TRY(fill_checked(t, value));
  return t;
}
Result<Tensor> full_like_out(const Tensor& self, const Scalar& value, std::optional<MemoryFormat> format,
                             const Tensor& out) {
  const Tensor t = HEDDLE_TRY(full_like(self, value, out.dtype(), {}, {}, {}, format));
  return Out::into(out).deliver(t);
}

template <Content content>
Result<Tensor> like_new(std::optional<DType> dtype, const Tensor& self, const Dims& sizes) {
  const Tensor t = HEDDLE_TRY(Tensor::empty(sizes, dtype.value_or(self.dtype())));
  HEDDLE_TRY(write_content<content>(t));
  return t;
}
Result<Tensor> new_full(std::optional<DType> dtype, const Tensor& self, const Dims& sizes, const Scalar& value) {
  return filled(dtype.value_or(self.dtype()), sizes, value);
}
Result<Tensor> new_strided(std::optional<DType> dtype, const Tensor& self, const Dims& sizes, const Dims& strides) {
  return make_strided(dtype.value_or(self.dtype()), sizes, strides);
}

constexpr std::string_view kLikeOptions =
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, "
    "MemoryFormat? memory_format=None) -> Tensor";
constexpr std::string_view kLikeOut = "MemoryFormat? memory_format=None, Tensor(a!) out) -> Tensor(a!)";

template <Content content>
void add_like(schema::TableBuilder& table, std::string_view name) {
  table.add(concat("aten::", name, "_like(Tensor self, *, ", kLikeOptions), boxed<&like<content>>());
  table.add(concat("aten::", name, "_like.out(Tensor self, *, ", kLikeOut), boxed<&like_out<content>>());
  add_factory<&like_new<content>>(table,
                                  {concat("new_", name), "Tensor self, SymInt[] size", concat("new_", name, ".out")});
}

}  // namespace

Result<Tensor> empty_like(const Tensor& self, std::optional<DType> dtype, std::optional<MemoryFormat> format) {
  const MemoryFormat wanted = format.value_or(MemoryFormat::kPreserve);
  HEDDLE_TRY(check_format(self.dim(), wanted));
  if (wanted == MemoryFormat::kPreserve) return Tensor::empty_like(self, dtype);
  return Tensor::empty(self.sizes(), dtype.value_or(self.dtype()), wanted);
}

Result<Tensor> full_of(const Dims& sizes, const Scalar& value, std::optional<DType> dtype) {
  return filled(dtype.value_or(tensor_dtype(value)), sizes, value);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(filled) {
  using namespace heddle::ops;
  add_factory<&make_zeros>(table, {"zeros", "SymInt[] size", "zeros.out"});
  add_factory<&make_zeros>(table, {"_efficientzerotensor", "int[] size", "_efficientzerotensor.out"});
  add_factory<&make_ones>(table, {"ones", "SymInt[] size", "ones.out"});
  add_factory<&make_full>(table, {"full", "SymInt[] size, Scalar fill_value", "full.out"});
  add_factory<&make_strided>(table, {"empty_strided", "SymInt[] size, SymInt[] stride", "empty_strided.out"});
  table.add(concat("aten::empty.memory_format(SymInt[] size, *, ", kLikeOptions), boxed<&empty_format>());
  table.add(concat("aten::empty.out(SymInt[] size, *, ", kLikeOut), boxed<&empty_out>());
  add_like<Content::kNothing>(table, "empty");
  add_like<Content::kZero>(table, "zeros");
  add_like<Content::kOne>(table, "ones");
  table.add(concat("aten::full_like(Tensor self, Scalar fill_value, *, ", kLikeOptions), boxed<&full_like>());
  table.add(concat("aten::full_like.out(Tensor self, Scalar fill_value, *, ", kLikeOut), boxed<&full_like_out>());
  add_factory<&new_full>(table, {"new_full", "Tensor self, SymInt[] size, Scalar fill_value", "new_full.out"});
  add_factory<&new_strided>(
      table, {"new_empty_strided", "Tensor self, SymInt[] size, SymInt[] stride", "new_empty_strided.out"});
}
