// Attributes whose type has changed since an archive was written: the packed weights of PyTorch 1.3 to 1.5's quantised
// modules are declared as tensors, which they were, and today's operators give objects of custom classes. PyTorch reads
// the same declarations so.
#pragma once

#include <string_view>

namespace heddle::lang {

// The class that stands for Tensor in the declaration of this attribute of this class, by their names; empty where
// Tensor is meant.
std::string_view class_instead_of_tensor(std::string_view qualified_class, std::string_view attribute);

}  // namespace heddle::lang
