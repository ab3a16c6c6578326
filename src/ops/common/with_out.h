// An operator and its out= form from one schema, where the form merely stores what the operator computed:
//   add_with_out(table, "aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", boxed<&slogdet>(),
//   "slogdet.out");
// declares "aten::slogdet.out(Tensor self, *, Tensor(a!) sign, Tensor(b!) logabsdet) -> (Tensor(a!) sign, Tensor(b!)
// logabsdet)". For families that register operators.
#pragma once

#include <initializer_list>
#include <string_view>

#include "schema/operator_table.h"

namespace heddle::ops {

// The out arguments are called as the results are, or as `names` says; a single unnamed result is "out".
void add_with_out(schema::TableBuilder& table, std::string_view schema, schema::Kernel kernel,
                  std::string_view out_name, std::initializer_list<std::string_view> names = {});

}  // namespace heddle::ops
