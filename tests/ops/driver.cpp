// Runs operator rows (rows.py) on the kernels of the operator table and compares with PyTorch's answers (oracle.py):
//   heddle_ops_driver ANSWERS.pt...               every row: as it is, on 2, 3 and 8 threads, with strided inputs, and
//                                                 on each implementation of the operator; a table of what failed
//   heddle_ops_driver --only PATTERN ANSWERS.pt   the rows with the text in them
//   heddle_ops_driver --uncovered ANSWERS.pt...   the operators that no row tests, which is a failure too
//   --elsewhere FILE                              operators that no row can call
//   --missing FILE                                operators that may be missing: their rows are counted only
//   --known FILE                                  rows known to differ
//   --free-signs FILE                             operators whose results may have other signs than PyTorch's
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include "compare.h"
#include "core/boxes.h"
#include "forms.h"
#include "ops/common/implementation.h"
#include "ops/operators.h"
#include "ops/quantized/kernels.h"
#include "parallel/parallel.h"
#include "row.h"
#include "schema/operator_table.h"

namespace heddle::test {
namespace {

using schema::Operator;

const Operator* find(const std::string& name) {
  const size_t dot = name.find('.');
  return schema::operators().find(name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1));
}

struct Run {
  std::vector<IValue> outputs;
  std::vector<IValue> arguments;
  // Outputs, then arguments: what sharing is judged on.
  std::vector<IValue> all() const {
    std::vector<IValue> values = outputs;
    values.insert(values.end(), arguments.begin(), arguments.end());
    return values;
  }
};

Result<Run> run(const Operator& op, const Row& row, Layout layout, int threads) {
  HEDDLE_TRY(parallel::set_num_threads(threads));
  Run result;
  result.arguments = HEDDLE_TRY(make_arguments(op, row, layout));
  result.outputs = HEDDLE_TRY(schema::call_operator(op, result.arguments));
  return result;
}

// Arguments left to their default are not compared.
std::string argument_difference(const std::vector<IValue>& got, const std::vector<IValue>& wanted,
                                const Comparison& how) {
  for (size_t i = 0; i < got.size(); ++i) {
    if (wanted[i].is_none()) continue;
    std::string found = difference(got[i], wanted[i], how);
    if (!found.empty()) return concat("argument ", i, " afterwards: ", found);
  }
  return {};
}

bool looks_at_layout(const Operator& op, const Row& row) {
  // What views and questions about strides give depends on the layout, and so may random operators.
  static const std::set<std::string> kQuestions = {"aten::stride",
                                                   "aten::is_contiguous",
                                                   "aten::storage_offset",
                                                   "aten::as_strided_copy",
                                                   "aten::as_strided_",
                                                   "aten::is_set_to",
                                                   "aten::set_",
                                                   "aten::resize_",
                                                   "aten::resize_as_",
                                                   "aten::as_strided_scatter",
                                                   "aten::view_copy",
                                                   "aten::view_as_complex_copy",
                                                   "aten::_reshape_alias_copy",
                                                   "aten::sym_stride",
                                                   "aten::sym_storage_offset",
                                                   "aten::is_non_overlapping_and_dense"};
  if (kQuestions.contains(op.schema.name) || (op.flags & schema::kRandom) || row.meta_only) return true;
  return std::any_of(op.schema.returns.begin(), op.schema.returns.end(),
                     [](const schema::Argument& result) { return result.alias && !result.alias->is_write; });
}

// The container holds a view as another dtype as a copy, with strides of its own.
bool changes_dtype(const Row& row) {
  static const std::set<std::string> kViews = {"aten::real", "aten::imag", "aten::view_as_real",
                                               "aten::view_as_complex", "aten::view.dtype"};
  return kViews.contains(row.op);
}

// The compiler reorders and merges by the schema's alias marks, so a result that may be an argument or a view of one
// must carry a mark, also where PyTorch's own schema lacks it.
std::string unmarked_sharing(const Operator& op, const Run& got) {
  std::set<const Storage*> given;
  for (const Tensor& tensor : tensors_in(got.arguments)) given.insert(tensor.impl()->storage.get());
  for (size_t i = 0; i < op.schema.returns.size() && i < got.outputs.size(); ++i) {
    if (op.schema.returns[i].alias) continue;
    for (const Tensor& tensor : tensors_in({got.outputs[i]})) {
      if (given.contains(tensor.impl()->storage.get()))
        return concat("the schema hides that result ", i, " is an alias");
    }
  }
  return {};
}

std::string check_run(const Operator& op, const Row& row, const Run& got, Comparison how) {
  how.strides = how.strides && !changes_dtype(row);
  how.signs = !row.free_signs;
  std::string found = difference(got.outputs, row.outputs, how);
  if (!found.empty()) return found;
  const Result<std::vector<IValue>> wanted = expected_arguments(op, row);
  if (!wanted.ok()) return wanted.status().message();
  found = argument_difference(got.arguments, wanted.value(), how);
  if (!found.empty() || !how.strides) return found;
  // Sharing is judged on the row's own values, because expected_arguments made copies. Keyword arguments come in the
  // row's order there and in the schema's here, so with several of them the pairs would not match.
  if (tensors_in({row.kwargs_after}).size() > 1) return {};
  std::vector<IValue> theirs = row.outputs;
  theirs.push_back(row.args_after);
  theirs.push_back(row.kwargs_after);
  return sharing_difference(got.all(), theirs);
}

std::string check_variants(const Operator& op, const Row& row, const Run& first) {
  for (const int threads : {2, 3, 8}) {
    const Result<Run> together = run(op, row, Layout::kAsIs, threads);
    if (!together.ok()) return concat(threads, " threads: ", together.status().message());
    if ((op.flags & schema::kRandom) || row.meta_only) continue;
    const std::string found = bit_difference(first.all(), together->all());
    if (!found.empty()) return concat(threads, " threads: ", found);
  }
  const Comparison values{row.rtol, row.atol, !row.meta_only, false};
  if (!looks_at_layout(op, row) && row.text.find('&') == std::string::npos) {
    const Result<Run> strided = run(op, row, Layout::kStrided, 1);
    if (!strided.ok()) return concat("strided: ", strided.status().message());
    const std::string found = check_run(op, row, *strided, values);
    if (!found.empty()) return concat("strided: ", found);
  }
  for (size_t i = 1; i < op.implementations.size(); ++i) {
    const std::string& name = op.implementations[i].name;
    const ops::OnlyImplementation only(name);
    const Result<Run> other = run(op, row, Layout::kAsIs, 1);
    // An implementation may decline a row, but what it computes must be right.
    const std::string found = other.ok() ? check_run(op, row, *other, values) : "";
    if (!found.empty()) return concat(name, ": ", found);
  }
  return {};
}

// What is wrong with the operator on this row; empty when nothing is.
std::string check(const Row& row, const Forms& forms) {
  const Operator* op = find(row.op);
  if (!op) return "no such operator";
  const Result<Run> first = run(*op, row, Layout::kAsIs, 1);
  if (row.must_fail) return first.ok() ? "did not fail" : "";
  if (!first.ok()) return first.status().message();
  std::string found = check_run(*op, row, *first, {row.rtol, row.atol, !row.meta_only, true});
  if (found.empty()) found = unmarked_sharing(*op, *first);
  if (found.empty()) found = check_variants(*op, row, *first);
  // Forms of operators with a kernel for quantised tensors are made for ordinary ones.
  const bool has_forms = ops::dense_kernel(*op).function() == op->kernel.function() || tensors_in({row.args}).empty() ||
                         !is_quantized(tensors_in({row.args})[0].dtype());
  return found.empty() && has_forms ? forms.check(*op, row) : found;
}

struct Count {
  int rows = 0;
  int failed = 0;
};

// What rows are not judged by: see the files of the same name.
struct Exceptions {
  std::set<std::string> missing;
  std::set<std::string> known;
};

// `missing` names the operators that rows exist for and Heddle does not have yet: their rows are counted, not run, and
// one that has arrived must leave the list.
int run_rows(const std::vector<Row>& rows, const std::string& only, const Exceptions& exceptions) {
  std::map<std::string, Count> counts;
  int failed = 0;
  int ran = 0;
  int waiting = 0;
  int differing = 0;
  const Forms forms(schema::operators());
  for (const Row& row : rows) {
    if (row.text.find(only) == std::string::npos) continue;
    const bool listed = exceptions.missing.contains(row.op);
    if (listed && !find(row.op)) {
      ++waiting;
      continue;
    }
    std::string found = listed ? "is there now: take it off the list of missing operators" : check(row, forms);
    if (exceptions.known.contains(row.text)) {
      found = found.empty() ? "agrees now: take it off the list of known differences" : "";
      ++differing;
    }
    Count& count = counts[row.op];
    ++count.rows;
    ++ran;
    if (found.empty()) continue;
    ++count.failed;
    ++failed;
    std::printf("FAIL %s\n     %s\n", row.text.c_str(), found.c_str());
  }
  if (failed) {
    std::printf("%6s %6s  operator\n", "rows", "failed");
    for (const auto& [name, count] : counts) {
      if (count.failed) std::printf("%6d %6d  %s\n", count.rows, count.failed, name.c_str());
    }
  }
  if (differing) std::printf("%d rows are known to differ\n", differing);
  if (waiting) std::printf("%d rows wait for operators listed as missing\n", waiting);
  std::printf("%d rows of %zu operators, %d failed\n", ran, counts.size(), failed);
  return failed ? 1 : 0;
}

// One operator or row a line; "#" begins a comment.
std::set<std::string> read_names(const std::string& path) {
  std::set<std::string> names;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') names.insert(line);
  }
  return names;
}

// A row tests the forms and further names of its operator too, unless it is one of an error. `elsewhere` lists
// operators that no row can call, and what tests them.
int list_uncovered(const std::vector<Row>& rows, const std::set<std::string>& elsewhere) {
  const Forms forms(schema::operators());
  std::set<const Operator*> covered;
  for (const Row& row : rows) {
    // Packed weights, which no container holds, are tested by what their rows compute.
    for (const IValue& argument : row.args.as_list().items) {
      const IValue* maker = argument.is_dict() ? argument.as_dict().find(IValue("$op")) : nullptr;
      if (maker && !row.must_fail) covered.insert(find(maker->as_string()));
    }
    const Operator* op = find(row.op);
    if (!op) continue;
    covered.insert(op);
    if (row.must_fail) continue;
    for (const Operator* form : forms.all(*op)) {
      covered.insert(form);
      for (const Operator* further : forms.all(*form)) covered.insert(further);
    }
  }
  int missing = 0;
  std::set<std::string> unused = elsewhere;
  for (const Operator* op : schema::operators().all()) {
    const std::string name = op->schema.full_name();
    unused.erase(name);
    if (covered.contains(op) == !elsewhere.contains(name)) continue;
    std::printf("%s: %s\n", covered.contains(op) ? "has a row, so take it off the list" : "no row",
                op->schema.to_text().c_str());
    ++missing;
  }
  for (const std::string& name : unused) std::printf("listed, but there is no such operator: %s\n", name.c_str());
  std::printf("%d operators without a row\n", missing);
  return missing || !unused.empty() ? 1 : 0;
}

int fail(const Status& status) {
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 2;
}

int main_of(std::vector<std::string> arguments) {
  std::string only;
  bool uncovered = false;
  std::set<std::string> elsewhere;
  std::set<std::string> free_signs;
  Exceptions exceptions;
  std::vector<Row> rows;
  auto table = ops::build_operator_table();
  if (!table.ok()) return fail(table.status());
  schema::install_operators(std::move(table).value());
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--only" && i + 1 < arguments.size()) {
      only = arguments[++i];
    } else if (arguments[i] == "--missing" && i + 1 < arguments.size()) {
      exceptions.missing = read_names(arguments[++i]);
    } else if (arguments[i] == "--known" && i + 1 < arguments.size()) {
      exceptions.known = read_names(arguments[++i]);
    } else if (arguments[i] == "--free-signs" && i + 1 < arguments.size()) {
      free_signs = read_names(arguments[++i]);
    } else if (arguments[i] == "--elsewhere" && i + 1 < arguments.size()) {
      elsewhere = read_names(arguments[++i]);
    } else if (arguments[i] == "--uncovered") {
      uncovered = true;
    } else {
      Result<std::vector<Row>> more = read_rows(arguments[i]);
      if (!more.ok()) return fail(more.status());
      rows.insert(rows.end(), more->begin(), more->end());
    }
  }
  for (Row& row : rows) row.free_signs = free_signs.contains(row.op.substr(0, row.op.find('.')));
  return uncovered ? list_uncovered(rows, elsewhere) : run_rows(rows, only, exceptions);
}

}  // namespace
}  // namespace heddle::test

int main(int argc, char** argv) { return heddle::test::main_of({argv + 1, argv + argc}); }
