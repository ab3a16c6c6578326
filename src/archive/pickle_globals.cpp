#include "archive/pickle_globals.h"

#include <algorithm>
#include <array>

#include "core/dtype.h"

namespace heddle::archive {
namespace {

constexpr int64_t number_of(DType dtype) { return static_cast<int64_t>(dtype); }

// Sorted by name.
constexpr auto kRows = std::to_array<GlobalRow>({
    {"_codecs.encode", GlobalKind::kEncode},
    {"builtins.bytes", GlobalKind::kBytes},
    {"builtins.complex", GlobalKind::kComplex},
    {"collections.OrderedDict", GlobalKind::kOrderedDict},
    {"torch.BFloat16Storage", GlobalKind::kStorageType, number_of(DType::kBFloat16)},
    {"torch.BoolStorage", GlobalKind::kStorageType, number_of(DType::kBool)},
    {"torch.ByteStorage", GlobalKind::kStorageType, number_of(DType::kUInt8)},
    {"torch.CharStorage", GlobalKind::kStorageType, number_of(DType::kInt8)},
    {"torch.ComplexDoubleStorage", GlobalKind::kStorageType, number_of(DType::kComplex128)},
    {"torch.ComplexFloatStorage", GlobalKind::kStorageType, number_of(DType::kComplex64)},
    {"torch.DoubleStorage", GlobalKind::kStorageType, number_of(DType::kFloat64)},
    {"torch.FloatStorage", GlobalKind::kStorageType, number_of(DType::kFloat32)},
    {"torch.HalfStorage", GlobalKind::kStorageType, number_of(DType::kFloat16)},
    {"torch.IntStorage", GlobalKind::kStorageType, number_of(DType::kInt32)},
    {"torch.LongStorage", GlobalKind::kStorageType, number_of(DType::kInt64)},
    {"torch.QInt32Storage", GlobalKind::kStorageType, number_of(DType::kQInt32)},
    {"torch.QInt8Storage", GlobalKind::kStorageType, number_of(DType::kQInt8)},
    {"torch.QUInt2x4Storage", GlobalKind::kUnsupported},
    {"torch.QUInt4x2Storage", GlobalKind::kNibbles, number_of(DType::kUInt8)},
    {"torch.QUInt8Storage", GlobalKind::kStorageType, number_of(DType::kQUInt8)},
    {"torch.ShortStorage", GlobalKind::kStorageType, number_of(DType::kInt16)},
    {"torch.Size", GlobalKind::kSize},
    {"torch.UntypedStorage", GlobalKind::kUntypedStorage},
    {"torch._utils._rebuild_device_tensor_from_numpy", GlobalKind::kUnsupported},
    {"torch._utils._rebuild_meta_tensor_no_storage", GlobalKind::kUnsupported},
    {"torch._utils._rebuild_parameter", GlobalKind::kParameter},
    {"torch._utils._rebuild_parameter_with_state", GlobalKind::kParameter},
    {"torch._utils._rebuild_qtensor", GlobalKind::kQuantizedTensor},
    {"torch._utils._rebuild_sparse_csr_tensor", GlobalKind::kUnsupported},
    {"torch._utils._rebuild_sparse_tensor", GlobalKind::kUnsupported},
    {"torch._utils._rebuild_tensor", GlobalKind::kTensor},
    {"torch._utils._rebuild_tensor_v2", GlobalKind::kTensorV2},
    {"torch._utils._rebuild_tensor_v3", GlobalKind::kTensorV3},
    {"torch._utils._rebuild_wrapper_subclass", GlobalKind::kUnsupported},
    {"torch.bfloat16", GlobalKind::kValue, number_of(DType::kBFloat16)},
    {"torch.bool", GlobalKind::kValue, number_of(DType::kBool)},
    {"torch.channels_last", GlobalKind::kValue, 2},
    {"torch.channels_last_3d", GlobalKind::kValue, 3},
    {"torch.complex128", GlobalKind::kValue, number_of(DType::kComplex128)},
    {"torch.complex32", GlobalKind::kValue, number_of(DType::kComplex32)},
    {"torch.complex64", GlobalKind::kValue, number_of(DType::kComplex64)},
    {"torch.contiguous_format", GlobalKind::kValue, 0},
    {"torch.device", GlobalKind::kDevice},
    {"torch.float16", GlobalKind::kValue, number_of(DType::kFloat16)},
    {"torch.float32", GlobalKind::kValue, number_of(DType::kFloat32)},
    {"torch.float64", GlobalKind::kValue, number_of(DType::kFloat64)},
    {"torch.int16", GlobalKind::kValue, number_of(DType::kInt16)},
    {"torch.int32", GlobalKind::kValue, number_of(DType::kInt32)},
    {"torch.int64", GlobalKind::kValue, number_of(DType::kInt64)},
    {"torch.int8", GlobalKind::kValue, number_of(DType::kInt8)},
    {"torch.jit._pickle.build_boollist", GlobalKind::kBoolList},
    {"torch.jit._pickle.build_doublelist", GlobalKind::kDoubleList},
    {"torch.jit._pickle.build_intlist", GlobalKind::kIntList},
    {"torch.jit._pickle.build_tensor_from_id", GlobalKind::kUnsupported},
    {"torch.jit._pickle.build_tensorlist", GlobalKind::kTensorList},
    {"torch.jit._pickle.restore_type_tag", GlobalKind::kTypeTag},
    {"torch.per_channel_affine", GlobalKind::kValue, 1},
    {"torch.per_channel_affine_float_qparams", GlobalKind::kValue, 4},
    {"torch.per_channel_symmetric", GlobalKind::kValue, 3},
    {"torch.per_tensor_affine", GlobalKind::kValue, 0},
    {"torch.per_tensor_symmetric", GlobalKind::kValue, 2},
    {"torch.preserve_format", GlobalKind::kValue, 1},
    {"torch.qint32", GlobalKind::kValue, number_of(DType::kQInt32)},
    {"torch.qint8", GlobalKind::kValue, number_of(DType::kQInt8)},
    {"torch.quint8", GlobalKind::kValue, number_of(DType::kQUInt8)},
    {"torch.serialization._get_layout", GlobalKind::kLayout},
    {"torch.storage.UntypedStorage", GlobalKind::kUntypedStorage},
    {"torch.storage._UntypedStorage", GlobalKind::kUntypedStorage},
    {"torch.uint8", GlobalKind::kValue, number_of(DType::kUInt8)},
});
static_assert(std::is_sorted(kRows.begin(), kRows.end(),
                             [](const GlobalRow& a, const GlobalRow& b) { return a.name < b.name; }));

constexpr std::string_view kLayouts[] = {"torch.strided",    "torch.sparse_coo", "torch.sparse_csr", "torch._mkldnn",
                                         "torch.sparse_csc", "torch.sparse_bsr", "torch.sparse_bsc"};

}  // namespace

const GlobalRow* find_global(std::string_view name) {
  const auto found = std::lower_bound(kRows.begin(), kRows.end(), name,
                                      [](const GlobalRow& row, std::string_view wanted) { return row.name < wanted; });
  return found != kRows.end() && found->name == name ? &*found : nullptr;
}

std::optional<int64_t> layout_number(std::string_view name) {
  const auto found = std::find(std::begin(kLayouts), std::end(kLayouts), name);
  if (found == std::end(kLayouts)) return std::nullopt;
  return found - std::begin(kLayouts);
}

}  // namespace heddle::archive
