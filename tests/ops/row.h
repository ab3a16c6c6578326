// One operator row as oracle.py wrote it, and its arguments made ready for a call. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "core/ivalue.h"
#include "schema/operator_table.h"

namespace heddle::test {

struct Row {
  std::string text;
  std::string op;
  IValue args;    // list
  IValue kwargs;  // dict
  std::vector<IValue> outputs;
  IValue args_after;
  IValue kwargs_after;
  bool must_fail = false;
  bool meta_only = false;
  bool free_signs = false;  // of the results
  double rtol = 0;
  double atol = 0;
};

// Reads a container of rows.
Result<std::vector<Row>> read_rows(const std::string& path);

// How the tensors of a row are laid out for a call.
enum class Layout {
  kAsIs,
  kStrided,  // other storage and strides, same values; noise between the elements
};

// The arguments in the order of the operator's schema, defaults filled in: fresh tensors, but tensors that share a
// storage in the row share one here.
Result<std::vector<IValue>> make_arguments(const schema::Operator& op, const Row& row, Layout layout);
// What these arguments must be after the call, in the same order (an argument by default is None).
Result<std::vector<IValue>> expected_arguments(const schema::Operator& op, const Row& row);

// Every tensor inside the values, lists and dicts included, in order.
std::vector<Tensor> tensors_in(const std::vector<IValue>& values);

}  // namespace heddle::test
