// Whether operators divide their work among threads: heddle_ops_divided ANSWERS.pt... runs each row on two threads and
// fails for those that never ask for a helper. The program is its own backend of parallel_for, whose helpers never
// come.
#include <cstdio>

#include "ops/operators.h"
#include "parallel/backend.h"
#include "parallel/parallel.h"
#include "row.h"
#include "schema/operator_table.h"

namespace heddle::parallel::backend {
namespace {

int g_asked = 0;    // regions that asked for helpers; only the main thread runs any
int g_pending = 0;  // helpers asked for and not withdrawn

}  // namespace

std::string_view name() { return "NONE"; }
std::optional<LibraryFact> library() { return std::nullopt; }
void request_helpers(const Ref<Region>&, int count) {
  ++g_asked;
  g_pending = count;
}
int withdraw_helpers(Region&) { return std::exchange(g_pending, 0); }
void resized() {}
void reset_after_fork() {}

}  // namespace heddle::parallel::backend

namespace heddle::test {
namespace {

// Why the row is not divided; empty where it is.
Result<std::string> check(const Row& row) {
  const size_t dot = row.op.find('.');
  const schema::Operator* op = schema::operators().find(
      row.op.substr(0, dot), dot == std::string::npos ? "" : std::string_view(row.op).substr(dot + 1));
  HEDDLE_REQUIRE(op, "no such operator");
  const std::vector<IValue> arguments = HEDDLE_TRY(make_arguments(*op, row, Layout::kAsIs));
  const int before = parallel::backend::g_asked;
  HEDDLE_TRY(schema::call_operator(*op, arguments));
  return std::string(parallel::backend::g_asked == before ? "runs on one thread" : "");
}

int main_of(int argc, char** argv) {
  const Status ready = []() -> Status {
    schema::install_operators(HEDDLE_TRY(ops::build_operator_table()));
    return parallel::set_num_threads(2);
  }();
  int wrong = ready.ok() ? 0 : 1;
  int rows = 0;
  for (int i = 1; i < argc; ++i) {
    const auto answers = read_rows(argv[i]);
    if (!answers.ok()) {
      std::printf("%s\n", answers.status().message().c_str());
      return 1;
    }
    for (const Row& row : *answers) {
      ++rows;
      const Result<std::string> found = check(row);
      const std::string& why = found.ok() ? *found : found.status().message();
      if (why.empty()) continue;
      ++wrong;
      std::printf("%s\n     %s\n", row.text.c_str(), why.c_str());
    }
  }
  std::printf("%d rows, %d not divided\n", rows, wrong);
  return wrong > 0 || rows == 0;
}

}  // namespace
}  // namespace heddle::test

int main(int argc, char** argv) { return heddle::test::main_of(argc, argv); }
