// The closed list of names a pickle may use, apart from classes under "__torch__". Read-only tables, for the pickle
// reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace heddle::archive {

enum class GlobalKind : uint8_t {
  kValue,        // a number: GlobalRow::number
  kStorageType,  // GlobalRow::number is its dtype
  kNibbles,      // torch.QUInt4x2Storage: bytes of two quantised numbers, the first in the lower half
  kUntypedStorage,
  kTensor,           // torch._utils._rebuild_tensor(storage, offset, sizes, strides)
  kTensorV2,         // ... requires_grad, hooks, metadata
  kTensorV3,         // ... requires_grad, hooks, dtype, metadata
  kQuantizedTensor,  // torch._utils._rebuild_qtensor(storage, offset, sizes, strides, quantiser, requires_grad, hooks)
  kParameter,        // torch._utils._rebuild_parameter(tensor, requires_grad, hooks)
  kIntList,
  kDoubleList,
  kBoolList,
  kTensorList,
  kTypeTag,  // torch.jit._pickle.restore_type_tag(value, type)
  kLayout,   // torch.serialization._get_layout(name)
  kDevice,
  kComplex,
  kSize,
  kOrderedDict,
  kBytes,        // bytes(), of no bytes
  kEncode,       // _codecs.encode(text, 'latin1'): how protocol 2 spells bytes
  kUnsupported,  // known, but Heddle has no value for it
  kClass,        // in no table: any name under "__torch__"
};

struct GlobalRow {
  std::string_view name;  // "module.name"
  GlobalKind kind;
  int64_t number = 0;
};

// Null when the name is not in the list.
const GlobalRow* find_global(std::string_view name);
// "torch.strided" and its like, as the number of the layout.
std::optional<int64_t> layout_number(std::string_view name);

}  // namespace heddle::archive
