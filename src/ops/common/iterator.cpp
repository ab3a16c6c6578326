#include "ops/common/iterator.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "core/element.h"
#include "ops/common/cast.h"
#include "ops/common/overlap.h"
#include "ops/common/promotion.h"
#include "ops/common/resize.h"
#include "parallel/parallel.h"

namespace heddle::ops {

Iterator::Operand& Iterator::add() { return operands_[operand_count_++]; }

Iterator& Iterator::output(const Out& out) {
  Operand& o = add();
  ++output_count_;
  o.is_output = true;
  o.tensor = out.tensor();
  o.in_place = out.is_in_place();
  return *this;
}

Iterator& Iterator::input(const Tensor& t) {
  add().tensor = t;
  return *this;
}

Iterator& Iterator::plain_input(const Tensor& t) {
  Operand& o = add();
  o.tensor = t;
  o.is_plain = true;
  return *this;
}

Iterator& Iterator::number(const Scalar& value) {
  Operand& o = add();
  o.is_number = true;
  o.value = value;
  return *this;
}

Status Iterator::build(Promote promote) {
  // The most frequent call of all, for which the questions below would take longer than the answer: a new result of
  // contiguous float32 tensors of one size, and of numbers.
  const auto plain_input = [&]() -> const Tensor* {
    if (promote == Promote::kNone || output_dtype_ || output_count_ != 1 || operands_[0].tensor.defined()) {
      return nullptr;
    }
    const Tensor* first = nullptr;
    for (size_t i = 1; i < operand_count_; ++i) {
      const Operand& o = operands_[i];
      if (o.is_number && !o.value.is_complex() && promote != Promote::kSame) continue;
      if (o.is_number || o.is_plain || o.tensor.dtype() != DType::kFloat32 || !o.tensor.is_contiguous()) return nullptr;
      if (first && !(first->sizes() == o.tensor.sizes())) return nullptr;
      first = &o.tensor;
    }
    return first;
  };
  const Tensor* plain = plain_input();
  if (!plain) {
    HEDDLE_TRY(decide_dtypes(promote));
    return build_layout();
  }
  sizes_ = plain->sizes();
  numel_ = plain->numel();
  shape_ = Dims{numel_, 1};
  operands_[0].tensor = HEDDLE_TRY(Tensor::empty(sizes_, DType::kFloat32));
  for (size_t i = 0; i < operand_count_; ++i) {
    Operand& o = operands_[i];
    if (o.is_number) store_element(o.bytes, DType::kFloat32, o.value);
    o.data = o.is_number ? o.bytes : static_cast<char*>(o.tensor.raw_data());
    o.strides = Dims{o.is_number ? 0 : int64_t{sizeof(float)}, 0};
  }
  return ok_status();
}

Status Iterator::build_copy() {
  common_ = operands_[0].tensor.dtype();
  into_shape_of_output_ = true;
  return build_layout();
}

Status Iterator::build_layout() {
  HEDDLE_TRY(decide_shape());
  HEDDLE_TRY(decide_layout());
  HEDDLE_TRY(check_overlap());
  coalesce();
  return ok_status();
}

Status Iterator::decide_dtypes(Promote promote) {
  if (promote == Promote::kCommon || promote == Promote::kFloat) {
    ResultType type;
    for (size_t i = output_count_; i < operand_count_; ++i) {
      const Operand& o = operands_[i];
      if (o.is_number) {
        type.add(o.value);
      } else if (!o.is_plain) {
        type.add(o.tensor);
      }
    }
    const auto result = type.result();
    HEDDLE_REQUIRE(result, "the operands have no common dtype");
    common_ = promote == Promote::kFloat ? float_dtype(*result) : *result;
  } else {
    bool found = false;
    for (size_t i = output_count_; i < operand_count_; ++i) {
      const Operand& o = operands_[i];
      if (o.is_number || o.is_plain) continue;
      if (!found) common_ = o.tensor.dtype();
      found = true;
      HEDDLE_REQUIRE(promote != Promote::kSame || o.tensor.dtype() == common_, "Found dtype ",
                     dtype_name(o.tensor.dtype()), " but expected ", dtype_name(common_));
    }
    if (!found) common_ = output_dtype_ ? *output_dtype_ : operands_[0].tensor.dtype();
  }
  const DType result = output_dtype_.value_or(common_);
  for (size_t i = 0; i < operand_count_; ++i) {
    Operand& o = operands_[i];
    if (o.is_output) {
      o.compute = ops::compute_dtype(result);
      if (o.tensor.defined()) HEDDLE_TRY(check_can_cast(result, o.tensor.dtype()));
      needs_cast_ |= (o.tensor.defined() ? o.tensor.dtype() : result) != o.compute;
    } else if (o.is_number) {
      o.compute = ops::compute_dtype(common_);
      if (!store_element(o.bytes, o.compute, o.value)) return not_implemented("number", o.compute);
    } else {
      o.compute = ops::compute_dtype(o.is_plain || promote == Promote::kNone ? o.tensor.dtype() : common_);
      needs_cast_ |= o.tensor.dtype() != o.compute;
    }
  }
  return ok_status();
}

Status Iterator::decide_shape() {
  bool first = !into_shape_of_output_;
  if (into_shape_of_output_) sizes_ = operands_[0].tensor.sizes();
  for (size_t i = output_count_; i < operand_count_; ++i) {
    const Operand& o = operands_[i];
    if (o.is_number) continue;
    if (first) {
      sizes_ = o.tensor.sizes();
      first = false;
    } else if (!(o.tensor.sizes() == sizes_)) {
      sizes_ = HEDDLE_TRY(broadcast_sizes(sizes_, o.tensor.sizes()));
    }
  }
  for (size_t i = 0; i < output_count_; ++i) {
    Operand& o = operands_[i];
    o.replace = !o.tensor.defined();
    if (o.replace || o.tensor.sizes() == sizes_) continue;
    HEDDLE_REQUIRE(!o.in_place, "output with shape ", to_text(o.tensor.sizes()), " doesn't match the broadcast shape ",
                   to_text(sizes_));
    o.replace = true;
  }
  numel_ = 1;
  for (int64_t s : sizes_) numel_ *= s;
  return ok_status();
}

Status Iterator::make_output(Operand& o, const Dims& strides) {
  if (o.tensor.defined()) return resize_strided(o.tensor, sizes_, strides);
  o.tensor = HEDDLE_TRY(Tensor::empty_strided(sizes_, strides, output_dtype_.value_or(common_)));
  return ok_status();
}

// The frequent case: every operand has the full shape and one layout. Then any order of the elements will do.
bool Iterator::try_common_layout() {
  const Tensor* first = nullptr;
  bool contiguous = true;
  bool channels_last = sizes_.size() == 4;
  bool channels_last_3d = sizes_.size() == 5;
  bool same_strides = true;
  for (size_t i = 0; i < operand_count_; ++i) {
    const Operand& o = operands_[i];
    if (o.replace || o.is_number) continue;
    if (!(o.tensor.sizes() == sizes_)) return false;
    contiguous = contiguous && o.tensor.is_contiguous();
    channels_last = channels_last && o.tensor.is_contiguous(MemoryFormat::kChannelsLast);
    channels_last_3d = channels_last_3d && o.tensor.is_contiguous(MemoryFormat::kChannelsLast3d);
    same_strides = same_strides && (first ? o.tensor.strides() == first->strides() : o.tensor.is_dense());
    if (!first) first = &o.tensor;
    if (!contiguous && !channels_last && !channels_last_3d && !same_strides) return false;
  }
  if (!first) return false;
  if (contiguous) {
    order_ = contiguous_strides(sizes_);
  } else if (channels_last) {
    order_ = contiguous_strides(sizes_, MemoryFormat::kChannelsLast);
  } else if (channels_last_3d) {
    order_ = contiguous_strides(sizes_, MemoryFormat::kChannelsLast3d);
  } else {
    order_ = first->strides();
  }
  return true;
}

Status Iterator::decide_layout() {
  if (try_common_layout()) {
    const Dims strides = std::move(order_);
    shape_ = Dims{numel_};
    for (size_t i = 0; i < operand_count_; ++i) {
      Operand& o = operands_[i];
      if (o.replace) HEDDLE_TRY(make_output(o, strides));
      o.data = o.is_number ? o.bytes : static_cast<char*>(o.tensor.raw_data());
      o.strides = Dims{o.is_number ? 0 : element_size(o.tensor.dtype())};
    }
    return ok_status();
  }
  return order_dimensions();
}

// Whether dimension a lies inside (-1) or outside (1) of b in memory; 0 when the operands do not say.
int Iterator::compare(int64_t a, int64_t b) const {
  const auto i = static_cast<size_t>(a);
  const auto j = static_cast<size_t>(b);
  for (size_t k = 0; k < operand_count_; ++k) {
    const Operand& o = operands_[k];
    if (o.replace || o.is_number || o.strides[i] == 0 || o.strides[j] == 0) continue;
    if (o.strides[i] != o.strides[j]) return o.strides[i] < o.strides[j] ? -1 : 1;
    if (sizes_[i] > sizes_[j]) return 1;
  }
  return 0;
}

Status Iterator::order_dimensions() {
  for (size_t k = 0; k < operand_count_; ++k) {
    Operand& o = operands_[k];
    if (!o.replace && !o.is_number) o.strides = broadcast_strides(o.tensor.sizes(), o.tensor.strides(), sizes_);
  }
  const size_t rank = sizes_.size();
  order_.resize(rank);
  for (size_t i = 0; i < rank; ++i) order_[i] = static_cast<int64_t>(rank - 1 - i);
  // Insertion sort that steps over undecided pairs: such dimensions keep the order of a contiguous tensor.
  for (size_t i = 1; i < rank; ++i) {
    size_t moving = i;
    for (size_t below = i; below-- > 0;) {
      const int order = compare(order_[below], order_[moving]);
      if (order < 0) break;
      if (order > 0) {
        std::swap(order_[below], order_[moving]);
        moving = below;
      }
    }
  }
  Dims dense(rank);
  int64_t running = 1;
  for (int64_t d : order_) {
    dense[static_cast<size_t>(d)] = running;
    running *= std::max<int64_t>(sizes_[static_cast<size_t>(d)], 1);
  }
  shape_.resize(rank);
  for (size_t i = 0; i < rank; ++i) shape_[i] = sizes_[static_cast<size_t>(order_[i])];
  for (size_t k = 0; k < operand_count_; ++k) {
    Operand& o = operands_[k];
    if (o.replace) {
      HEDDLE_TRY(make_output(o, dense));
      o.strides = o.tensor.strides();
    }
    const int64_t element = o.is_number ? 0 : element_size(o.tensor.dtype());
    Dims bytes(rank);
    for (size_t i = 0; i < rank && !o.is_number; ++i) bytes[i] = o.strides[static_cast<size_t>(order_[i])] * element;
    o.strides = std::move(bytes);
    o.data = o.is_number ? o.bytes : static_cast<char*>(o.tensor.raw_data());
  }
  return ok_status();
}

Status Iterator::check_overlap() const {
  for (size_t i = 0; i < output_count_; ++i) {
    const Operand& out = operands_[i];
    if (out.replace) continue;
    HEDDLE_TRY(check_no_internal_overlap(out.tensor));
    for (size_t k = output_count_; k < operand_count_; ++k) {
      if (!operands_[k].is_number) HEDDLE_TRY(check_no_partial_overlap(out.tensor, operands_[k].tensor));
    }
  }
  return ok_status();
}

void Iterator::coalesce() {
  const auto mergeable = [&](size_t inner, size_t outer) {
    if (shape_[inner] == 1 || shape_[outer] == 1) return true;
    for (size_t k = 0; k < operand_count_; ++k) {
      const Dims& strides = operands_[k].strides;
      if (strides[inner] * shape_[inner] != strides[outer]) return false;
    }
    return true;
  };
  if (shape_.size() > 1) {
    size_t last = 0;
    for (size_t d = 1; d < shape_.size(); ++d) {
      if (mergeable(last, d)) {
        for (size_t k = 0; k < operand_count_ && shape_[last] == 1; ++k)
          operands_[k].strides[last] = operands_[k].strides[d];
        shape_[last] *= shape_[d];
      } else if (++last != d) {
        for (size_t k = 0; k < operand_count_; ++k) operands_[k].strides[last] = operands_[k].strides[d];
        shape_[last] = shape_[d];
      }
    }
    shape_.resize(last + 1);
  }
  // Strips have two dimensions.
  while (shape_.size() < 2) {
    for (size_t k = 0; k < operand_count_; ++k) {
      operands_[k].strides.resize(shape_.size());
      operands_[k].strides.push_back(0);
    }
    shape_.push_back(1);
  }
}

Status Iterator::run(const LoopTable& table, std::string_view kernel, const void* context) const {
  const Loop loop = table[compute_dtype()];
  if (!loop) return not_implemented(kernel, common_);
  run(loop, context);
  return ok_status();
}

void Iterator::run(Loop loop, const void* context, int64_t grain) const {
  if (numel_ == 0) return;
  if (numel_ <= grain) {
    run_range(loop, context, 0, numel_);
  } else {
    parallel::parallel_for(0, numel_, grain, [&](int64_t begin, int64_t end) { run_range(loop, context, begin, end); });
  }
}

void Iterator::run_range(Loop loop, const void* context, int64_t begin, int64_t end) const {
  const size_t rank = shape_.size();
  std::array<int64_t, 2 * kMaxOperands> strides;
  std::array<char*, kMaxOperands> data;
  for (size_t k = 0; k < operand_count_; ++k) {
    strides[k] = operands_[k].strides[0];
    strides[operand_count_ + k] = operands_[k].strides[1];
    data[k] = operands_[k].data;
  }
  if (rank == 2 && begin == 0 && end == numel_) {
    run_strip(loop, context, data.data(), strides.data(), shape_[0], shape_[1]);
    return;
  }
  Dims at(rank);
  for (int64_t d = 0, rest = begin; d < static_cast<int64_t>(rank); ++d) {
    const int64_t size = shape_[static_cast<size_t>(d)];
    at[static_cast<size_t>(d)] = rest % size;
    rest /= size;
  }
  while (begin < end) {
    for (size_t k = 0; k < operand_count_; ++k) {
      const Operand& o = operands_[k];
      data[k] = o.data;
      for (size_t d = 0; d < rank; ++d) data[k] += at[d] * o.strides[d];
    }
    // Whole rows where the range allows, the rest of one row otherwise.
    int64_t n0 = std::min(shape_[0] - at[0], end - begin);
    int64_t n1 = 1;
    if (at[0] == 0 && n0 == shape_[0]) n1 = std::min(shape_[1] - at[1], (end - begin) / n0);
    run_strip(loop, context, data.data(), strides.data(), n0, n1);
    begin += n0 * n1;
    at[0] += n0;
    if (at[0] < shape_[0]) continue;
    at[0] = 0;
    at[1] += n1;
    for (size_t d = 1; d + 1 < rank && at[d] == shape_[d]; ++d) {
      at[d] = 0;
      ++at[d + 1];
    }
  }
}

// Operands whose dtype is not the loop's are converted through buffers, kChunk elements at a time.
void Iterator::run_strip(Loop loop, const void* context, char* const* data, const int64_t* strides, int64_t n0,
                         int64_t n1) const {
  if (!needs_cast_) {
    loop(context, data, strides, n0, n1);
    return;
  }
  constexpr int64_t kChunk = 256;
  const size_t count = operand_count_;
  // Apart by more than a page's length: stores are mistaken for loads with the same place in another page.
  alignas(64) char buffers[kMaxOperands][kChunk * 16 + 192];
  std::array<Loop, kMaxOperands> casts{};
  for (size_t k = 0; k < count; ++k) {
    const Operand& o = operands_[k];
    const DType dtype = dtype_of_operand(o);
    if (dtype != o.compute) casts[k] = o.is_output ? cast_loop(o.compute, dtype) : cast_loop(dtype, o.compute);
  }
  std::array<char*, kMaxOperands> at;
  std::array<int64_t, 2 * kMaxOperands> chunk_strides{};
  for (int64_t j = 0; j < n1; ++j) {
    for (int64_t i = 0; i < n0; i += kChunk) {
      const int64_t n = std::min(kChunk, n0 - i);
      for (size_t k = 0; k < count; ++k) {
        const Operand& o = operands_[k];
        char* const element = data[k] + j * strides[count + k] + i * strides[k];
        at[k] = casts[k] ? buffers[k] : element;
        chunk_strides[k] = casts[k] ? element_size(o.compute) : strides[k];
        if (!casts[k] || o.is_output) continue;
        const int64_t distinct = strides[k] == 0 ? 1 : n;
        if (distinct == 1) chunk_strides[k] = 0;
        char* const pair[2] = {buffers[k], element};
        const int64_t steps[4] = {element_size(o.compute), strides[k], 0, 0};
        casts[k](nullptr, pair, steps, distinct, 1);
      }
      loop(context, at.data(), chunk_strides.data(), n, 1);
      for (size_t k = 0; k < output_count_; ++k) {
        if (!casts[k]) continue;
        char* const pair[2] = {data[k] + j * strides[count + k] + i * strides[k], buffers[k]};
        const int64_t steps[4] = {strides[k], element_size(operands_[k].compute), 0, 0};
        casts[k](nullptr, pair, steps, n, 1);
      }
    }
  }
}

}  // namespace heddle::ops
