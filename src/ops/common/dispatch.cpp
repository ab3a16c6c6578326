#include "ops/common/dispatch.h"

namespace heddle::ops {

Status not_implemented(std::string_view kernel, DType dtype) {
  return invalid("\"", kernel, "\" not implemented for '", dtype_name(dtype), "'");
}

}  // namespace heddle::ops
