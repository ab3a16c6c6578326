// Heddle: loads TorchScript archives and runs them on CPUs. This header is the whole public C++ API.
#pragma once

#include "heddle/error.h"
#include "heddle/jit.h"
#include "heddle/library.h"
#include "heddle/metrics.h"
#include "heddle/parallel.h"
#include "heddle/tensor.h"
#include "heddle/thread_config.h"
#include "heddle/trace.h"
