// One function, three operators: `f(arguments..., const Out&)` as add(), add_() and add.out().
//   add_forms<&maximum>(table, "aten::maximum(Tensor self, Tensor other) -> Tensor", {.out = "maximum.out"});
// writes the other schemas from the functional one: the in-place form marks the first argument, the out= form appends
// one.
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "ops/common/out.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {

// Names with overload of the further forms, "add_.Tensor"; empty: there is none.
struct FormNames {
  std::string_view in_place{};
  std::string_view out{};
};

// "aten::add_.Tensor(Tensor(a!) self, ...) -> Tensor(a!)" and "aten::add.out(..., *, Tensor(a!) out) -> Tensor(a!)" of
// "aten::add.Tensor(Tensor self, ...) -> Tensor".
std::string in_place_schema(std::string_view functional, std::string_view name);
std::string out_schema(std::string_view functional, std::string_view name);

namespace detail {

template <auto f, class Arguments, class Indices>
struct FormsOf;
template <auto f, class... All, size_t... I>
struct FormsOf<f, std::tuple<All...>, std::index_sequence<I...>> {
  using Arguments = std::tuple<All...>;
  template <size_t i>
  using Argument = std::tuple_element_t<i, Arguments>;
  static constexpr bool kTensorFirst = std::is_same_v<Argument<0>, const Tensor&>;
  static auto functional(Argument<I>... arguments) { return f(arguments..., Out()); }
  static auto in_place(Argument<I>... arguments) {
    const Tensor& self = std::get<0>(std::tie(arguments...));
    return f(arguments..., Out::in_place(self));
  }
  static auto out(Argument<I>... arguments, const Tensor& out) { return f(arguments..., Out::into(out)); }
};
template <auto f, class R, class... All>
FormsOf<f, std::tuple<All...>, std::make_index_sequence<sizeof...(All) - 1>> forms_of(R (*)(All...));
template <auto f>
using Forms = decltype(forms_of<f>(f));

}  // namespace detail

// The kernels of the three forms, for schemas that do not follow the pattern.
template <auto f>
schema::Kernel functional() {
  return schema::boxed<&detail::Forms<f>::functional>();
}
template <auto f>
schema::Kernel in_place() {
  return schema::boxed<&detail::Forms<f>::in_place>();
}
template <auto f>
schema::Kernel into_out() {
  return schema::boxed<&detail::Forms<f>::out>();
}

template <auto f>
schema::TableBuilder& add_forms(schema::TableBuilder& table, std::string_view schema, FormNames names = {},
                                uint32_t flags = schema::kPure) {
  if constexpr (detail::Forms<f>::kTensorFirst) {
    if (!names.in_place.empty()) table.add(in_place_schema(schema, names.in_place), in_place<f>(), flags);
  }
  if (!names.out.empty()) table.add(out_schema(schema, names.out), into_out<f>(), flags);
  return table.add(schema, functional<f>(), flags);
}

}  // namespace heddle::ops
