// Kernels of the in-place and out= forms that TableBuilder::derive() declares: compute the functional operator, then
// store its results. They follow PyTorch: an in-place result must have the tensor's shape and a dtype castable to it;
// an out tensor is resized to fit.
#pragma once

#include "schema/call.h"

namespace heddle::schema {

Status run_inplace_form(const Call& call);
Status run_out_form(const Call& call);

}  // namespace heddle::schema
