// Registration shared by the files of ops/linalg.
#pragma once

#include "ops/backend/blas.h"
#include "ops/common/forms.h"
#include "schema/operator_table.h"

namespace heddle::ops {

// The forms of an operator that ends in multiply() of linalg/product.h, with its implementations described.
template <auto f>
void add_product_forms(schema::TableBuilder& table, std::string_view schema, FormNames names = {}) {
  add_forms<f>(table, schema, names).implementation("gemm", backend::gemm_description());
}

}  // namespace heddle::ops
