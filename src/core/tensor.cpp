#include "core/tensor.h"

#include <algorithm>
#include <numeric>

#include "core/quantizer.h"

namespace heddle {
namespace {

Tensor make_tensor(Ref<Storage> storage, DType dtype, Dims sizes, Dims strides, int64_t offset) {
  Ref<TensorImpl> impl = is_quantized(dtype) ? Ref<TensorImpl>(make_ref<QuantizedImpl>()) : make_ref<TensorImpl>();
  impl->storage = std::move(storage);
  impl->dtype = dtype;
  impl->offset = offset;
  impl->numel = 1;
  for (int64_t s : sizes) impl->numel *= s;
  impl->sizes = std::move(sizes);
  impl->strides = std::move(strides);
  return Tensor(std::move(impl));
}

// Dimensions from outermost to innermost in memory.
Dims memory_order(const Dims& sizes, const Dims& strides) {
  Dims order(sizes.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    const auto i = static_cast<size_t>(a);
    const auto j = static_cast<size_t>(b);
    // A dimension of one element has no place in memory; sort it by the room it would span.
    return strides[i] * std::max<int64_t>(sizes[i], 1) > strides[j] * std::max<int64_t>(sizes[j], 1);
  });
  return order;
}

// Bytes from the storage's start to the end of the last reachable element.
Result<int64_t> reach(std::span<const int64_t> sizes, std::span<const int64_t> strides, int64_t offset,
                      int64_t element) {
  int64_t last = offset;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return int64_t{0};
    int64_t span = 0;
    HEDDLE_REQUIRE(strides[i] >= 0, "negative stride ", strides[i], " in strides ", to_text(strides));
    HEDDLE_REQUIRE(
        !__builtin_mul_overflow(sizes[i] - 1, strides[i], &span) && !__builtin_add_overflow(last, span, &last),
        "sizes ", to_text(sizes), " with strides ", to_text(strides), " overflow");
  }
  int64_t bytes = 0;
  HEDDLE_REQUIRE(!__builtin_add_overflow(last, 1, &last) && !__builtin_mul_overflow(last, element, &bytes), "sizes ",
                 to_text(sizes), " with strides ", to_text(strides), " overflow");
  return bytes;
}

// Strides without gaps for the sizes of `like`, its dimensions in the order they have in memory.
Dims dense_strides(const Tensor& like) {
  // Outermost first. Expanded dimensions say nothing about the order: they stay where a contiguous tensor has them.
  Dims order(like.sizes().size());
  std::iota(order.begin(), order.end(), int64_t{0});
  for (size_t i = order.size(); i-- > 0;) {
    size_t moving = i;
    for (size_t inner = i + 1; inner < order.size(); ++inner) {
      const auto a = static_cast<size_t>(order[moving]);
      const auto b = static_cast<size_t>(order[inner]);
      const int64_t outer_stride = like.strides()[a];
      const int64_t inner_stride = like.strides()[b];
      if (outer_stride == 0 || inner_stride == 0) continue;
      const bool swap =
          outer_stride < inner_stride || (outer_stride == inner_stride && like.sizes()[a] < like.sizes()[b]);
      if (!swap) break;
      std::swap(order[moving], order[inner]);
      moving = inner;
    }
  }
  Dims strides(order.size());
  int64_t running = 1;
  for (size_t i = order.size(); i-- > 0;) {
    const auto d = static_cast<size_t>(order[i]);
    strides[d] = running;
    running *= std::max<int64_t>(like.sizes()[d], 1);
  }
  return strides;
}

}  // namespace

Dims contiguous_strides(std::span<const int64_t> sizes, MemoryFormat format) {
  Dims strides(sizes.size());
  int64_t running = 1;
  const auto place = [&](size_t i) {
    strides[i] = running;
    running *= std::max<int64_t>(sizes[i], 1);
  };
  const size_t spatial = format == MemoryFormat::kChannelsLast ? 4 : format == MemoryFormat::kChannelsLast3d ? 5 : 0;
  if (spatial && sizes.size() == spatial) {
    place(1);
    for (size_t i = spatial - 1; i >= 2; --i) place(i);
    place(0);
  } else {
    for (size_t i = sizes.size(); i-- > 0;) place(i);
  }
  return strides;
}

Result<int64_t> checked_numel(std::span<const int64_t> sizes, int64_t element_bytes) {
  int64_t count = 1;
  int64_t bytes = element_bytes;
  bool overflow = false;
  bool empty = false;
  for (int64_t s : sizes) {
    HEDDLE_REQUIRE(s >= 0, "Trying to create tensor with negative dimension ", s, ": ", to_text(sizes));
    if (s == 0) {
      empty = true;
      continue;
    }
    overflow |= __builtin_mul_overflow(count, s, &count) || __builtin_mul_overflow(bytes, s, &bytes);
  }
  if (empty) return int64_t{0};
  HEDDLE_REQUIRE(!overflow, "sizes ", to_text(sizes), " have more elements than memory can hold");
  return count;
}

Result<int64_t> wrap_dim(int64_t dim, int64_t rank) {
  const int64_t limit = std::max<int64_t>(rank, 1);
  HEDDLE_REQUIRE_CODE(dim >= -limit && dim < limit, kIndex, "Dimension out of range (expected to be in range of [",
                      -limit, ", ", limit - 1, "], but got ", dim, ")");
  return dim < 0 ? dim + limit : dim;
}

Result<Dims> broadcast_sizes(std::span<const int64_t> a, std::span<const int64_t> b) {
  const size_t rank = std::max(a.size(), b.size());
  Dims out(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t x = i < rank - a.size() ? 1 : a[i - (rank - a.size())];
    const int64_t y = i < rank - b.size() ? 1 : b[i - (rank - b.size())];
    HEDDLE_REQUIRE(x == y || x == 1 || y == 1, "The size of tensor a (", x, ") must match the size of tensor b (", y,
                   ") at non-singleton dimension ", i);
    out[i] = x == 1 ? y : x;
  }
  return out;
}

Dims broadcast_strides(std::span<const int64_t> sizes, std::span<const int64_t> strides, std::span<const int64_t> to) {
  Dims out(to.size());
  const size_t lead = to.size() - sizes.size();
  for (size_t i = 0; i < sizes.size(); ++i) {
    out[lead + i] = sizes[i] == 1 && to[lead + i] != 1 ? 0 : strides[i];
  }
  return out;
}

Result<Tensor> Tensor::empty(std::span<const int64_t> sizes, DType dtype, MemoryFormat format) {
  const int64_t element = element_size(dtype);
  const int64_t numel = HEDDLE_TRY(checked_numel(sizes, element));
  Ref<Storage> storage = HEDDLE_TRY(Storage::allocate(static_cast<size_t>(numel * element)));
  return make_tensor(std::move(storage), dtype, Dims(sizes), contiguous_strides(sizes, format), 0);
}

Result<Tensor> Tensor::empty_strided(std::span<const int64_t> sizes, std::span<const int64_t> strides, DType dtype) {
  HEDDLE_REQUIRE(sizes.size() == strides.size(), "sizes ", to_text(sizes), " and strides ", to_text(strides),
                 " must have the same length");
  HEDDLE_TRY(checked_numel(sizes, element_size(dtype)));
  const int64_t bytes = HEDDLE_TRY(reach(sizes, strides, 0, element_size(dtype)));
  return make_tensor(HEDDLE_TRY(Storage::allocate(static_cast<size_t>(bytes))), dtype, Dims(sizes), Dims(strides), 0);
}

Result<Tensor> Tensor::empty_like(const Tensor& like, std::optional<DType> dtype) {
  const DType wanted = dtype.value_or(like.dtype());
  const Tensor result =
      HEDDLE_TRY(empty_strided(like.sizes(), like.is_dense() ? like.strides() : dense_strides(like), wanted));
  if (is_quantized(wanted) && wanted == like.dtype()) set_quantizer(result, heddle::quantizer_of(like));
  return result;
}

Result<Tensor> Tensor::scalar(const Scalar& value, DType dtype) {
  Tensor t = HEDDLE_TRY(empty({}, dtype));
  switch (dtype) {
#define HEDDLE_STORE(name, type)        \
  case DType::name:                     \
    *t.data<type>() = value.to<type>(); \
    break;
    HEDDLE_STORE(kUInt8, uint8_t)
    HEDDLE_STORE(kInt8, int8_t)
    HEDDLE_STORE(kInt16, int16_t)
    HEDDLE_STORE(kInt32, int32_t)
    HEDDLE_STORE(kInt64, int64_t)
    HEDDLE_STORE(kFloat16, Half)
    HEDDLE_STORE(kFloat32, float)
    HEDDLE_STORE(kFloat64, double)
    HEDDLE_STORE(kComplex64, Complex64)
    HEDDLE_STORE(kComplex128, Complex128)
    HEDDLE_STORE(kBool, bool)
    HEDDLE_STORE(kBFloat16, BFloat16)
#undef HEDDLE_STORE
    default:
      return invalid("cannot make a number tensor of dtype ", python_name(dtype));
  }
  return t;
}

Result<Tensor> Tensor::from_storage(Ref<Storage> storage, DType dtype, std::span<const int64_t> sizes,
                                    std::span<const int64_t> strides, int64_t offset) {
  HEDDLE_REQUIRE(sizes.size() == strides.size(), "sizes ", to_text(sizes), " and strides ", to_text(strides),
                 " must have the same length");
  HEDDLE_REQUIRE(offset >= 0, "negative storage offset ", offset);
  HEDDLE_TRY(checked_numel(sizes, element_size(dtype)));
  const int64_t needed = HEDDLE_TRY(reach(sizes, strides, offset, element_size(dtype)));
  HEDDLE_REQUIRE(static_cast<uint64_t>(needed) <= storage->bytes(), "setStorage: sizes ", to_text(sizes), ", strides ",
                 to_text(strides), ", storage offset ", offset, " and itemsize ", element_size(dtype),
                 " requiring a storage size of ", needed, " are out of bounds for storage of size ", storage->bytes());
  return make_tensor(std::move(storage), dtype, Dims(sizes), Dims(strides), offset);
}

Result<Tensor> Tensor::from_blob(void* data, std::span<const int64_t> sizes, DType dtype, std::function<void()> release,
                                 std::optional<Dims> strides) {
  const Dims layout = strides ? *strides : contiguous_strides(sizes);
  HEDDLE_TRY(checked_numel(sizes, element_size(dtype)));
  HEDDLE_REQUIRE(sizes.size() == layout.size(), "sizes and strides must have the same length");
  const int64_t bytes = HEDDLE_TRY(reach(sizes, layout, 0, element_size(dtype)));
  return make_tensor(Storage::wrap(data, static_cast<size_t>(bytes), std::move(release)), dtype, Dims(sizes), layout,
                     0);
}

bool Tensor::is_contiguous(MemoryFormat format) const {
  const size_t spatial = format == MemoryFormat::kChannelsLast ? 4 : format == MemoryFormat::kChannelsLast3d ? 5 : 0;
  if (spatial && sizes().size() != spatial) return false;
  if (numel() == 0) return spatial == 0;
  if (spatial == 0) {
    int64_t running = 1;
    for (size_t i = sizes().size(); i-- > 0;) {
      if (sizes()[i] != 1 && strides()[i] != running) return false;
      running *= sizes()[i];
    }
    return true;
  }
  const Dims wanted = contiguous_strides(sizes(), format);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (sizes()[i] != 1 && strides()[i] != wanted[i]) return false;
  }
  return true;
}

bool Tensor::is_dense() const {
  if (is_contiguous()) return true;
  const Dims order = memory_order(sizes(), strides());
  int64_t running = 1;
  for (size_t i = order.size(); i-- > 0;) {
    const auto d = static_cast<size_t>(order[i]);
    if (sizes()[d] == 1) continue;
    if (strides()[d] != running) return false;
    running *= sizes()[d];
  }
  return true;
}

MemoryFormat Tensor::suggested_format() const {
  // Ambiguous strides (one channel, or 1x1 pixels) are channels-last only if the channel stride says so.
  const auto channels_last = [&](size_t rank) {
    if (sizes().size() != rank || strides()[1] == 0) return false;
    int64_t smallest = 0;
    const auto fits = [&](size_t d) {
      if (sizes()[d] == 0 || strides()[d] < smallest) return false;
      if (d == 0 && smallest == strides()[1]) return false;
      smallest = strides()[d];
      if (sizes()[d] > 1) smallest *= sizes()[d];
      return true;
    };
    if (!fits(1)) return false;
    for (size_t d = rank - 1; d >= 2; --d) {
      if (!fits(d)) return false;
    }
    return fits(0);
  };
  if (channels_last(4)) return MemoryFormat::kChannelsLast;
  if (channels_last(5)) return MemoryFormat::kChannelsLast3d;
  return MemoryFormat::kContiguous;
}

Tensor Tensor::alias(std::span<const int64_t> sizes, std::span<const int64_t> strides, int64_t offset) const {
  Tensor view = make_tensor(storage(), dtype(), Dims(sizes), Dims(strides), offset);
  view.impl_->conj = impl_->conj;
  view.impl_->neg = impl_->neg;
  if (is_quantized(dtype())) set_quantizer(view, quantizer_of(*this));
  return view;
}

Tensor Tensor::select(int64_t dim, int64_t index) const {
  Dims sizes = this->sizes();
  Dims strides = this->strides();
  const auto d = static_cast<size_t>(dim);
  const int64_t offset = this->offset() + index * strides[d];
  sizes.erase(d);
  strides.erase(d);
  return alias(sizes, strides, offset);
}

Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  Dims sizes = this->sizes();
  sizes[static_cast<size_t>(dim)] = length;
  return alias(sizes, strides(), offset() + start * stride(dim));
}

Tensor Tensor::transpose(int64_t a, int64_t b) const {
  Dims sizes = this->sizes();
  Dims strides = this->strides();
  std::swap(sizes[static_cast<size_t>(a)], sizes[static_cast<size_t>(b)]);
  std::swap(strides[static_cast<size_t>(a)], strides[static_cast<size_t>(b)]);
  return alias(sizes, strides, offset());
}

Tensor Tensor::permute(std::span<const int64_t> order) const {
  Dims sizes(order.size());
  Dims strides(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    sizes[i] = size(order[i]);
    strides[i] = stride(order[i]);
  }
  return alias(sizes, strides, offset());
}

Tensor Tensor::unsqueeze(int64_t dim) const {
  Dims sizes = this->sizes();
  Dims strides = this->strides();
  const auto d = static_cast<size_t>(dim);
  const int64_t stride = d < sizes.size() ? sizes[d] * strides[d] : 1;
  sizes.insert(d, 1);
  strides.insert(d, stride);
  return alias(sizes, strides, offset());
}

Tensor Tensor::view_contiguous(std::span<const int64_t> sizes) const {
  return alias(sizes, contiguous_strides(sizes), offset());
}

Ref<const Quantizer> quantizer_of(const Tensor& t) {
  const auto* impl = dynamic_cast<const QuantizedImpl*>(t.impl());
  return impl ? impl->quantizer : nullptr;
}

void set_quantizer(const Tensor& t, Ref<const Quantizer> quantizer) {
  static_cast<QuantizedImpl*>(t.impl())->quantizer = std::move(quantizer);
}

Tensor view_as_dtype(const Tensor& t, DType dtype) {
  return make_tensor(t.storage(), dtype, t.sizes(), t.strides(), t.offset());
}

}  // namespace heddle
