// _linalg_check_errors: the error of a composite linear algebra operator that a trace has taken apart.
#include <array>

#include "ops/common/copy.h"
#include "ops/linalg/matrices.h"
#include "schema/boxed.h"
#include "schema/operator_table.h"

namespace heddle::ops {
namespace {

struct Meaning {
  std::string_view in_name;
  std::string_view what;
};
constexpr std::array kMeanings{
    Meaning{"inv", "The diagonal element {} is zero, so the input matrix is singular and has no inverse."},
    Meaning{"solve", "The input matrix is singular, so the system has no solution."},
    Meaning{"cholesky", "The leading minor of order {} is not positive-definite, so the input has no factorization."},
    Meaning{"svd", "No convergence: the input matrix is ill-conditioned or repeats singular values (error code {})."},
    Meaning{"eig", "No convergence: the input matrix is ill-conditioned or repeats eigenvalues (error code {})."},
    Meaning{"lstsq", "The input matrix does not have full rank, so there is no least squares solution (code {})."},
};

Status check_errors(const Tensor& info, std::string_view api_name, bool) {
  HEDDLE_REQUIRE(info.dtype() == DType::kInt32, "_linalg_check_errors: expected infos of torch.int32, but got ",
                 python_name(info.dtype()));
  std::string_view what = "The algorithm failed (error code {}).";
  for (const Meaning& meaning : kMeanings) {
    if (api_name.find(meaning.in_name) != std::string_view::npos) {
      what = meaning.what;
      break;
    }
  }
  return check_infos(api_name, HEDDLE_TRY(contiguous(info)), what);
}

}  // namespace
}  // namespace heddle::ops

HEDDLE_OPERATORS(linear_algebra_errors) {
  table.add("aten::_linalg_check_errors(Tensor info, str api_name, *, bool is_matrix) -> ()",
            heddle::schema::boxed<&heddle::ops::check_errors>(), heddle::schema::kSideEffect);
}
