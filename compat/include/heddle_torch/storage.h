// c10::Storage and c10::DataPtr: the bytes behind tensors.
#pragma once

#include "heddle_torch/box.h"
#include "heddle_torch/scalar_type.h"

namespace c10 {
HEDDLE_TORCH_BEGIN

using DeleterFnPtr = void (*)(void*);

// Bytes with what frees them.
class DataPtr {
 public:
  DataPtr() = default;
  DataPtr(void* data, Device device = kCPU) : data_(data), device_(device) {}
  DataPtr(void* data, void* context, DeleterFnPtr deleter, Device device)
      : data_(data), context_(context), deleter_(deleter), device_(device) {}
  DataPtr(DataPtr&& o) noexcept
      : data_(std::exchange(o.data_, nullptr)),
        context_(std::exchange(o.context_, nullptr)),
        deleter_(std::exchange(o.deleter_, nullptr)),
        device_(o.device_) {}
  DataPtr& operator=(DataPtr&& o) noexcept {
    clear();
    data_ = std::exchange(o.data_, nullptr);
    context_ = std::exchange(o.context_, nullptr);
    deleter_ = std::exchange(o.deleter_, nullptr);
    device_ = o.device_;
    return *this;
  }
  ~DataPtr() { clear(); }
  void clear() {
    if (deleter_ && context_) deleter_(context_);
    data_ = context_ = nullptr;
    deleter_ = nullptr;
  }
  void* get() const { return data_; }
  void* get_context() const { return context_; }
  DeleterFnPtr get_deleter() const { return deleter_; }
  Device device() const { return device_; }
  operator bool() const { return data_ != nullptr; }
  void* operator->() const { return data_; }

 private:
  void* data_ = nullptr;
  void* context_ = nullptr;
  DeleterFnPtr deleter_ = nullptr;
  Device device_ = kCPU;
};

// A handle of a tensor's bytes; copies name the same.
class Storage {
 public:
  Storage() = default;
  explicit Storage(heddle_torch::Handle handle) : handle_(std::move(handle)) {}
  void* data() const;
  void* mutable_data() const { return data(); }
  template <class T>
  T* data() const {
    return static_cast<T*>(data());
  }
  DataPtr data_ptr() const { return DataPtr(data()); }
  size_t nbytes() const;
  Device device() const { return kCPU; }
  DeviceType device_type() const { return kCPU; }
  size_t use_count() const { return heddle_torch::use_count(handle_.get()); }
  bool is_alias_of(const Storage& o) const { return handle_.get() == o.handle_.get(); }
  void* unsafeGetStorageImpl() const { return handle_.get(); }
  explicit operator bool() const { return static_cast<bool>(handle_); }
  const heddle_torch::Handle& handle() const { return handle_; }

 private:
  heddle_torch::Handle handle_;
};

HEDDLE_TORCH_END
}  // namespace c10
