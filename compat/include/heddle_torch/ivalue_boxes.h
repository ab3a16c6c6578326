// The boxes of IValue that have classes of their own: tuples, strings, futures, objects, enums.
#pragma once

#include "heddle_torch/ivalue.h"

namespace heddle_torch {
HEDDLE_TORCH_BEGIN
Handle tuple_new(std::vector<c10::IValue> elements);
HEDDLE_TORCH_END
}  // namespace heddle_torch

namespace c10 {
HEDDLE_TORCH_BEGIN
namespace ivalue {

// What a tuple holds; lies in the tuple itself.
class TupleElements final {
 public:
  using iterator = std::vector<IValue>::iterator;
  using const_iterator = std::vector<IValue>::const_iterator;
  TupleElements() = default;
  explicit TupleElements(std::vector<IValue> values) : items_(std::move(values)) {}
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const IValue& operator[](size_t i) const { return items_[i]; }
  IValue& operator[](size_t i) { return items_[i]; }
  const IValue& at(size_t i) const {
    TORCH_CHECK(i < items_.size(), "TupleElements: invalid index Index = ", i, "; Length = ", items_.size());
    return items_[i];
  }
  const IValue& front() const { return items_.front(); }
  const IValue& back() const { return items_.back(); }
  const_iterator begin() const { return items_.begin(); }
  const_iterator end() const { return items_.end(); }
  const_iterator cbegin() const { return items_.begin(); }
  const_iterator cend() const { return items_.end(); }
  iterator begin() { return items_.begin(); }
  iterator end() { return items_.end(); }
  ArrayRef<IValue> asArrayRef() const { return items_; }
  operator ArrayRef<IValue>() const { return items_; }
  const std::vector<IValue>& vec() const { return items_; }
  operator const std::vector<IValue>&() const { return items_; }

 private:
  std::vector<IValue> items_;
};

struct Tuple : heddle_torch::Box {
  static intrusive_ptr<Tuple> create(std::vector<IValue> elements) {
    return intrusive_ptr<Tuple>::reclaim(static_cast<Tuple*>(heddle_torch::tuple_new(std::move(elements)).leak()));
  }
  static intrusive_ptr<Tuple> create(std::initializer_list<IValue> elements) {
    return create(std::vector<IValue>(elements));
  }
  static intrusive_ptr<Tuple> create(ArrayRef<IValue> elements) { return create(elements.vec()); }
  template <class... A, class = std::enable_if_t<(std::is_constructible<IValue, A&&>::value && ...)>>
  static intrusive_ptr<Tuple> create(A&&... elements) {
    return create(std::vector<IValue>{IValue(std::forward<A>(elements))...});
  }
  const TupleElements& elements() const&;
  TupleElements elements() && { return static_cast<const Tuple&>(*this).elements(); }
  size_t size() const { return elements().size(); }
  void setElements(std::vector<IValue> elements);
  TypePtr type() const;
};

struct ConstantString : heddle_torch::Box {
  static intrusive_ptr<ConstantString> create(std::string text);
  const std::string& string() const;
  std::string_view string_view() const { return string(); }
  operator const std::string&() const { return string(); }
};

// As PyTorch's; wait() runs the pool's tasks of this Future where nobody else has begun them.
struct Future : heddle_torch::Box {
  static intrusive_ptr<Future> create(TypePtr type);
  void wait();
  void waitAndThrow();
  bool completed() const;
  bool hasValue() const;
  bool hasError() const;
  IValue value();
  void markCompleted(IValue value);
  void markCompleted() { markCompleted(IValue()); }
  void setError(std::exception_ptr error);
  void addCallback(std::function<void(Future&)> callback);
  void addCallback(std::function<void()> callback) {
    addCallback([callback](Future&) { callback(); });
  }
  intrusive_ptr<Future> then(std::function<IValue(Future&)> callback, TypePtr type);
  std::string tryRetrieveErrorMessage() const;
  std::exception_ptr exception_ptr() const;
  TypePtr elementType() const;
};

struct Object : heddle_torch::Box {
  std::string name() const;
  TypePtr type() const;
  IValue getAttr(const std::string& name) const;
  void setAttr(const std::string& name, IValue value);
  IValue getSlot(size_t slot) const;
};

struct EnumHolder : heddle_torch::Box {
  std::string name() const;
  IValue value() const;
  TypePtr type() const;
};

}  // namespace ivalue

template <class... A, class>
IValue::IValue(const std::tuple<A...>& v)
    : IValue(std::apply([](const A&... a) { return ivalue::Tuple::create(std::vector<IValue>{IValue(a)...}); }, v)) {}

using ConstantStringPtr = intrusive_ptr<ivalue::ConstantString>;

HEDDLE_TORCH_END
}  // namespace c10
