#include "parallel/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

#include "parallel/budget.h"
#include "parallel/pause.h"
#include "parallel/settings.h"

namespace heddle::parallel {

void WorkerPool::submit(Ref<Task> task, int times) {
  Lock lock(mutex_);
  for (int i = 1; i < times; ++i) queue_.push_back(task);
  queue_.push_back(std::move(task));
  queued_.store(static_cast<int>(queue_.size()), std::memory_order_release);
  start_missing(lock);
  if (alive_ == 0) {
    // The system gives us no thread at all: do the work here rather than never.
    while (!queue_.empty()) run_next(lock);
    return;
  }
  const int to_wake = std::min(sleeping_, static_cast<int>(queue_.size()) - looking_);
  lock.unlock();
  for (int i = 0; i < to_wake; ++i) work_.notify_one();
}

void WorkerPool::start_missing(Lock& lock) {
  const int wanted = threads_.wanted();
  if (threads_.start_team) {
    if (alive_ > 0 || wanted == 0) return;
    alive_ = wanted;
    const uint64_t generation = generation_;
    lock.unlock();
    const bool started = threads_.start_team(*this, wanted, generation);
    lock.lock();
    if (!started && generation == generation_) alive_ = 0;
    return;
  }
  const int ready = sleeping_ + looking_;
  int missing = std::min(wanted - alive_, static_cast<int>(queue_.size()) - ready);
  for (; missing > 0; --missing) {
    try {
      std::thread([this, generation = generation_] { serve(generation); }).detach();
    } catch (const std::system_error&) {
      return;
    }
    ++alive_;
  }
}

void WorkerPool::resized() {
  {
    const Lock lock(mutex_);
    if (threads_.start_team) {
      ++generation_;
      alive_ = 0;
    }
    resizes_.fetch_add(1, std::memory_order_release);
  }
  work_.notify_all();
}

int WorkerPool::alive() const {
  const Lock lock(mutex_);
  return alive_;
}

bool WorkerPool::must_leave(uint64_t generation) const {
  if (generation != generation_) return true;
  const int wanted = threads_.wanted();
  // With no thread wanted at all, the last one still empties the queue.
  return alive_ > std::max(wanted, 1) || (alive_ > wanted && queue_.empty());
}

void WorkerPool::run_next(Lock& lock) {
  const Ref<Task> task = std::move(queue_.front());
  queue_.pop_front();
  queued_.store(static_cast<int>(queue_.size()), std::memory_order_release);
  lock.unlock();
  task->run();
  lock.lock();
}

void WorkerPool::serve(uint64_t generation) {
  pthread_setname_np(pthread_self(), threads_.name);
  Lock lock(mutex_);
  while (!must_leave(generation)) {
    if (!queue_.empty()) {
      run_next(lock);
      continue;
    }
    ++looking_;
    lock.unlock();
    look_for_work();
    lock.lock();
    --looking_;
    if (!queue_.empty() || must_leave(generation)) continue;
    ++sleeping_;
    work_.wait(lock);
    --sleeping_;
  }
  if (generation == generation_) --alive_;
  // What a replaced team leaves behind would otherwise wait for the next submit to start a successor.
  while (alive_ == 0 && !queue_.empty()) run_next(lock);
}

void WorkerPool::work_until(const std::atomic<bool>& done) {
  Lock lock(mutex_);
  while (!done) {
    if (!queue_.empty()) {
      run_next(lock);
      continue;
    }
    ++sleeping_;
    work_.wait(lock);
    --sleeping_;
  }
  // It may have been woken for a task that it now leaves to another.
  if (!queue_.empty() && sleeping_ > 0) work_.notify_one();
}

void WorkerPool::wake_all() {
  { const Lock lock(mutex_); }
  work_.notify_all();
}

void WorkerPool::look_for_work() {
  const int limit = spin_microseconds();
  if (limit == 0) return;
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::microseconds(limit);
  // Acquire pairs with the stores made under the lock; what is decided there is decided again under the lock.
  const uint64_t resizes = resizes_.load(std::memory_order_acquire);
  do {
    for (int i = 0; i < 32; ++i) {
      if (queued_.load(std::memory_order_acquire) > 0 || resizes_.load(std::memory_order_acquire) != resizes) return;
      pause();
    }
    // Looking must not take a core from a thread of ours that has work.
    if (budget::running() >= topology().usable_cores()) return;
  } while (Clock::now() < end);
}

}  // namespace heddle::parallel
