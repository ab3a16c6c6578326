// Tells what a file is that is not the archive somebody expected, so that the message can name it. For archive.cpp and
// torch_save.cpp; any thread.
#pragma once

#include <string>

#include "archive/zip_reader.h"

namespace heddle::archive {

// What a pickle written by torch.save before PyTorch 1.6 begins with.
bool is_legacy_torch_save(const Storage& bytes);

// The error for a file that is no zip archive: names ONNX, safetensors, HDF5 and others by their first bytes. `wanted`
// is what was expected ("a TorchScript archive").
Status foreign_file(const std::string& name, const Storage& bytes, const std::string& wanted);

// The error for a zip archive without data.pkl: names torch.export's .pt2, TorchScript from before PyTorch 1.4,
// torch.package, NumPy's .npz, Keras and others by their records.
Status foreign_zip(const ZipReader& zip, const std::string& wanted);

}  // namespace heddle::archive
