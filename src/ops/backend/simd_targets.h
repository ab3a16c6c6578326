// Which instruction sets our Highway kernels are compiled for; included before Highway by every file that has some.
// More sets cost compile time and size and give nothing: AVX-512's later extensions serve other work.
#pragma once

#include <hwy/detect_targets.h>

#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
