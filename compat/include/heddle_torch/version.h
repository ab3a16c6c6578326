// The libtorch whose interface this is.
#pragma once

#define TORCH_VERSION_MAJOR 2
#define TORCH_VERSION_MINOR 6
#define TORCH_VERSION_PATCH 0
#define TORCH_VERSION "2.6.0"
#define TORCH_VERSION_ABI_TAG 0
// What tells a program that wants to know that it is Heddle's face.
#define HEDDLE_TORCH 1
