// at::indexing: what stands between a tensor's brackets in Python. t.index({Slice(1, None), "...", None, 0, mask}).
#pragma once

#include "heddle_torch/ivalue.h"

namespace at {
HEDDLE_TORCH_BEGIN
namespace indexing {

enum class TensorIndexType { None, Ellipsis, SymInt, Integer = SymInt, Boolean, Slice, Tensor };
constexpr c10::nullopt_t None = c10::nullopt;
struct EllipsisIndexType final {};
constexpr EllipsisIndexType Ellipsis{};

struct Slice final {
  Slice(optional<int64_t> start = nullopt, optional<int64_t> stop = nullopt, optional<int64_t> step = nullopt)
      : start_(start), stop_(stop), step_(step.value_or(1)) {
    TORCH_CHECK_VALUE(step_ != 0, "slice step cannot be zero");
  }
  const optional<int64_t>& start() const { return start_; }
  const optional<int64_t>& stop() const { return stop_; }
  int64_t step() const { return step_; }

 private:
  optional<int64_t> start_;
  optional<int64_t> stop_;
  int64_t step_;
};

struct TensorIndex final {
  TensorIndex(c10::nullopt_t) : type_(TensorIndexType::None) {}
  TensorIndex(EllipsisIndexType) : type_(TensorIndexType::Ellipsis) {}
  TensorIndex(const char* text) : type_(TensorIndexType::Ellipsis) {
    TORCH_CHECK_VALUE(std::string_view(text) == "...", "Expected \"...\" to represent an ellipsis index, but got \"",
                      text, "\"");
  }
  template <class T, class = std::enable_if_t<std::is_integral<T>::value && !std::is_same<T, bool>::value>>
  TensorIndex(T value) : type_(TensorIndexType::Integer), integer_(static_cast<int64_t>(value)) {}
  template <class T, class = std::enable_if_t<std::is_same<T, bool>::value>, class = void>
  TensorIndex(T value) : type_(TensorIndexType::Boolean), integer_(value) {}
  TensorIndex(Slice slice) : type_(TensorIndexType::Slice), slice_(slice) {}
  TensorIndex(Tensor tensor) : type_(TensorIndexType::Tensor), tensor_(std::move(tensor)) {}

  bool is_none() const { return type_ == TensorIndexType::None; }
  bool is_ellipsis() const { return type_ == TensorIndexType::Ellipsis; }
  bool is_integer() const { return type_ == TensorIndexType::Integer; }
  bool is_boolean() const { return type_ == TensorIndexType::Boolean; }
  bool is_slice() const { return type_ == TensorIndexType::Slice; }
  bool is_tensor() const { return type_ == TensorIndexType::Tensor; }
  int64_t integer() const { return integer_; }
  bool boolean() const { return integer_ != 0; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  TensorIndexType type_;
  int64_t integer_ = 0;
  Slice slice_;
  Tensor tensor_;
};

std::ostream& operator<<(std::ostream& out, const Slice& slice);
std::ostream& operator<<(std::ostream& out, const TensorIndex& index);

}  // namespace indexing
HEDDLE_TORCH_END
}  // namespace at
