#include "parallel/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <exception>
#include <thread>

#include "base/topology.h"
#include "parallel/budget.h"
#include "parallel/pause.h"
#include "parallel/settings.h"

namespace heddle::parallel {

void WorkerPool::append(Task* task, int times, TaskSlot* slot) {
  task->times_ = times;
  task->slot_ = slot;
  if (slot) slot->task_.store(task, std::memory_order_relaxed);
  task->previous_ = last_;
  task->next_ = nullptr;
  (last_ ? last_->next_ : first_) = task;
  last_ = task;
  // Relaxed on both sides of the counter: who sees it takes the lock before it touches a task.
  queued_.store(queued_.load(std::memory_order_relaxed) + times, std::memory_order_relaxed);
}

void WorkerPool::remove(Task* task) {
  (task->previous_ ? task->previous_->next_ : first_) = task->next_;
  (task->next_ ? task->next_->previous_ : last_) = task->previous_;
  if (task->slot_) task->slot_->task_.store(nullptr, std::memory_order_relaxed);
  queued_.store(queued_.load(std::memory_order_relaxed) - task->times_, std::memory_order_relaxed);
  task->times_ = 0;
}

void WorkerPool::submit(Ref<Task> task, int times, TaskSlot* slot) {
  Lock lock(lock_);
  append(task.leak(), times, slot);
  const int missing = count_missing();
  if (missing > 0) {
    alive_ += missing;
    const uint64_t generation = generation_;
    lock.unlock();
    start_threads(missing, generation);
    lock.lock();
  }
  if (alive_ == 0) {
    // The system gives us no thread at all: do the work here rather than never.
    run_all_here(lock);
    return;
  }
  wake(lock, queued_.load(std::memory_order_relaxed) - looking_);
}

Ref<Task> WorkerPool::take_back(TaskSlot& slot) {
  if (!slot.may_hold_task()) return nullptr;
  const Lock lock(lock_);
  Task* task = slot.task_.load(std::memory_order_relaxed);
  if (!task) return nullptr;
  remove(task);
  return Ref<Task>::adopt(task);
}

int WorkerPool::take_back(Task& task) {
  int times = 0;
  {
    const Lock lock(lock_);
    times = task.times_;
    if (times > 0) remove(&task);
  }
  if (times > 0) task.release();
  return times;
}

int WorkerPool::count_missing() const {
  const int wanted = threads_.wanted();
  if (threads_.start_team) return alive_ > 0 ? 0 : wanted;
  return std::min(wanted - alive_, queued_.load(std::memory_order_relaxed) - sleeping_ - looking_);
}

void WorkerPool::start_threads(int count, uint64_t generation) {
  int failed = 0;
  if (threads_.start_team) {
    if (!threads_.start_team(*this, count, generation)) failed = count;
  } else {
    for (int i = 0; i < count; ++i) {
      try {
        std::thread([this, generation] { serve(generation); }).detach();
      } catch (const std::exception&) {  // std::system_error; std::bad_alloc
        ++failed;
      }
    }
  }
  if (failed == 0) return;
  const Lock lock(lock_);
  if (generation == generation_) alive_ -= failed;
}

void WorkerPool::resized() {
  Lock lock(lock_);
  if (threads_.start_team) {
    ++generation_;
    alive_ = 0;
  }
  // Release pairs with the acquire of threads that look: they see the new size that came before.
  resizes_.fetch_add(1, std::memory_order_release);
  wake(lock, sleeping_);
}

int WorkerPool::alive() const {
  const Lock lock(lock_);
  return alive_;
}

bool WorkerPool::idle() const {
  const Lock lock(lock_);
  return !first_ && alive_ <= sleeping_ + looking_;
}

bool WorkerPool::must_leave(uint64_t generation) const {
  if (generation != generation_) return true;
  const int wanted = threads_.wanted();
  // With no thread wanted at all, the last one still empties the queue.
  return alive_ > std::max(wanted, 1) || (alive_ > wanted && !first_);
}

void WorkerPool::run_next(Lock& lock) {
  Task* next = first_;
  if (next->times_ == 1) {
    remove(next);
  } else {
    --next->times_;
    queued_.store(queued_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    next->retain();
  }
  lock.unlock();
  {
    const Ref<Task> task = Ref<Task>::adopt(next);
    threads_.run(*task);
  }
  lock.lock();
}

void WorkerPool::run_all_here(Lock& lock) {
  while (first_) run_next(lock);
}

namespace {

void record_idle(int64_t since, uint8_t asleep) {
  trace::Writer().record({.begin = since, .end = trace::now(), .kind = trace::Kind::kIdle, .detail = asleep});
}

// False: the time has come first.
bool wait_for(sem_t& semaphore, std::optional<WorkerPool::Clock::time_point> until) {
  timespec time{};
  if (until) {
    const auto since_boot = std::max(until->time_since_epoch(), WorkerPool::Clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    time.tv_sec = static_cast<time_t>(seconds.count());
    time.tv_nsec = static_cast<long>(std::chrono::nanoseconds(since_boot - seconds).count());
  }
  while ((until ? sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time) : sem_wait(&semaphore)) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

void WorkerPool::serve(uint64_t generation) {
  pthread_setname_np(pthread_self(), threads_.name);
  trace::set_role(threads_.role);
  Lock lock(lock_);
  while (!must_leave(generation)) {
    if (first_) {
      run_next(lock);
      continue;
    }
    ++looking_;
    lock.unlock();
    const int64_t since = trace::on() ? trace::now() : 0;
    look_for_work();
    if (since != 0) record_idle(since, 0);
    lock.lock();
    --looking_;
    if (first_ || must_leave(generation)) continue;
    if (!sleep(lock, threads_.next_alarm ? threads_.next_alarm() : std::nullopt)) {
      lock.unlock();
      threads_.ring();
      lock.lock();
    }
  }
  if (generation == generation_) --alive_;
  // What a replaced team leaves behind would otherwise wait for the next submit to start a successor.
  if (alive_ == 0) run_all_here(lock);
}

// Whoever wakes a thread counts it as looking from then on, so that two tasks in a row wake two threads. False: the
// time has come first.
bool WorkerPool::sleep(Lock& lock, std::optional<Clock::time_point> until) {
  static thread_local Sleeper me;
  me.next = sleepers_;
  sleepers_ = &me;
  ++sleeping_;
  lock.unlock();
  // One clock call a sleep: a trace that begins meanwhile wants to know of it.
  const int64_t since = trace::now();
  const bool woken = wait_for(me.wakeup, until);
  if (trace::on()) record_idle(since, 1);
  lock.lock();
  if (!woken) {
    if (forget(me)) return false;
    // Somebody has just chosen it: the wake-up is its to take.
    lock.unlock();
    wait_for(me.wakeup, std::nullopt);
    lock.lock();
  }
  --looking_;
  return true;
}

bool WorkerPool::forget(const Sleeper& sleeper) {
  for (Sleeper** link = &sleepers_; *link; link = &(*link)->next) {
    if (*link != &sleeper) continue;
    *link = sleeper.next;
    --sleeping_;
    return true;
  }
  return false;
}

void WorkerPool::wake(Lock& lock, int count) {
  std::array<sem_t*, 16> woken;
  bool more = true;
  while (more) {
    size_t chosen = 0;
    for (; count > 0 && sleepers_ && chosen < woken.size(); --count) {
      woken[chosen++] = &sleepers_->wakeup;
      sleepers_ = sleepers_->next;
      --sleeping_;
      ++looking_;
    }
    more = count > 0 && sleepers_;
    lock.unlock();
    for (size_t i = 0; i < chosen; ++i) sem_post(woken[i]);
    if (more) lock.lock();
  }
}

void WorkerPool::work_until(const std::atomic<bool>& done, std::optional<Clock::time_point> time) {
  Lock lock(lock_);
  while (!done && (!time || Clock::now() < *time)) {
    if (first_) {
      run_next(lock);
    } else {
      sleep(lock, time);
    }
  }
  // It may have been woken for a task that it now leaves to another.
  wake(lock, queued_.load(std::memory_order_relaxed));
}

void WorkerPool::wake_all() {
  Lock lock(lock_);
  wake(lock, sleeping_);
}

void WorkerPool::look_for_work() {
  const int limit = spin_microseconds();
  if (limit == 0) return;
  const Clock::time_point end = Clock::now() + std::chrono::microseconds(limit);
  const uint64_t resizes = resizes_.load(std::memory_order_acquire);
  do {
    for (int i = 0; i < 32; ++i) {
      if (queued_.load(std::memory_order_relaxed) > 0 || resizes_.load(std::memory_order_acquire) != resizes) return;
      pause();
    }
    // Looking must not take a core from a thread of ours that has work.
    if (budget::running() >= topology().usable_cores()) return;
  } while (Clock::now() < end);
}

}  // namespace heddle::parallel
