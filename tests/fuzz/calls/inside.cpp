#include "inside.h"

#include "core/boxes.h"

namespace heddle::fuzz {
namespace {

Status check_tensor(const Tensor& t) {
  if (t.numel() == 0) return ok_status();
  int64_t first = t.offset();
  int64_t last = t.offset();
  int64_t numel = 1;
  for (int64_t i = 0; i < t.dim(); ++i) {
    (t.stride(i) < 0 ? first : last) += (t.size(i) - 1) * t.stride(i);
    numel *= t.size(i);
  }
  HEDDLE_REQUIRE(numel == t.numel(), "a tensor of ", numel, " elements says ", t.numel());
  HEDDLE_REQUIRE(first >= 0 && static_cast<uint64_t>(last + 1) * static_cast<uint64_t>(element_size(t.dtype())) <=
                                   t.storage()->bytes(),
                 "a tensor reaches from element ", first, " to ", last, " of ", t.storage()->bytes(), " bytes");
  return ok_status();
}

}  // namespace

Status check_inside(const IValue& value) {
  if (value.is_tensor()) return check_tensor(value.as_tensor());
  if (value.is_list()) {
    for (const IValue& item : value.as_list().items) HEDDLE_TRY(check_inside(item));
  } else if (value.is_tuple()) {
    for (const IValue& item : value.as_tuple().items) HEDDLE_TRY(check_inside(item));
  } else if (value.is_dict()) {
    for (const DictValue::Entry& entry : value.as_dict().entries()) HEDDLE_TRY(check_inside(entry.value));
  }
  return ok_status();
}

}  // namespace heddle::fuzz
