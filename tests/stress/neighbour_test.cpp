// Heddle changes nothing of the program it is in.
#include <dlfcn.h>
#include <sched.h>

#include <cfenv>

#include "tests/stress/common.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace heddle::stress {
namespace {

// What a program may have set, or relies on not having set.
struct Surroundings {
  cpu_set_t affinity;
  int rounding;
  unsigned control;
  int omp_threads;
  int omp_dynamic;

  static int ask(const char* function) {
    auto* f = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, function));
    return f ? f() : -1;
  }
  static Surroundings now() {
    Surroundings s{};
    sched_getaffinity(0, sizeof s.affinity, &s.affinity);
    s.rounding = std::fegetround();
#if defined(__x86_64__)
    s.control = _mm_getcsr() & ~0x3fu;  // without the flags that arithmetic raises
#endif
    s.omp_threads = ask("omp_get_max_threads");
    s.omp_dynamic = ask("omp_get_dynamic");
    return s;
  }
  bool operator==(const Surroundings& o) const {
    return CPU_EQUAL(&affinity, &o.affinity) && rounding == o.rounding && control == o.control &&
           omp_threads == o.omp_threads && omp_dynamic == o.omp_dynamic;
  }
};

TEST(Neighbour, AffinityOpenMPAndFloatingPointStayAsTheyAre) {
  const Surroundings before = Surroundings::now();
  const jit::Module model = jit::load("models/digits/digits.pt");
  EXPECT_TRUE(Surroundings::now() == before);
  set_num_threads(3);
  set_num_interop_threads(3);
  for (int round = 0; round < 10; ++round) model.forward({zeros({4, 1, 8, 8})});
  model.forward_async({zeros({4, 1, 8, 8})}).wait();
  EXPECT_TRUE(Surroundings::now() == before);
  on_threads(2, [&](int) {
    const Surroundings here = Surroundings::now();
    model.forward({zeros({4, 1, 8, 8})});
    EXPECT_TRUE(Surroundings::now() == here);
  });
  // Nor on threads of the application that Heddle's threads were started from.
  launch([] {});
  EXPECT_TRUE(Surroundings::now() == before);
}

}  // namespace
}  // namespace heddle::stress
