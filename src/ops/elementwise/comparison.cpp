// eq, ne, lt, le, gt, ge of tensors and numbers.
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

#define HEDDLE_COMPARISON(name, symbol)             \
  struct name {                                     \
    template <class T>                              \
    bool operator()(const T& a, const T& b) const { \
      return a symbol b;                            \
    }                                               \
  };
HEDDLE_COMPARISON(Equal, ==)
HEDDLE_COMPARISON(NotEqual, !=)
HEDDLE_COMPARISON(Less, <)
HEDDLE_COMPARISON(LessEqual, <=)
HEDDLE_COMPARISON(Greater, >)
HEDDLE_COMPARISON(GreaterEqual, >=)
#undef HEDDLE_COMPARISON

// Complex numbers are equal or not, but have no order.
using OrderedTypes = Join<RealTypes, BoolType>;

template <class F, class Set>
constexpr BinaryOperator comparison(std::string_view name, Set set) {
  return {name, Promote::kCommon, binary_predicate_loops<F>(set), DType::kBool};
}
constexpr BinaryOperator kEq = comparison<Equal>("eq", LoopTypes{});
constexpr BinaryOperator kNe = comparison<NotEqual>("ne", LoopTypes{});
constexpr BinaryOperator kLt = comparison<Less>("lt", OrderedTypes{});
constexpr BinaryOperator kLe = comparison<LessEqual>("le", OrderedTypes{});
constexpr BinaryOperator kGt = comparison<Greater>("gt", OrderedTypes{});
constexpr BinaryOperator kGe = comparison<GreaterEqual>("ge", OrderedTypes{});

template <const BinaryOperator& op>
void add_comparison(schema::TableBuilder& table, const std::string& name) {
  add_forms<&binary_number<op>>(table, concat("aten::", name, ".Scalar(Tensor self, Scalar other) -> Tensor"),
                                {name + "_.Scalar", name + ".Scalar_out"});
  add_forms<&binary<op>>(table, concat("aten::", name, ".Tensor(Tensor self, Tensor other) -> Tensor"),
                         {name + "_.Tensor", name + ".Tensor_out"});
}

}  // namespace

#define HEDDLE_COMPARISON(name, op)                                              \
  Result<Tensor> name(const Tensor& self, const Tensor& other, const Out& out) { \
    return run_binary(op, self, other, out);                                     \
  }                                                                              \
  Result<Tensor> name(const Tensor& self, const Scalar& other, const Out& out) { \
    return run_binary(op, self, other, out);                                     \
  }
HEDDLE_COMPARISON(eq, kEq)
HEDDLE_COMPARISON(ne, kNe)
HEDDLE_COMPARISON(lt, kLt)
HEDDLE_COMPARISON(le, kLe)
HEDDLE_COMPARISON(gt, kGt)
HEDDLE_COMPARISON(ge, kGe)
#undef HEDDLE_COMPARISON

}  // namespace heddle::ops

HEDDLE_OPERATORS(comparison) {
  using namespace heddle::ops;
  add_comparison<kEq>(table, "eq");
  for (const char* name : {"ne", "not_equal"}) add_comparison<kNe>(table, name);
  for (const char* name : {"lt", "less"}) add_comparison<kLt>(table, name);
  for (const char* name : {"le", "less_equal"}) add_comparison<kLe>(table, name);
  for (const char* name : {"gt", "greater"}) add_comparison<kGt>(table, name);
  for (const char* name : {"ge", "greater_equal"}) add_comparison<kGe>(table, name);
}
