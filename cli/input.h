// The INPUT arguments of the command: one text each, one value each. One thread.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/image.h"
#include "core/ivalue.h"

namespace heddle::cli {

struct InputOptions {
  ImageOptions image;
  uint64_t seed = 0;
};

// All arguments of one call.
struct CallArguments {
  std::vector<IValue> positional;
  std::vector<std::pair<std::string, IValue>> keyword;
};

class InputReader {
 public:
  explicit InputReader(InputOptions options) : options_(std::move(options)), engine_(options_.seed) {}

  // One INPUT: a file (.npy, .npz:NAME, .pt[:KEY], .png, .jpg, .wav), a made-up tensor (see generate.h), a number,
  // true, false, none, a quoted text, a JSON list or object. Made-up tensors differ from one another and are the same
  // for the same seed. Errors name the text and what was expected.
  Result<IValue> read(const std::string& text);

  // A torch.save file with all arguments: a tuple or list of them, or a dict with "args" and "kwargs", either of which
  // may lack.
  static Result<CallArguments> read_all(const std::string& path);

 private:
  Result<IValue> read_file_input(const std::string& text);

  InputOptions options_;
  std::mt19937_64 engine_;
};

}  // namespace heddle::cli
