// Files that hold values: .npy, .npz, torch.save's .pt, .json. What a command reads as INPUT, --args and --expect. One
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "core/ivalue.h"

namespace heddle::cli {

// "x.npz:NAME" and "x.pt:KEY" name one part of a file; other texts are a path alone.
struct FileName {
  std::string path;
  std::string part;
  std::string kind;  // the extension, in small letters
};
FileName parse_file_name(std::string_view text);

// Whether read_values knows files of that kind: npy, npz, pt, pth.
bool is_value_kind(std::string_view kind);

// The array of a .npy file; a .npz file's array of that name, or without a name Dict[str, Tensor]; a torch.save file's
// value, or that of its dict's key or of its list's or tuple's index. Fails, naming the file and the parts it has,
// where there is none.
Result<IValue> read_values(const FileName& file);

}  // namespace heddle::cli
