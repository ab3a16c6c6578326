// What a method returned, to files and against files: --output and --expect. One thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/compare.h"
#include "core/ivalue.h"

namespace heddle::cli {

// Writes by the file's extension: .npy a tensor or number; .npz each tensor of a tuple, list (arr_0, arr_1, ...) or
// dict (its keys); .pt anything torch.save can hold; .json anything (see to_json). Fails for other extensions and for
// values they cannot hold.
Status write_result(const std::string& path, const IValue& value);

// The content of a file to compare with, of the same kinds.
class Expectation {
 public:
  // Fails, naming the file, where it cannot be read.
  static Result<Expectation> read(const std::string& path);
  // As compare(); a .npz file is compared with the arrays that write_result would write.
  Comparison compare_with(const IValue& actual, const Tolerance& tolerance) const;

 private:
  std::string kind_;
  IValue value_;
  std::string json_;  // the text of a .json file
};

}  // namespace heddle::cli
