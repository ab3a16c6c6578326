// The macros of libtorch's headers that programs use. Everything these headers declare lies in the inline namespace
// heddle_1, so that no symbol has the name of one of libtorch's: both may be in one process.
#pragma once

#define HEDDLE_TORCH_BEGIN inline namespace heddle_1 {
#define HEDDLE_TORCH_END }

#define C10_API
#define C10_EXPORT
#define C10_IMPORT
#define TORCH_API
#define CAFFE2_API
#define C10_CUDA_API
#define TORCH_CUDA_CPP_API
#define TORCH_CUDA_CU_API
#define C10_NOINLINE __attribute__((noinline))
#define C10_ALWAYS_INLINE __attribute__((always_inline)) inline
#define C10_NODISCARD [[nodiscard]]
#define C10_UNUSED __attribute__((__unused__))
#define C10_LIKELY(expr) (__builtin_expect(static_cast<bool>(expr), 1))
#define C10_UNLIKELY(expr) (__builtin_expect(static_cast<bool>(expr), 0))
#define C10_HOST_DEVICE
#define C10_HOST
#define C10_DEVICE
#define C10_RESTRICT __restrict
#define C10_CONCATENATE_IMPL(s1, s2) s1##s2
#define C10_CONCATENATE(s1, s2) C10_CONCATENATE_IMPL(s1, s2)
#define C10_ANONYMOUS_VARIABLE(str) C10_CONCATENATE(str, __COUNTER__)
#define C10_STRINGIZE_IMPL(x) #x
#define C10_STRINGIZE(x) C10_STRINGIZE_IMPL(x)
#define C10_DISABLE_COPY_AND_ASSIGN(classname) \
  classname(const classname&) = delete;        \
  classname& operator=(const classname&) = delete
