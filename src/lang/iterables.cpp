#include "lang/iterables.h"

#include <algorithm>

#include "core/class_type.h"
#include "lang/function_emitter.h"

namespace heddle::lang {

using ir::Value;

namespace {

// The constant an unrolled loop passes as its index.
int64_t known_index(const Value* index) { return index->node()->constant.as_int(); }

// A tuple where all parts are values, else parts that stay apart.
Meaning bundle(FunctionEmitter& emitter, std::vector<Meaning> parts, const SourceRange& range) {
  std::vector<Value*> values;
  for (const Meaning& part : parts) {
    if (!part.value) return Meaning(make_ref<StaticIterable>(std::move(parts)));
    values.push_back(part.value);
  }
  return Meaning(emitter.emit_tuple(values, range));
}

}  // namespace

Result<Value*> StaticIterable::length(FunctionEmitter& emitter, const SourceRange& range) {
  return emitter.constant(static_cast<int64_t>(parts_.size()), range);
}

Result<Meaning> StaticIterable::element(FunctionEmitter&, const SourceRange&, Value* index) {
  return parts_[static_cast<size_t>(known_index(index))];
}

Result<Value*> StaticIterable::as_value(FunctionEmitter& emitter, const SourceRange& range) {
  std::vector<Value*> values;
  for (const Meaning& part : parts_) values.push_back(HEDDLE_TRY(emitter.as_value(part, range)));
  return emitter.emit_tuple(values, range);
}

Result<Value*> IndexedIterable::length(FunctionEmitter& emitter, const SourceRange& range) {
  if (as_class(*container_->type())) return emitter.call_method(container_, "__len__", CallArguments(), range);
  return emitter.call_operator("aten::len", {container_}, range);
}

Result<Meaning> IndexedIterable::element(FunctionEmitter& emitter, const SourceRange& range, Value* index) {
  Value* element = HEDDLE_TRY(emitter.emit_element(container_, index, range));
  return Meaning(element);
}

Result<Value*> RangeIterable::length(FunctionEmitter& emitter, const SourceRange& range) {
  if (!start_) return end_;
  Value* step = step_ ? step_ : emitter.constant(int64_t{1}, range);
  return emitter.call_operator("aten::__range_length", {start_, end_, step}, range);
}

Result<Meaning> RangeIterable::element(FunctionEmitter& emitter, const SourceRange& range, Value* index) {
  if (!start_) return Meaning(index);
  Value* step = step_ ? step_ : emitter.constant(int64_t{1}, range);
  Value* element = HEDDLE_TRY(emitter.call_operator("aten::__derive_index", {index, start_, step}, range));
  return Meaning(element);
}

Result<Value*> EnumerateIterable::length(FunctionEmitter& emitter, const SourceRange& range) {
  return inner_->length(emitter, range);
}

Result<Meaning> EnumerateIterable::element(FunctionEmitter& emitter, const SourceRange& range, Value* index) {
  Value* count = index;
  if (start_) count = HEDDLE_TRY(emitter.call_operator("aten::add", {index, start_}, range));
  Meaning element = HEDDLE_TRY(inner_->element(emitter, range, index));
  return bundle(emitter, {Meaning(count), std::move(element)}, range);
}

std::optional<size_t> ZipIterable::static_length() const {
  std::optional<size_t> shortest;
  for (const Ref<Iterable>& part : parts_) {
    const std::optional<size_t> length = part->static_length();
    if (length && (!shortest || *length < *shortest)) shortest = length;
  }
  return shortest;
}

Result<Value*> ZipIterable::length(FunctionEmitter& emitter, const SourceRange& range) {
  std::vector<Value*> lengths;
  for (const Ref<Iterable>& part : parts_) lengths.push_back(HEDDLE_TRY(part->length(emitter, range)));
  if (lengths.empty()) return emitter.constant(int64_t{0}, range);
  if (lengths.size() == 1) return lengths[0];
  Value* list = HEDDLE_TRY(emitter.emit_list(lengths, types::integer(), range));
  return emitter.call_operator("prim::min", {list}, range);
}

Result<Meaning> ZipIterable::element(FunctionEmitter& emitter, const SourceRange& range, Value* index) {
  std::vector<Meaning> elements;
  for (const Ref<Iterable>& part : parts_) elements.push_back(HEDDLE_TRY(part->element(emitter, range, index)));
  return bundle(emitter, std::move(elements), range);
}

Result<Value*> ReversedIterable::length(FunctionEmitter& emitter, const SourceRange& range) {
  return inner_->length(emitter, range);
}

Result<Meaning> ReversedIterable::element(FunctionEmitter& emitter, const SourceRange& range, Value* index) {
  if (const std::optional<size_t> count = inner_->static_length()) {
    const int64_t mirrored = static_cast<int64_t>(*count) - 1 - known_index(index);
    return inner_->element(emitter, range, emitter.constant(mirrored, range));
  }
  Value* length = HEDDLE_TRY(inner_->length(emitter, range));
  Value* behind = HEDDLE_TRY(emitter.call_operator("aten::sub", {length, index}, range));
  Value* mirrored =
      HEDDLE_TRY(emitter.call_operator("aten::sub", {behind, emitter.constant(int64_t{1}, range)}, range));
  return inner_->element(emitter, range, mirrored);
}

}  // namespace heddle::lang
