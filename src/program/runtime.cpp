#include "program/runtime.h"

#include <mutex>

#include "heddle/error.h"
#include "program/library_blocks.h"
#include "schema/operator_table.h"

namespace heddle::ops {
// Written by the build from the HEDDLE_OPERATORS lines of src/ops.
void register_all_operators(schema::TableBuilder& table);
}  // namespace heddle::ops

namespace heddle::program {

void ensure_operators() {
  static std::once_flag once;
  std::call_once(once, [] {
    schema::TableBuilder builder;
    ops::register_all_operators(builder);
    schema::install_operators(value_or_throw(builder.build()));
  });
}

void ensure_runtime() {
  ensure_operators();
  static std::once_flag once;
  std::call_once(once, run_kept_blocks);
}

}  // namespace heddle::program
