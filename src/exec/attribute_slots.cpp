#include "exec/attribute_slots.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "parallel/spin_lock.h"

namespace heddle::exec {
namespace {

// Addresses of objects and classes are multiples of 16 or more; the factor spreads them.
size_t hash(const void* address) {
  return static_cast<size_t>((reinterpret_cast<uintptr_t>(address) >> 4) * 0x9e3779b97f4a7c15u >> 32);
}

// A class that shares its place with one that is assigned only pays a lock it does not need.
std::array<std::atomic<bool>, 4096> g_assigned;

std::atomic<bool>& assigned_mark(const ClassType& type) { return g_assigned[hash(&type) % g_assigned.size()]; }

struct alignas(64) Guard {
  parallel::SpinLock lock;
};

parallel::SpinLock& guard_of(const ObjectValue& object) {
  static std::array<Guard, 64> guards;
  return guards[hash(&object) % guards.size()].lock;
}

}  // namespace

void mark_assigned(const ClassType& type) { assigned_mark(type).store(true, std::memory_order_release); }

IValue read_slot(const ObjectValue& object, size_t slot) {
  // Acquire pairs with the mark: who sees an object that other threads assign to sees the mark as well.
  if (!assigned_mark(*object.class_type).load(std::memory_order_acquire)) return object.slots[slot];
  const std::lock_guard lock(guard_of(object));
  return object.slots[slot];
}

void write_slot(ObjectValue& object, size_t slot, IValue value) {
  // The old value goes when the lock is released: it may be the last reference to much.
  const std::lock_guard lock(guard_of(object));
  std::swap(object.slots[slot], value);
}

}  // namespace heddle::exec
