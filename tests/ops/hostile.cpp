// Calls every operator with what only an attacker would give it: the arguments of the rows, one or two of them changed
// to huge, negative and overflowing numbers, to indices outside, to tensors of other sizes. What comes back does not
// matter here; that the process lives does. Each batch of calls runs in a process of its own.
//   heddle_ops_hostile ANSWERS.pt...          a table of the calls that killed their process or did not end
//   heddle_ops_hostile --only PATTERN ...     the rows with the text in them
//   heddle_ops_hostile --pairs N ...          so many calls a row with two changes, beside all with one
//   heddle_ops_hostile --rows N ...           at most so many rows an operator (3)
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "changes.h"
#include "ops/operators.h"
#include "parallel/parallel.h"
#include "row.h"

namespace heddle::test {
namespace {

using schema::Operator;

// Of the processor, for a call: what fills all the memory it may have takes 2 s where pages come slowly.
constexpr int kSeconds = 15;
constexpr rlim_t kBytes = rlim_t{2} << 30;

struct Options {
  std::string only;
  size_t pairs = 8;
  size_t rows = 3;
  size_t batch = 400;
};

// What the child tells: shared memory.
struct Progress {
  size_t call;
  size_t errors;
};

struct HostileCall {
  const Row* row;
  const Operator* op;
  std::vector<Change> changes;
};

const Operator* find(const std::string& name) {
  const size_t dot = name.find('.');
  return schema::operators().find(name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1));
}

std::string describe(const HostileCall& call) {
  std::string text = call.row->text;
  for (const Change& change : call.changes) text += concat("\n     argument ", change.argument, ": ", change.what);
  return text;
}

bool run_call(const HostileCall& call) {
  Result<std::vector<IValue>> arguments = make_arguments(*call.op, *call.row, Layout::kAsIs);
  if (!arguments.ok()) return false;
  for (const Change& change : call.changes) change.apply((*arguments)[change.argument]);
  try {
    const Result<std::vector<IValue>> results = schema::call_operator(*call.op, *arguments);
    return results.ok();
  } catch (const std::exception&) {
    // No memory for what was asked; the interpreter makes an error of it.
    return false;
  }
}

[[noreturn]] void run_child(const std::vector<HostileCall>& calls, size_t from, size_t to, Progress& progress) {
#if !defined(__SANITIZE_ADDRESS__)
  const rlimit memory_limit{kBytes, kBytes};
  setrlimit(RLIMIT_AS, &memory_limit);
#endif
  if (!std::getenv("HEDDLE_HOSTILE_SHOW")) {
    [[maybe_unused]] const auto* ignored = std::freopen("/dev/null", "w", stdout);
    ignored = std::freopen("/dev/null", "w", stderr);
  }
  for (size_t i = from; i < to; ++i) {
    progress.call = i;
    const itimerval time_limit{{}, {kSeconds, 0}};
    setitimer(ITIMER_PROF, &time_limit, nullptr);
    progress.errors += !run_call(calls[i]);
  }
  _exit(0);
}

std::vector<HostileCall> calls_of(const std::vector<Row>& rows, const Options& options) {
  std::vector<HostileCall> calls;
  std::map<std::string, size_t> seen;
  std::mt19937 dice(7);
  for (const Row& row : rows) {
    if (row.text.find(options.only) == std::string::npos) continue;
    const Operator* op = find(row.op);
    if (!op || row.must_fail || seen[row.op]++ >= options.rows) continue;
    const Result<std::vector<IValue>> arguments = make_arguments(*op, row, Layout::kAsIs);
    if (!arguments.ok()) continue;
    const std::vector<Change> changes = changes_of(op->schema, *arguments);
    for (const Change& change : changes) calls.push_back({&row, op, {change}});
    if (changes.size() < 2) continue;
    std::uniform_int_distribution<size_t> any(0, changes.size() - 1);
    for (size_t i = 0; i < options.pairs; ++i) {
      const Change& first = changes[any(dice)];
      const Change& second = changes[any(dice)];
      if (first.argument != second.argument) calls.push_back({&row, op, {first, second}});
    }
  }
  return calls;
}

bool same_argument(const HostileCall& a, const HostileCall& b) {
  return a.row == b.row && a.changes[0].argument == b.changes[0].argument && a.changes.size() == b.changes.size();
}

int run_all(const std::vector<HostileCall>& calls, const Options& options) {
  auto* progress = static_cast<Progress*>(
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  int killed = 0;
  int endless = 0;
  for (size_t at = 0; at < calls.size();) {
    const size_t end = std::min(at + options.batch, calls.size());
    progress->call = at;
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) run_child(calls, at, end, *progress);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      at = end;
      continue;
    }
    const bool timed_out = WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
    ++(timed_out ? endless : killed);
    const std::string how = timed_out             ? concat("did not end in ", kSeconds, " s")
                            : WIFSIGNALED(status) ? concat("signal ", WTERMSIG(status))
                                                  : concat("exit ", WEXITSTATUS(status));
    std::printf("%s %s\n     %s\n", timed_out ? "SLOW" : "FAIL", describe(calls[progress->call]).c_str(), how.c_str());
    const HostileCall& bad = calls[progress->call];
    for (at = progress->call + 1; timed_out && at < calls.size() && same_argument(calls[at], bad);) ++at;
  }
  std::printf("%zu calls, %zu of them errors, %d did not end, %d killed their process\n", calls.size(),
              progress->errors, endless, killed);
  return killed || endless ? 1 : 0;
}

int main_of(const std::vector<std::string>& arguments) {
  Options options;
  std::vector<Row> rows;
  auto table = ops::build_operator_table();
  if (!table.ok()) return 2;
  schema::install_operators(std::move(table).value());
  // A forked process has no threads of a pool.
  if (!parallel::set_num_threads(1).ok()) return 2;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool more = i + 1 < arguments.size();
    if (arguments[i] == "--only" && more) {
      options.only = arguments[++i];
    } else if (arguments[i] == "--pairs" && more) {
      options.pairs = std::stoul(arguments[++i]);
    } else if (arguments[i] == "--rows" && more) {
      options.rows = std::stoul(arguments[++i]);
    } else {
      Result<std::vector<Row>> read = read_rows(arguments[i]);
      if (!read.ok()) {
        std::fprintf(stderr, "%s\n", read.status().message().c_str());
        return 2;
      }
      rows.insert(rows.end(), read->begin(), read->end());
    }
  }
  return run_all(calls_of(rows, options), options);
}

}  // namespace
}  // namespace heddle::test

int main(int argc, char** argv) { return heddle::test::main_of({argv + 1, argv + argc}); }
