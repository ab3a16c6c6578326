#include "ops/backend/libraries.h"

#include "base/text.h"

#ifdef HEDDLE_USE_MKLDNN
#include <dnnl.h>
#endif
#ifdef HEDDLE_BLAS_MKL
#include <mkl.h>
#elif defined(HEDDLE_BLAS_OPENBLAS)
#include <cblas.h>
#endif

namespace heddle::ops::backend {
namespace {

#ifdef HEDDLE_USE_MKLDNN
std::string onednn_runtime(unsigned runtime) {
  switch (runtime) {
    case DNNL_RUNTIME_NONE:
      return "none";
    case DNNL_RUNTIME_SEQ:
      return "sequential";
    case DNNL_RUNTIME_OMP:
      return "OpenMP";
    case DNNL_RUNTIME_TBB:
      return "TBB";
    case DNNL_RUNTIME_THREADPOOL:
      return "thread pool";
    default:
      return "unknown";
  }
}

parallel::LibraryFact onednn() {
  const dnnl_version_t& v = *dnnl_version();
  return {"oneDNN", concat(v.major, ".", v.minor, ".", v.patch, ", CPU runtime ", onednn_runtime(v.cpu_runtime)), "", 0,
          "convolutions and matrix products, one thread a call"};
}
#endif

#ifdef HEDDLE_BLAS_MKL
parallel::LibraryFact blas() {
  char version[200] = "";
  mkl_get_version_string(version, sizeof version);
  std::string text(version);
  text.erase(text.find_last_not_of(' ') + 1);
  return {"MKL", text, "mkl_get_max_threads()", mkl_get_max_threads(), "matrix products and LAPACK, one thread a call"};
}
#elif defined(HEDDLE_BLAS_OPENBLAS)
parallel::LibraryFact blas() {
  const int threading = openblas_get_parallel();
  return {"OpenBLAS",
          concat(openblas_get_config(), ", ",
                 threading == 0   ? "sequential"
                 : threading == 1 ? "pthreads"
                                  : "OpenMP"),
          "openblas_get_num_threads()", openblas_get_num_threads(), "matrix products and LAPACK, one thread a call"};
}
#else
parallel::LibraryFact blas() { return {"BLAS", "the reference interfaces", "", 0, "LAPACK, one thread a call"}; }
#endif

}  // namespace

std::vector<parallel::LibraryFact> libraries() {
  std::vector<parallel::LibraryFact> all;
#ifdef HEDDLE_USE_MKLDNN
  all.push_back(onednn());
#endif
  all.push_back(blas());
  return all;
}

}  // namespace heddle::ops::backend
