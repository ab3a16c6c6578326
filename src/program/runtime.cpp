#include "program/runtime.h"

#include <mutex>

#include "heddle/error.h"
#include "ops/operators.h"
#include "program/library_blocks.h"
#include "schema/operator_table.h"

namespace heddle::program {

void ensure_operators() {
  static std::once_flag once;
  std::call_once(once, [] { schema::install_operators(value_or_throw(ops::build_operator_table())); });
}

void ensure_runtime() {
  ensure_operators();
  static std::once_flag once;
  std::call_once(once, run_kept_blocks);
}

}  // namespace heddle::program
