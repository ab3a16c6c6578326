#include "ops/common/overlap.h"

namespace heddle::ops {
namespace {

enum class Overlap { kNone, kFull, kPartial, kUnknown };

Overlap overlap_of(const Tensor& a, const Tensor& b) {
  if (a.is_same(b)) return Overlap::kFull;
  if (a.numel() == 0 || b.numel() == 0 || a.storage().get() != b.storage().get()) return Overlap::kNone;
  if (!a.is_dense() || !b.is_dense()) return Overlap::kUnknown;
  const auto* a_begin = static_cast<const char*>(a.raw_data());
  const auto* b_begin = static_cast<const char*>(b.raw_data());
  const auto* a_end = a_begin + a.numel() * element_size(a.dtype());
  const auto* b_end = b_begin + b.numel() * element_size(b.dtype());
  if (a_begin == b_begin && a_end == b_end) return a.strides() == b.strides() ? Overlap::kFull : Overlap::kPartial;
  return a_begin < b_end && b_begin < a_end ? Overlap::kPartial : Overlap::kNone;
}

}  // namespace

Status check_no_internal_overlap(const Tensor& written) {
  if (written.is_contiguous()) return ok_status();
  for (size_t i = 0; i < written.sizes().size(); ++i) {
    HEDDLE_REQUIRE(written.sizes()[i] <= 1 || written.strides()[i] != 0,
                   "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                   "location. Please clone() the tensor before performing the operation.");
  }
  return ok_status();
}

Status check_no_partial_overlap(const Tensor& written, const Tensor& read) {
  HEDDLE_REQUIRE(overlap_of(written, read) != Overlap::kPartial,
                 "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
                 "memory location. Please clone() the tensor before performing the operation.");
  return ok_status();
}

Status check_no_overlap(const Tensor& written, const Tensor& read) {
  const Overlap overlap = overlap_of(written, read);
  HEDDLE_REQUIRE(overlap != Overlap::kPartial && overlap != Overlap::kFull,
                 "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
                 "memory location. Please clone() the tensor before performing the operation.");
  return ok_status();
}

}  // namespace heddle::ops
