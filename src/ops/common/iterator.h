// Iterator: what every element-wise kernel is built on. It broadcasts the operands, finds the common dtype, makes or
// checks the result with PyTorch's choice of strides, orders and merges dimensions, and runs a Loop over the elements,
// split over threads.
//
//   Result<Tensor> maximum(const Tensor& a, const Tensor& b, const Out& out) {
//     Iterator it;
//     it.output(out).input(a).input(b);
//     HEDDLE_TRY(it.build(Promote::kCommon));
//     HEDDLE_TRY(it.map_binary<RealTypes>("maximum", []<class T>(T x, T y) { return std::max(x, y); }));
//     return it.result();
//   }
//
// Loops compute in a compute dtype: the common one, float32 for halves. Operands of other dtypes pass through small
// buffers, a few hundred elements at a time, so mixed dtypes cost no temporary tensor. One Iterator is one call's, on
// one thread; tensors it was given must outlive it.
#pragma once

#include <array>
#include <optional>

#include "core/tensor.h"
#include "ops/common/dispatch.h"
#include "ops/common/loop.h"
#include "ops/common/out.h"

namespace heddle::ops {

// How the dtypes of the inputs (those of input() and number()) come together.
enum class Promote {
  kNone,    // they do not: every operand is handed to the loop in its own dtype (halves as float)
  kSame,    // they must be equal
  kCommon,  // torch.result_type
  kFloat,   // the same, and integers become float32: sin, true division
};

class Iterator {
 public:
  static constexpr size_t kMaxOperands = 8;
  // Elements that are worth a task of their own.
  static constexpr int64_t kGrain = 32768;

  // Operands, outputs first. References are kept, not copied, except that of a number.
  Iterator& output(const Out& out);
  Iterator& input(const Tensor& t);
  // An input that keeps its dtype and takes no part in promotion (a mask).
  Iterator& plain_input(const Tensor& t);
  // A zero-dimensional input; it takes part in promotion as a Python number does.
  Iterator& number(const Scalar& value);
  // The dtype of the outputs, where it is not the common dtype (comparisons: bool).
  Iterator& output_dtype(DType dtype) {
    output_dtype_ = dtype;
    return *this;
  }

  // Decides dtypes, shape and layout, makes the outputs. With Promote::kNone and new outputs, output_dtype() must have
  // been called.
  Status build(Promote promote);
  // For loops that convert by themselves: no dtype is looked at, every operand goes to the loop as it is, and the
  // inputs are broadcast to the shape of the one output.
  Status build_copy();

  // After build():
  DType common_dtype() const { return common_; }
  DType compute_dtype() const { return ops::compute_dtype(common_); }
  int64_t numel() const { return numel_; }
  const Dims& shape() const { return sizes_; }
  const Tensor& result(size_t i = 0) const { return operands_[i].tensor; }

  // Runs the loop over all elements. The context is read by several threads at once.
  void run(Loop loop, const void* context, int64_t grain = kGrain) const;
  // The table's loop for the compute dtype; not_implemented() when it has none.
  Status run(const LoopTable& table, std::string_view kernel, const void* context = nullptr) const;
  // out = f(inputs...), of the types in the signature, which must be the operands' compute dtypes.
  template <class Signature, class F>
  void run(const F& f) const {
    run(map_loop<Signature, F>(), &f);
  }
  // The same for f.operator()<T>(T...) -> T, T being the compute dtype, one of Set.
  template <class Set, class F>
  Status map_unary(std::string_view kernel, const F& f) const {
    return dispatch<Set>(compute_dtype(), kernel, [&]<class T>() {
      run<T(T)>([&f](T a) -> T { return f.template operator()<T>(a); });
      return ok_status();
    });
  }
  template <class Set, class F>
  Status map_binary(std::string_view kernel, const F& f) const {
    return dispatch<Set>(compute_dtype(), kernel, [&]<class T>() {
      run<T(T, T)>([&f](T a, T b) -> T { return f.template operator()<T>(a, b); });
      return ok_status();
    });
  }
  template <class Set, class F>
  Status map_ternary(std::string_view kernel, const F& f) const {
    return dispatch<Set>(compute_dtype(), kernel, [&]<class T>() {
      run<T(T, T, T)>([&f](T a, T b, T c) -> T { return f.template operator()<T>(a, b, c); });
      return ok_status();
    });
  }

 private:
  struct Operand {
    Tensor tensor;
    DType compute = DType::kFloat32;
    bool is_output = false;
    bool is_plain = false;   // outside promotion
    bool is_number = false;  // value in `bytes`
    bool in_place = false;
    bool replace = false;  // an output to be made, or to be resized
    Scalar value;
    alignas(16) char bytes[16];
    char* data = nullptr;
    Dims strides;  // in bytes, dimension 0 innermost
  };

  Operand& add();
  Status decide_dtypes(Promote promote);
  Status decide_shape();
  Status build_layout();
  Status decide_layout();
  bool try_common_layout();
  Status order_dimensions();
  Status make_output(Operand& o, const Dims& strides);
  Status check_overlap() const;
  void coalesce();
  int compare(int64_t a, int64_t b) const;
  DType dtype_of_operand(const Operand& o) const { return o.is_number ? o.compute : o.tensor.dtype(); }
  void run_range(Loop loop, const void* context, int64_t begin, int64_t end) const;
  void run_strip(Loop loop, const void* context, char* const* data, const int64_t* strides, int64_t n0,
                 int64_t n1) const;

  std::array<Operand, kMaxOperands> operands_;
  size_t operand_count_ = 0;
  size_t output_count_ = 0;
  std::optional<DType> output_dtype_;
  DType common_ = DType::kFloat32;
  bool needs_cast_ = false;
  bool into_shape_of_output_ = false;
  int64_t numel_ = 0;
  Dims sizes_;  // as PyTorch sees them, outermost first
  Dims order_;  // order_[0] is the innermost dimension
  Dims shape_;  // merged, innermost first
};

}  // namespace heddle::ops
