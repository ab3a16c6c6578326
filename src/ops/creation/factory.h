// Factories: operators that make a tensor from numbers. One function `Result<Tensor> f(std::optional<DType>, A...)`
// becomes the functional operator, with its dtype, layout, device and pin_memory arguments, and the out= form, which
// computes in the dtype of `out`. Devices are taken and ignored: there is only the CPU.
//   add_factory<&eye>(table, {"eye", "int n", .out = "eye.out"});
#pragma once

#include <string>
#include <string_view>

#include "ops/common/out.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {

// Only strided tensors exist.
inline Status check_layout(const std::optional<int64_t>& layout) {
  HEDDLE_REQUIRE_CODE(layout.value_or(0) == 0, kUnsupported, "only the strided layout is supported");
  return ok_status();
}

struct FactorySchema {
  std::string_view name;       // with overload, "randint.low"
  std::string_view arguments;  // those before dtype; may have keyword ones: "int[] size, *, Generator? generator"
  std::string_view out{};      // name of the out= form with overload; empty: there is none
  std::string_view default_dtype = "None";
  uint32_t flags = schema::kPure;
};

namespace detail {

template <auto make, class Signature>
struct FactoryOf;
template <auto make, class... A>
struct FactoryOf<make, Result<Tensor> (*)(std::optional<DType>, A...)> {
  static Result<Tensor> functional(A... arguments, std::optional<DType> dtype, std::optional<int64_t> layout,
                                   std::optional<Device>, std::optional<bool>) {
    HEDDLE_TRY(check_layout(layout));
    return make(dtype, arguments...);
  }
  static Result<Tensor> out(A... arguments, const Tensor& out) {
    const Tensor made = HEDDLE_TRY(make(out.dtype(), arguments...));
    return Out::into(out).deliver(made);
  }
};

// "aten::NAME(ARGUMENTS, *, " with what follows the star still to come.
inline std::string open_schema(std::string_view name, std::string_view arguments) {
  const bool starred = arguments.find("*,") != std::string_view::npos;
  return concat("aten::", name, "(", arguments, starred ? ", " : ", *, ");
}

}  // namespace detail

template <auto make>
void add_factory(schema::TableBuilder& table, const FactorySchema& s) {
  using Kernels = detail::FactoryOf<make, decltype(make)>;
  table.add(concat(detail::open_schema(s.name, s.arguments), "ScalarType? dtype=", s.default_dtype,
                   ", Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor"),
            schema::boxed<&Kernels::functional>(), s.flags);
  if (s.out.empty()) return;
  table.add(concat(detail::open_schema(s.out, s.arguments), "Tensor(a!) out) -> Tensor(a!)"),
            schema::boxed<&Kernels::out>(), s.flags);
}

}  // namespace heddle::ops
