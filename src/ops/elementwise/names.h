// Registering element-wise operators that have further names. Private to ops/elementwise.
#pragma once

#include <initializer_list>
#include <string>

#include "ops/common/forms.h"

namespace heddle::ops {

// "aten::NAME(Tensor self) -> Tensor", NAME_ and NAME.out of each name; names that begin with special_ have no in-place
// form.
template <auto f>
void add_unary(schema::TableBuilder& table, std::initializer_list<std::string> names) {
  for (const std::string& name : names) {
    add_forms<f>(table, concat("aten::", name, "(Tensor self) -> Tensor"),
                 {name.starts_with("special_") ? "" : name + "_", name + ".out"});
  }
}

}  // namespace heddle::ops
