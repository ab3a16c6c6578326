// The things a loop can walk over: range(), lists, strings, tensors, tuples, enumerate(), zip(), reversed() and what
// stands for them.
#pragma once

#include <vector>

#include "lang/sugared.h"

namespace heddle::lang {

// Parts that are all known now: a tuple's, a module list's, dict.items() of a module dict.
class StaticIterable final : public Iterable {
 public:
  explicit StaticIterable(std::vector<Meaning> parts) : parts_(std::move(parts)) {}
  const std::vector<Meaning>& parts() const { return parts_; }
  std::optional<size_t> static_length() const override { return parts_.size(); }
  Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) override;
  // As a tuple.
  Result<ir::Value*> as_value(FunctionEmitter& emitter, const SourceRange& range) override;

 private:
  std::vector<Meaning> parts_;
};

// Anything with a length and elements by index: list, str, Tensor, an object with __len__ and __getitem__.
class IndexedIterable final : public Iterable {
 public:
  explicit IndexedIterable(ir::Value* container) : container_(container) {}
  Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) override;
  Result<ir::Value*> as_value(FunctionEmitter&, const SourceRange&) override { return container_; }

 private:
  ir::Value* container_;
};

class RangeIterable final : public Iterable {
 public:
  // Start and step are null where they were not written.
  RangeIterable(ir::Value* start, ir::Value* end, ir::Value* step) : start_(start), end_(end), step_(step) {}
  std::string describe() const override { return "range"; }
  Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) override;

 private:
  ir::Value* start_;
  ir::Value* end_;
  ir::Value* step_;
};

class EnumerateIterable final : public Iterable {
 public:
  // `start` is null for 0.
  EnumerateIterable(Ref<Iterable> inner, ir::Value* start) : inner_(std::move(inner)), start_(start) {}
  std::string describe() const override { return "enumerate"; }
  std::optional<size_t> static_length() const override { return inner_->static_length(); }
  Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) override;

 private:
  Ref<Iterable> inner_;
  ir::Value* start_;
};

// As long as its shortest part. One part of a static length unrolls the loop, the others are then read by index.
class ZipIterable final : public Iterable {
 public:
  explicit ZipIterable(std::vector<Ref<Iterable>> parts) : parts_(std::move(parts)) {}
  std::string describe() const override { return "zip"; }
  std::optional<size_t> static_length() const override;
  Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) override;

 private:
  std::vector<Ref<Iterable>> parts_;
};

class ReversedIterable final : public Iterable {
 public:
  explicit ReversedIterable(Ref<Iterable> inner) : inner_(std::move(inner)) {}
  std::string describe() const override { return "reversed"; }
  std::optional<size_t> static_length() const override { return inner_->static_length(); }
  Result<ir::Value*> length(FunctionEmitter& emitter, const SourceRange& range) override;
  Result<Meaning> element(FunctionEmitter& emitter, const SourceRange& range, ir::Value* index) override;

 private:
  Ref<Iterable> inner_;
};

}  // namespace heddle::lang
