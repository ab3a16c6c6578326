#include "archive/file_kind.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "archive/zip_format.h"

namespace heddle::archive {
namespace {

constexpr std::string_view kLegacyMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);

std::string_view head(const Storage& bytes, size_t most) {
  return {static_cast<const char*>(bytes.data()), std::min(bytes.bytes(), most)};
}

struct Magic {
  size_t offset;
  std::string_view bytes;
  std::string_view what;
};

constexpr auto kMagics = std::to_array<Magic>({
    {0, "\x89HDF\r\n", "an HDF5 file (Keras weights, perhaps)"},
    {0, "\x93NUMPY", "a NumPy array (.npy)"},
    {0, "GGUF", "a GGUF file"},
    {4, "TFL3", "a TensorFlow Lite model"},
    {4, "ET12", "an ExecuTorch program (.pte)"},
    {4, "PTMF",
     "a TorchScript model in PyTorch's mobile flatbuffer form, which Heddle does not read; "
     "save it with torch.jit.save(module, path)"},
    {257, "ustar", "a tar archive (torch.save before PyTorch 0.1.10, perhaps); save it again with a newer PyTorch"},
    {0, "\x1f\x8b", "a gzip file; unpack it first"},
    {0, "BZh", "a bzip2 file; unpack it first"},
    {0,
     "\xfd"
     "7zXZ",
     "an xz file; unpack it first"},
    {0, "7z\xbc\xaf", "a 7z archive; unpack it first"},
    {0, "version https://git-lfs", "a Git LFS pointer; fetch the file itself with git lfs pull"},
    {0, "<!DOCTYPE", "an HTML page: a download that went wrong, perhaps"},
    {0, "<html", "an HTML page: a download that went wrong, perhaps"},
    {0, "\x89PNG", "a PNG image"},
    {0, "\xff\xd8\xff", "a JPEG image"},
});

// Eight bytes with the length of a JSON header, then the header.
bool is_safetensors(const Storage& bytes) {
  if (bytes.bytes() < 10) return false;
  const auto* data = static_cast<const unsigned char*>(bytes.data());
  const auto length = zip::get<uint64_t>(data);
  return length >= 2 && length <= bytes.bytes() - 8 && data[8] == '{';
}

// A protobuf message whose first field is ModelProto.ir_version, a small number, and whose next is one of its strings
// or graph.
bool is_onnx(const Storage& bytes) {
  const std::string_view start = head(bytes, 4);
  constexpr std::string_view kNextFields("\x12\x1a\x22\x2a\x32\x3a\x42", 7);
  return start.size() == 4 && start[0] == 0x08 && start[1] > 0 && start[1] < 0x40 &&
         kNextFields.find(start[2]) != kNextFields.npos;
}

std::string what_is(const Storage& bytes) {
  for (const Magic& magic : kMagics) {
    if (head(bytes, magic.offset + magic.bytes.size()).substr(std::min(magic.offset, bytes.bytes())) == magic.bytes) {
      return std::string(magic.what);
    }
  }
  if (is_legacy_torch_save(bytes)) {
    return "a file of torch.save from before PyTorch 1.6 (or with _use_new_zipfile_serialization=False)";
  }
  const std::string_view start = head(bytes, 2);
  if (start.size() == 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5) return "a plain Python pickle";
  if (is_safetensors(bytes)) return "a safetensors file, which has weights but no model";
  if (is_onnx(bytes)) return "an ONNX model";
  return "no zip archive";
}

}  // namespace

bool is_legacy_torch_save(const Storage& bytes) { return head(bytes, kLegacyMagic.size()) == kLegacyMagic; }

Status foreign_file(const std::string& name, const Storage& bytes, const std::string& wanted) {
  return error(ErrorCode::kBadArchive, "cannot read ", quoted(name), ": it is ", what_is(bytes), "; expected ", wanted);
}

Status foreign_zip(const ZipReader& zip, const std::string& wanted) {
  const auto has = [&](std::string_view ending) {
    return std::any_of(zip.records().begin(), zip.records().end(), [&](const ZipRecord& record) {
      return record.name == ending ||
             (record.name.ends_with(ending) && record.name[record.name.size() - ending.size() - 1] == '/');
    });
  };
  const auto has_suffix = [&](std::string_view suffix) {
    return std::any_of(zip.records().begin(), zip.records().end(),
                       [&](const ZipRecord& record) { return record.name.ends_with(suffix); });
  };
  std::string what = "a zip archive without data.pkl";
  if (has("archive_format") || has("serialized_exported_program.json")) {
    what =
        "a torch.export program (.pt2), which is no TorchScript; save torch.jit.script or torch.jit.trace of the model";
  } else if (has("model.json")) {
    what =
        "a TorchScript archive from before PyTorch 1.4 (model.json and tensors), which Heddle does not read; load and "
        "save it "
        "once with PyTorch 1.4 to 2.x";
  } else if (has(".data/extern_modules")) {
    what = "a torch.package archive, which holds Python code; save torch.jit.script of the model";
  } else if (has("model.onnx")) {
    what = "a zip archive with an ONNX model";
  } else if (has("META-INF/MANIFEST.MF") || has("MAR-INF/MANIFEST.json")) {
    what = "a package (.jar or .mar); unpack it first";
  } else if (has_suffix(".npy")) {
    what = "a NumPy archive (.npz)";
  } else if (has_suffix(".pt") || has_suffix(".pth")) {
    what = "a zip archive that holds other archives; unpack it first";
  } else if (zip.records().empty()) {
    what = "an empty zip archive";
  }
  return error(ErrorCode::kBadArchive, "cannot read ", quoted(zip.name()), ": it is ", what, "; expected ", wanted);
}

}  // namespace heddle::archive
