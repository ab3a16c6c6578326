// The two functions of Highway's library that its headers call, for libheddle.a: Debian has the library only as a
// shared one, which a static program cannot link. Elsewhere this file is empty.
#ifdef HEDDLE_STATIC_HIGHWAY

#include <hwy/targets.h>

namespace hwy {

int64_t SupportedTargets() {
  int64_t targets = HWY_EMU128;
#if HWY_ARCH_X86
  __builtin_cpu_init();
  const auto has = [](auto... yes) { return (yes && ...); };
  if (has(__builtin_cpu_supports("ssse3"))) targets |= HWY_SSSE3;
  if (!has(__builtin_cpu_supports("sse4.1"), __builtin_cpu_supports("sse4.2"), __builtin_cpu_supports("pclmul"),
           __builtin_cpu_supports("aes"))) {
    return targets;
  }
  targets |= HWY_SSE4;
  if (!has(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"), __builtin_cpu_supports("bmi"),
           __builtin_cpu_supports("bmi2"), __builtin_cpu_supports("f16c"), __builtin_cpu_supports("lzcnt"))) {
    return targets;
  }
  targets |= HWY_AVX2;
  if (has(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512vl"), __builtin_cpu_supports("avx512dq"),
          __builtin_cpu_supports("avx512bw"), __builtin_cpu_supports("avx512cd"))) {
    targets |= HWY_AVX3;
  }
#else
  targets |= HWY_STATIC_TARGET;
#endif
  return targets;
}

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy

#endif
