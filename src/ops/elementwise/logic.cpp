// logical_*, bitwise_*, shifts and the operators & | ^ << >> ~.
#include "ops/common/forms.h"
#include "ops/elementwise/binary.h"
#include "ops/elementwise/spec.h"
#include "ops/elementwise/unary.h"

namespace heddle::ops {
namespace {

struct LogicalAnd {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    // Both are looked at, as a branch would keep the loop from being vectorised.
    return (a != T(0)) & (b != T(0));
  }
};
struct LogicalOr {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return (a != T(0)) | (b != T(0));
  }
};
struct LogicalXor {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return (a != T(0)) != (b != T(0));
  }
};
struct LogicalNot {
  template <class T>
  bool operator()(const T& a) const {
    return a == T(0);
  }
};
// Bools as the bytes they are, which vectors compare.
struct NotByte {
  uint8_t operator()(uint8_t a) const { return a == 0; }
};
constexpr UnaryOperator with_bytes(UnaryOperator op) {
  op.loops.at(DType::kBool) = stateless_loop<uint8_t(uint8_t), NotByte>();
  return op;
}
struct BitAnd {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct BitOr {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct BitXor {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};
struct BitNot {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_same_v<T, bool>) {
      return !a;
    } else {
      return static_cast<T>(~a);
    }
  }
};
// Shifts by the width of the type or more, or by a negative count, have one defined result.
template <class T>
constexpr bool shifts_out(T count) {
  if constexpr (std::is_signed_v<T>) {
    if (count < 0) return true;
  }
  return count >= static_cast<T>(8 * sizeof(T));
}
struct ShiftLeft {
  template <class T>
  T operator()(T a, T count) const {
    if (shifts_out(count)) return 0;
    return static_cast<T>(static_cast<uint64_t>(a) << count);
  }
};
struct ShiftRight {
  template <class T>
  T operator()(T a, T count) const {
    if (shifts_out(count)) return std::is_signed_v<T> && a < 0 ? static_cast<T>(-1) : T(0);
    return static_cast<T>(a >> count);
  }
};

using BitTypes = Join<IntTypes, BoolType>;

constexpr BinaryOperator kLogicalAnd{"logical_and", Promote::kCommon, binary_predicate_loops<LogicalAnd>(LoopTypes{}),
                                     DType::kBool};
constexpr BinaryOperator kLogicalOr{"logical_or", Promote::kCommon, binary_predicate_loops<LogicalOr>(LoopTypes{}),
                                    DType::kBool};
constexpr BinaryOperator kLogicalXor{"logical_xor", Promote::kCommon, binary_predicate_loops<LogicalXor>(LoopTypes{}),
                                     DType::kBool};
constexpr UnaryOperator kLogicalNot =
    with_bytes({"logical_not", Promote::kCommon, unary_predicate_loops<LogicalNot>(LoopTypes{}), DType::kBool});
constexpr BinaryOperator kBitAnd{"bitwise_and", Promote::kCommon, binary_loops<BitAnd>(BitTypes{})};
constexpr BinaryOperator kBitOr{"bitwise_or", Promote::kCommon, binary_loops<BitOr>(BitTypes{})};
constexpr BinaryOperator kBitXor{"bitwise_xor", Promote::kCommon, binary_loops<BitXor>(BitTypes{})};
constexpr UnaryOperator kBitNot = with_bytes({"bitwise_not", Promote::kCommon, unary_loops<BitNot>(BitTypes{})});
constexpr BinaryOperator kShiftLeft{"lshift", Promote::kCommon, binary_loops<ShiftLeft>(IntTypes{})};
constexpr BinaryOperator kShiftRight{"rshift", Promote::kCommon, binary_loops<ShiftRight>(IntTypes{})};

template <const BinaryOperator& op>
void add_bitwise(schema::TableBuilder& table, const std::string& word) {
  const std::string name = "bitwise_" + word;
  add_forms<&binary<op>>(table, concat("aten::", name, ".Tensor(Tensor self, Tensor other) -> Tensor"),
                         {name + "_.Tensor", name + ".Tensor_out"});
  add_forms<&binary_number<op>>(table, concat("aten::", name, ".Scalar(Tensor self, Scalar other) -> Tensor"),
                                {name + "_.Scalar", name + ".Scalar_out"});
  add_forms<&number_binary<op>>(table, concat("aten::", name, ".Scalar_Tensor(Scalar self, Tensor other) -> Tensor"),
                                {.out = name + ".Scalar_Tensor_out"});
  add_forms<&binary<op>>(table, concat("aten::__", word, "__.Tensor(Tensor self, Tensor other) -> Tensor"),
                         {.in_place = concat("__i", word, "__.Tensor")});
  add_forms<&binary_number<op>>(table, concat("aten::__", word, "__.Scalar(Tensor self, Scalar other) -> Tensor"),
                                {.in_place = concat("__i", word, "__.Scalar")});
}

template <const BinaryOperator& op>
void add_shift(schema::TableBuilder& table, const std::string& word, const std::string& symbol) {
  const std::string name = "bitwise_" + word + "_shift";
  add_forms<&binary<op>>(table, concat("aten::", name, ".Tensor(Tensor self, Tensor other) -> Tensor"),
                         {name + "_.Tensor", name + ".Tensor_out"});
  add_forms<&binary_number<op>>(table, concat("aten::", name, ".Tensor_Scalar(Tensor self, Scalar other) -> Tensor"),
                                {name + "_.Tensor_Scalar", name + ".Tensor_Scalar_out"});
  add_forms<&number_binary<op>>(table, concat("aten::", name, ".Scalar_Tensor(Scalar self, Tensor other) -> Tensor"),
                                {.out = name + ".Scalar_Tensor_out"});
  const std::string plain = concat("__", symbol, "__");
  add_forms<&binary_number<op>>(table, concat("aten::", plain, ".Scalar(Tensor self, Scalar other) -> Tensor"),
                                {concat("__i", symbol, "__.Scalar"), plain + ".Scalar_out"});
  add_forms<&binary<op>>(table, concat("aten::", plain, ".Tensor(Tensor self, Tensor other) -> Tensor"),
                         {concat("__i", symbol, "__.Tensor"), plain + ".Tensor_out"});
}

template <const BinaryOperator& op>
void add_logical(schema::TableBuilder& table, const std::string& name) {
  add_forms<&binary<op>>(table, concat("aten::", name, "(Tensor self, Tensor other) -> Tensor"),
                         {name + "_", name + ".out"});
}

}  // namespace

Result<Tensor> logical_and(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kLogicalAnd, self, other, out);
}
Result<Tensor> logical_not(const Tensor& self, const Out& out) { return run_unary(kLogicalNot, self, out); }
Result<Tensor> logical_or(const Tensor& self, const Tensor& other, const Out& out) {
  return run_binary(kLogicalOr, self, other, out);
}

}  // namespace heddle::ops

HEDDLE_OPERATORS(logic) {
  using namespace heddle::ops;
  add_logical<kLogicalAnd>(table, "logical_and");
  add_logical<kLogicalOr>(table, "logical_or");
  add_logical<kLogicalXor>(table, "logical_xor");
  add_forms<&unary<kLogicalNot>>(table, "aten::logical_not(Tensor self) -> Tensor",
                                 {"logical_not_", "logical_not.out"});
  add_bitwise<kBitAnd>(table, "and");
  add_bitwise<kBitOr>(table, "or");
  add_bitwise<kBitXor>(table, "xor");
  add_forms<&unary<kBitNot>>(table, "aten::bitwise_not(Tensor self) -> Tensor", {"bitwise_not_", "bitwise_not.out"});
  add_shift<kShiftLeft>(table, "left", "lshift");
  add_shift<kShiftRight>(table, "right", "rshift");
}
