#include "ops/backend/lapack.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>

#include "ops/backend/one_thread.h"

// LAPACK is Fortran: arguments go by address, and each character brings its length at the end. These are the routines
// we call; the headers of OpenBLAS, MKL and LAPACKE disagree about complex types, the symbols do not.
using Length = size_t;

#define HEDDLE_LAPACK_ALL(T, p, orthogonal)                                                                            \
  extern "C" {                                                                                                         \
  void p##potrf_(const char*, const int*, T*, const int*, int*, Length);                                               \
  void p##potri_(const char*, const int*, T*, const int*, int*, Length);                                               \
  void p##potrs_(const char*, const int*, const int*, const T*, const int*, T*, const int*, int*, Length);             \
  void p##getrf_(const int*, const int*, T*, const int*, int*, int*);                                                  \
  void p##getrs_(const char*, const int*, const int*, const T*, const int*, const int*, T*, const int*, int*, Length); \
  void p##trsm_(const char*, const char*, const char*, const char*, const int*, const int*, const T*, const T*,        \
                const int*, T*, const int*, Length, Length, Length, Length);                                           \
  void p##sytrf_(const char*, const int*, T*, const int*, int*, T*, const int*, int*, Length);                         \
  void p##sytrs_(const char*, const int*, const int*, const T*, const int*, const int*, T*, const int*, int*, Length); \
  void p##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*);                                    \
  void p##orthogonal##gqr_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);        \
  void p##orthogonal##mqr_(const char*, const char*, const int*, const int*, const int*, const T*, const int*,         \
                           const T*, T*, const int*, T*, const int*, int*, Length, Length);                            \
  void p##gels_(const char*, const int*, const int*, const int*, T*, const int*, T*, const int*, T*, const int*, int*, \
                Length);                                                                                               \
  }

#define HEDDLE_LAPACK_REAL(T, p)                                                                                   \
  HEDDLE_LAPACK_ALL(T, p, or)                                                                                      \
  extern "C" {                                                                                                     \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*,      \
                 const int*, int*, int*, Length);                                                                  \
  void p##syevd_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, int*, const int*, int*, \
                 Length, Length);                                                                                  \
  void p##geev_(const char*, const char*, const int*, T*, const int*, T*, T*, T*, const int*, T*, const int*, T*,  \
                const int*, int*, Length, Length);                                                                 \
  void p##gelsy_(const int*, const int*, const int*, T*, const int*, T*, const int*, int*, const T*, int*, T*,     \
                 const int*, int*);                                                                                \
  void p##gelsd_(const int*, const int*, const int*, T*, const int*, T*, const int*, T*, const T*, int*, T*,       \
                 const int*, int*, int*);                                                                          \
  void p##gelss_(const int*, const int*, const int*, T*, const int*, T*, const int*, T*, const T*, int*, T*,       \
                 const int*, int*);                                                                                \
  }

#define HEDDLE_LAPACK_COMPLEX(T, R, p)                                                                                 \
  HEDDLE_LAPACK_ALL(T, p, un)                                                                                          \
  extern "C" {                                                                                                         \
  void p##hetrf_(const char*, const int*, T*, const int*, int*, T*, const int*, int*, Length);                         \
  void p##hetrs_(const char*, const int*, const int*, const T*, const int*, const int*, T*, const int*, int*, Length); \
  void p##gesdd_(const char*, const int*, const int*, T*, const int*, R*, T*, const int*, T*, const int*, T*,          \
                 const int*, R*, int*, int*, Length);                                                                  \
  void p##heevd_(const char*, const char*, const int*, T*, const int*, R*, T*, const int*, R*, const int*, int*,       \
                 const int*, int*, Length, Length);                                                                    \
  void p##geev_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*,          \
                const int*, R*, int*, Length, Length);                                                                 \
  void p##gelsy_(const int*, const int*, const int*, T*, const int*, T*, const int*, int*, const R*, int*, T*,         \
                 const int*, R*, int*);                                                                                \
  void p##gelsd_(const int*, const int*, const int*, T*, const int*, T*, const int*, R*, const R*, int*, T*,           \
                 const int*, R*, int*, int*);                                                                          \
  void p##gelss_(const int*, const int*, const int*, T*, const int*, T*, const int*, R*, const R*, int*, T*,           \
                 const int*, R*, int*);                                                                                \
  }

HEDDLE_LAPACK_REAL(float, s)
HEDDLE_LAPACK_REAL(double, d)
HEDDLE_LAPACK_COMPLEX(heddle::Complex64, float, c)
HEDDLE_LAPACK_COMPLEX(heddle::Complex128, double, z)

namespace heddle::ops::backend {
namespace {

// The routines of one element type.
template <class T>
struct Routines;
#define HEDDLE_ROUTINES(T, p, orthogonal, hermitian)    \
  template <>                                           \
  struct Routines<T> {                                  \
    static constexpr auto potrf = &p##potrf_;           \
    static constexpr auto potri = &p##potri_;           \
    static constexpr auto potrs = &p##potrs_;           \
    static constexpr auto getrf = &p##getrf_;           \
    static constexpr auto getrs = &p##getrs_;           \
    static constexpr auto trsm = &p##trsm_;             \
    static constexpr auto sytrf = &p##sytrf_;           \
    static constexpr auto sytrs = &p##sytrs_;           \
    static constexpr auto hetrf = &p##hermitian##trf_;  \
    static constexpr auto hetrs = &p##hermitian##trs_;  \
    static constexpr auto geqrf = &p##geqrf_;           \
    static constexpr auto orgqr = &p##orthogonal##gqr_; \
    static constexpr auto ormqr = &p##orthogonal##mqr_; \
    static constexpr auto gesdd = &p##gesdd_;           \
    static constexpr auto heevd = &p##hermitian##evd_;  \
    static constexpr auto geev = &p##geev_;             \
    static constexpr auto gels = &p##gels_;             \
    static constexpr auto gelsy = &p##gelsy_;           \
    static constexpr auto gelsd = &p##gelsd_;           \
    static constexpr auto gelss = &p##gelss_;           \
  };
HEDDLE_ROUTINES(float, s, or, sy)
HEDDLE_ROUTINES(double, d, or, sy)
HEDDLE_ROUTINES(Complex64, c, un, he)
HEDDLE_ROUTINES(Complex128, z, un, he)
#undef HEDDLE_ROUTINES

template <class T>
constexpr bool kIsComplex = !std::is_same_v<T, Real<T>>;

char letter(Op op) { return op == Op::kNone ? 'N' : op == Op::kTranspose ? 'T' : 'C'; }
char triangle(bool upper) { return upper ? 'U' : 'L'; }
int narrow(int64_t n) { return static_cast<int>(n); }
// A leading dimension is never zero.
int leading(int64_t rows) { return static_cast<int>(std::max<int64_t>(rows, 1)); }

template <class T>
std::unique_ptr<T[]> workspace(int64_t n) {
  return std::make_unique<T[]>(static_cast<size_t>(std::max<int64_t>(n, 1)));
}

// Calls run(work, size, info): once to ask for the best size, then with as much.
template <class T, class F>
int with_workspace(const F& run) {
  int info = 0;
  T best(0);
  int size = -1;
  run(&best, &size, &info);
  if (info != 0) return info;
  size = std::max(1, static_cast<int>(std::real(best)));
  const std::unique_ptr<T[]> work = workspace<T>(size);
  run(work.get(), &size, &info);
  return info;
}

}  // namespace

template <class T>
int cholesky(bool upper, int64_t n, T* a) {
  const OneThread one_thread;
  const char uplo = triangle(upper);
  const int size = narrow(n);
  const int ld = leading(n);
  int info = 0;
  Routines<T>::potrf(&uplo, &size, a, &ld, &info, 1);
  return info;
}

template <class T>
int cholesky_inverse(bool upper, int64_t n, T* factor) {
  const OneThread one_thread;
  const char uplo = triangle(upper);
  const int size = narrow(n);
  const int ld = leading(n);
  int info = 0;
  Routines<T>::potri(&uplo, &size, factor, &ld, &info, 1);
  return info;
}

template <class T>
int cholesky_solve(bool upper, int64_t n, int64_t columns, const T* factor, T* b) {
  const OneThread one_thread;
  const char uplo = triangle(upper);
  const int size = narrow(n);
  const int count = narrow(columns);
  const int ld = leading(n);
  int info = 0;
  Routines<T>::potrs(&uplo, &size, &count, factor, &ld, b, &ld, &info, 1);
  return info;
}

template <class T>
int lu(int64_t m, int64_t n, T* a, int32_t* pivots) {
  const OneThread one_thread;
  const int rows = narrow(m);
  const int columns = narrow(n);
  const int ld = leading(m);
  int info = 0;
  Routines<T>::getrf(&rows, &columns, a, &ld, pivots, &info);
  return info;
}

template <class T>
int lu_solve(Op op, int64_t n, int64_t columns, const T* factors, const int32_t* pivots, T* b) {
  const OneThread one_thread;
  const char trans = letter(op);
  const int size = narrow(n);
  const int count = narrow(columns);
  const int ld = leading(n);
  int info = 0;
  Routines<T>::getrs(&trans, &size, &count, factors, &ld, pivots, b, &ld, &info, 1);
  return info;
}

template <class T>
void triangular_solve(bool left, bool upper, Op op, bool unit, int64_t m, int64_t n, const T* a, T* b) {
  const OneThread one_thread;
  const char side = left ? 'L' : 'R';
  const char uplo = triangle(upper);
  const char trans = letter(op);
  const char diagonal = unit ? 'U' : 'N';
  const int rows = narrow(m);
  const int columns = narrow(n);
  const int lda = leading(left ? m : n);
  const int ldb = leading(m);
  const T one(1);
  Routines<T>::trsm(&side, &uplo, &trans, &diagonal, &rows, &columns, &one, a, &lda, b, &ldb, 1, 1, 1, 1);
}

template <class T>
int ldl(bool hermitian, int64_t n, T* a, int32_t* pivots) {
  const OneThread one_thread;
  const char uplo = 'L';
  const int size = narrow(n);
  const int ld = leading(n);
  const auto routine = hermitian ? Routines<T>::hetrf : Routines<T>::sytrf;
  return with_workspace<T>(
      [&](T* work, const int* room, int* info) { routine(&uplo, &size, a, &ld, pivots, work, room, info, 1); });
}

template <class T>
int ldl_solve(bool hermitian, int64_t n, int64_t columns, const T* factors, const int32_t* pivots, T* b) {
  const OneThread one_thread;
  const char uplo = 'L';
  const int size = narrow(n);
  const int count = narrow(columns);
  const int ld = leading(n);
  int info = 0;
  const auto routine = hermitian ? Routines<T>::hetrs : Routines<T>::sytrs;
  routine(&uplo, &size, &count, factors, &ld, pivots, b, &ld, &info, 1);
  return info;
}

template <class T>
int qr(int64_t m, int64_t n, T* a, T* tau) {
  // MKL complains of empty ones.
  if (m == 0 || n == 0) return 0;
  const OneThread one_thread;
  const int rows = narrow(m);
  const int columns = narrow(n);
  const int ld = leading(m);
  return with_workspace<T>(
      [&](T* work, const int* room, int* info) { Routines<T>::geqrf(&rows, &columns, a, &ld, tau, work, room, info); });
}

template <class T>
int qr_q(int64_t m, int64_t n, int64_t k, T* a, const T* tau) {
  const OneThread one_thread;
  const int rows = narrow(m);
  const int columns = narrow(n);
  const int vectors = narrow(k);
  const int ld = leading(m);
  return with_workspace<T>([&](T* work, const int* room, int* info) {
    Routines<T>::orgqr(&rows, &columns, &vectors, a, &ld, tau, work, room, info);
  });
}

template <class T>
int qr_multiply(bool left, bool adjoint, int64_t m, int64_t n, int64_t k, const T* vectors, const T* tau, T* c) {
  const OneThread one_thread;
  const char side = left ? 'L' : 'R';
  const char trans = !adjoint ? 'N' : kIsComplex<T> ? 'C' : 'T';
  const int rows = narrow(m);
  const int columns = narrow(n);
  const int count = narrow(k);
  const int lda = leading(left ? m : n);
  const int ldc = leading(m);
  return with_workspace<T>([&](T* work, const int* room, int* info) {
    Routines<T>::ormqr(&side, &trans, &rows, &columns, &count, vectors, &lda, tau, c, &ldc, work, room, info, 1, 1);
  });
}

template <class T>
bool is_finite(const T& value) {
  if constexpr (kIsComplex<T>) {
    return std::isfinite(value.real()) && std::isfinite(value.imag());
  } else {
    return std::isfinite(value);
  }
}

template <class T>
int svd(SvdJob job, int64_t m, int64_t n, T* a, Real<T>* s, T* u, T* vh) {
  const OneThread one_thread;
  // LAPACK may never end on infinities, and MKL's does not notice NaN; 4 is the argument that holds them.
  if (!std::all_of(a, a + m * n, [](const T& value) { return is_finite(value); })) return -4;
  const char jobz = static_cast<char>(job);
  const int rows = narrow(m);
  const int columns = narrow(n);
  const int lda = leading(m);
  const int64_t small = std::min(m, n);
  const int64_t large = std::max(m, n);
  const int ldvh = leading(job == SvdJob::kThin ? small : n);
  const std::unique_ptr<int[]> integers = workspace<int>(8 * small);
  int info = 0;
  if constexpr (kIsComplex<T>) {
    const int64_t reals =
        job == SvdJob::kValues ? 7 * small : small * std::max(5 * small + 7, 2 * large + 2 * small + 1);
    const std::unique_ptr<Real<T>[]> real_work = workspace<Real<T>>(reals);
    info = with_workspace<T>([&](T* work, const int* room, int* status) {
      Routines<T>::gesdd(&jobz, &rows, &columns, a, &lda, s, u, &lda, vh, &ldvh, work, room, real_work.get(),
                         integers.get(), status, 1);
    });
  } else {
    info = with_workspace<T>([&](T* work, const int* room, int* status) {
      Routines<T>::gesdd(&jobz, &rows, &columns, a, &lda, s, u, &lda, vh, &ldvh, work, room, integers.get(), status, 1);
    });
  }
  return info;
}

template <class T>
int eigen_hermitian(bool vectors, bool upper, int64_t n, T* a, Real<T>* values) {
  const OneThread one_thread;
  const char jobz = vectors ? 'V' : 'N';
  const char uplo = triangle(upper);
  const int size = narrow(n);
  const int ld = leading(n);
  const int integer_count = vectors ? narrow(5 * n + 3) : 1;
  const std::unique_ptr<int[]> integers = workspace<int>(integer_count);
  if constexpr (kIsComplex<T>) {
    const int real_count = vectors ? narrow(1 + 5 * n + 2 * n * n) : leading(n);
    const std::unique_ptr<Real<T>[]> reals = workspace<Real<T>>(real_count);
    return with_workspace<T>([&](T* work, const int* room, int* info) {
      Routines<T>::heevd(&jobz, &uplo, &size, a, &ld, values, work, room, reals.get(), &real_count, integers.get(),
                         &integer_count, info, 1, 1);
    });
  } else {
    return with_workspace<T>([&](T* work, const int* room, int* info) {
      Routines<T>::heevd(&jobz, &uplo, &size, a, &ld, values, work, room, integers.get(), &integer_count, info, 1, 1);
    });
  }
}

template <class T>
int eigen(int64_t n, T* a, Complex<T>* values, Complex<T>* vectors) {
  const OneThread one_thread;
  // LAPACK writes behind its arrays on some of what is not finite. It refuses NaN, and makes NaN of infinities.
  if (!std::all_of(a, a + n * n, [](const T& value) { return is_finite(value); })) {
    const bool has_nan = std::any_of(a, a + n * n, [](const T& value) { return value != value; });
    constexpr Real<T> kNan = std::numeric_limits<Real<T>>::quiet_NaN();
    std::fill(values, values + n, Complex<T>(kNan, kNan));
    return has_nan || vectors ? -4 : 0;
  }
  const char no = 'N';
  const char right = vectors ? 'V' : 'N';
  const int size = narrow(n);
  const int ld = leading(n);
  if constexpr (kIsComplex<T>) {
    const std::unique_ptr<Real<T>[]> reals = workspace<Real<T>>(2 * n);
    return with_workspace<T>([&](T* work, const int* room, int* info) {
      Routines<T>::geev(&no, &right, &size, a, &ld, values, nullptr, &ld, vectors, &ld, work, room, reals.get(), info,
                        1, 1);
    });
  } else {
    const std::unique_ptr<T[]> real = workspace<T>(n);
    const std::unique_ptr<T[]> imaginary = workspace<T>(n);
    const std::unique_ptr<T[]> packed = workspace<T>(vectors ? n * n : 0);
    const int info = with_workspace<T>([&](T* work, const int* room, int* status) {
      Routines<T>::geev(&no, &right, &size, a, &ld, real.get(), imaginary.get(), nullptr, &ld, packed.get(), &ld, work,
                        room, status, 1, 1);
    });
    for (int64_t j = 0; j < n; ++j) values[j] = {real[static_cast<size_t>(j)], imaginary[static_cast<size_t>(j)]};
    // A pair of conjugate values has its vectors in two columns: real parts, imaginary parts.
    for (int64_t j = 0; vectors && j < n; ++j) {
      const T* column = packed.get() + j * n;
      const bool pair = imaginary[static_cast<size_t>(j)] != 0 && j + 1 < n;
      for (int64_t i = 0; i < n; ++i) {
        vectors[j * n + i] = {column[i], pair ? column[n + i] : T(0)};
        if (pair) vectors[(j + 1) * n + i] = {column[i], -column[n + i]};
      }
      j += pair;
    }
    return info;
  }
}

template <class T>
int least_squares(LeastSquares driver, int64_t m, int64_t n, int64_t columns, T* a, T* b, Real<T> rcond, int32_t* rank,
                  Real<T>* s) {
  if (columns == 0 && (driver == LeastSquares::kDivideAndConquer || driver == LeastSquares::kSvd)) {
    // Without a right-hand side gelss reads outside of b and gelsd refuses; rank and singular values are still asked
    // for.
    const std::unique_ptr<T[]> zeros = workspace<T>(std::max({m, n, int64_t{1}}));
    std::fill_n(zeros.get(), std::max({m, n, int64_t{1}}), T(0));
    return least_squares(driver, m, n, 1, a, zeros.get(), rcond, rank, s);
  }
  const OneThread one_thread;
  const int rows = narrow(m);
  const int cols = narrow(n);
  const int count = narrow(columns);
  const int lda = leading(m);
  const int ldb = leading(std::max(m, n));
  const int64_t small = std::min(m, n);
  const char no = 'N';
  if (driver == LeastSquares::kQr) {
    return with_workspace<T>([&](T* work, const int* room, int* info) {
      Routines<T>::gels(&no, &rows, &cols, &count, a, &lda, b, &ldb, work, room, info, 1);
    });
  }
  // Room for the real and integer work of the largest problem of each driver (32: a bound of ILAENV's smallest block).
  const int64_t levels = 64;
  const std::unique_ptr<Real<T>[]> reals = workspace<Real<T>>(
      10 * n + 2 * n * 32 + 8 * n * levels + 3 * 32 * columns +
      std::max<int64_t>(33 * 33, n * (1 + columns) + 2 * columns) + 10 * m + 2 * m * 32 + 8 * m * levels);
  const std::unique_ptr<int[]> integers = workspace<int>(std::max(n, small * (3 * levels + 11)));
  return with_workspace<T>([&](T* work, const int* room, int* info) {
    if constexpr (kIsComplex<T>) {
      if (driver == LeastSquares::kPivotedQr) {
        Routines<T>::gelsy(&rows, &cols, &count, a, &lda, b, &ldb, integers.get(), &rcond, rank, work, room,
                           reals.get(), info);
      } else if (driver == LeastSquares::kDivideAndConquer) {
        Routines<T>::gelsd(&rows, &cols, &count, a, &lda, b, &ldb, s, &rcond, rank, work, room, reals.get(),
                           integers.get(), info);
      } else {
        Routines<T>::gelss(&rows, &cols, &count, a, &lda, b, &ldb, s, &rcond, rank, work, room, reals.get(), info);
      }
    } else {
      if (driver == LeastSquares::kPivotedQr) {
        Routines<T>::gelsy(&rows, &cols, &count, a, &lda, b, &ldb, integers.get(), &rcond, rank, work, room, info);
      } else if (driver == LeastSquares::kDivideAndConquer) {
        Routines<T>::gelsd(&rows, &cols, &count, a, &lda, b, &ldb, s, &rcond, rank, work, room, integers.get(), info);
      } else {
        Routines<T>::gelss(&rows, &cols, &count, a, &lda, b, &ldb, s, &rcond, rank, work, room, info);
      }
    }
  });
}

#define HEDDLE_INSTANTIATE(T)                                                                 \
  template int cholesky<T>(bool, int64_t, T*);                                                \
  template int cholesky_inverse<T>(bool, int64_t, T*);                                        \
  template int cholesky_solve<T>(bool, int64_t, int64_t, const T*, T*);                       \
  template int lu<T>(int64_t, int64_t, T*, int32_t*);                                         \
  template int lu_solve<T>(Op, int64_t, int64_t, const T*, const int32_t*, T*);               \
  template void triangular_solve<T>(bool, bool, Op, bool, int64_t, int64_t, const T*, T*);    \
  template int ldl<T>(bool, int64_t, T*, int32_t*);                                           \
  template int ldl_solve<T>(bool, int64_t, int64_t, const T*, const int32_t*, T*);            \
  template int qr<T>(int64_t, int64_t, T*, T*);                                               \
  template int qr_q<T>(int64_t, int64_t, int64_t, T*, const T*);                              \
  template int qr_multiply<T>(bool, bool, int64_t, int64_t, int64_t, const T*, const T*, T*); \
  template int svd<T>(SvdJob, int64_t, int64_t, T*, Real<T>*, T*, T*);                        \
  template int eigen_hermitian<T>(bool, bool, int64_t, T*, Real<T>*);                         \
  template int eigen<T>(int64_t, T*, Complex<T>*, Complex<T>*);                               \
  template int least_squares<T>(LeastSquares, int64_t, int64_t, int64_t, T*, T*, Real<T>, int32_t*, Real<T>*);
HEDDLE_INSTANTIATE(float)
HEDDLE_INSTANTIATE(double)
HEDDLE_INSTANTIATE(Complex64)
HEDDLE_INSTANTIATE(Complex128)
#undef HEDDLE_INSTANTIATE

}  // namespace heddle::ops::backend
