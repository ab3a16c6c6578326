#include "base/trace.h"

#include <pthread.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace heddle::trace {

// Written by one thread; read by stop(), which sees of each block what was published before.
class Buffer {
 public:
  explicit Buffer(size_t bytes) : limit_(bytes / sizeof(int64_t)) {}
  ~Buffer() {
    for (Block* block = first_.load(); block;) {
      Block* const next = block->next.load();
      delete block;
      block = next;
    }
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void append(const Event& event, std::span<const int64_t> payload) {
    constexpr size_t kEventWords = sizeof(Event) / sizeof(int64_t);
    const size_t wanted = kEventWords + payload.size();
    const bool fits = written_ + wanted <= limit_ && (room(wanted) || add_block());
    if (!fits) {
      // Relaxed: a count on its own, written by this thread only.
      dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      return;
    }
    std::memcpy(last_->words + used_, &event, sizeof event);
    if (!payload.empty()) std::memcpy(last_->words + used_ + kEventWords, payload.data(), payload.size_bytes());
    used_ += wanted;
    written_ += wanted;
    // Release: who acquires the count sees the words below it.
    last_->published.store(used_, std::memory_order_release);
  }

  void read(ThreadEvents& into) const {
    // Acquire: pairs with the releases of the writer; a block's words lie below its published count.
    for (const Block* block = first_.load(std::memory_order_acquire); block;
         block = block->next.load(std::memory_order_acquire)) {
      into.words.insert(into.words.end(), block->words,
                        block->words + block->published.load(std::memory_order_acquire));
    }
    into.dropped = dropped_.load(std::memory_order_relaxed);
    into.system_id = system_id;
    into.name = name;
    into.role = role.load(std::memory_order_relaxed);
  }

  // Set before the session knows the buffer.
  int64_t system_id = 0;
  std::string name;
  // Relaxed: a word on its own.
  std::atomic<Role> role{Role::kCaller};

 private:
  static constexpr size_t kBlockWords = 8192;
  struct Block {
    std::atomic<size_t> published{0};
    std::atomic<Block*> next{nullptr};
    int64_t words[kBlockWords];
  };
  bool room(size_t words) const { return last_ && kBlockWords - used_ >= words; }
  bool add_block() {
    auto* const block = new (std::nothrow) Block;
    if (!block) return false;
    (last_ ? last_->next : first_).store(block, std::memory_order_release);
    last_ = block;
    used_ = 0;
    return true;
  }

  const size_t limit_;  // words
  std::atomic<Block*> first_{nullptr};
  std::atomic<uint64_t> dropped_{0};
  // The writer's own:
  Block* last_ = nullptr;
  size_t used_ = 0;
  size_t written_ = 0;
};

namespace {

// The session that is on, guarded by its mutex.
struct Shared {
  std::mutex mutex;
  uint32_t last_number = 0;
  bool on = false;
  int64_t begin = 0;
  size_t bytes_per_thread = 0;
  std::vector<std::shared_ptr<Buffer>> buffers;
  std::vector<Site> sites;  // label i + 1 is of sites[i]
  std::unordered_map<const void*, uint32_t> labels;
};

// Never destroyed: threads may outlive main().
Shared& shared() {
  static auto* const shared = new Shared;
  return *shared;
}

struct ThreadState {
  uint32_t session = 0;  // of buffer and labels
  std::shared_ptr<Buffer> buffer;
  std::unordered_map<const void*, uint32_t> labels;
};

ThreadState& state() {
  static thread_local ThreadState t_state;
  return t_state;
}

thread_local constinit Role t_role = Role::kCaller;

std::string thread_name() {
  char name[32] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

// Null where the session has ended meanwhile.
Buffer* join_session(uint32_t number) {
  auto buffer = std::shared_ptr<Buffer>();
  {
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    if (!all.on || all.last_number != number) return nullptr;
    buffer = std::make_shared<Buffer>(all.bytes_per_thread);
    buffer->system_id = gettid();
    buffer->name = thread_name();
    buffer->role = t_role;
    all.buffers.push_back(buffer);
  }
  ThreadState& mine = state();
  mine.session = number;
  mine.buffer = std::move(buffer);
  mine.labels.clear();
  return mine.buffer.get();
}

}  // namespace

void set_role(Role role) {
  t_role = role;
  if (on() && state().buffer) state().buffer->role.store(role, std::memory_order_relaxed);
}

Role role() { return t_role; }

uint64_t new_id() {
  // Relaxed: only that no two are the same.
  static constinit std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

Writer::Writer() : buffer_(nullptr) {
  const uint32_t session = g_session.load(std::memory_order_acquire);
  if (!session) return;
  // A trace never fails what it looks at: without memory it misses events.
  try {
    buffer_ = state().session == session ? state().buffer.get() : join_session(session);
  } catch (const std::bad_alloc&) {
  }
}

uint32_t Writer::find_label(const void* address) const {
  const auto& labels = state().labels;
  const auto found = labels.find(address);
  return found == labels.end() ? 0 : found->second;
}

uint32_t Writer::add_label(Site site) try {
  const void* const address = site.address;
  uint32_t number = 0;
  {
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    // The session of this writer may be over: what it records then is read by nobody.
    if (!all.on || all.last_number != state().session) return 0;
    const auto found = all.labels.find(address);
    if (found != all.labels.end()) {
      number = found->second;
    } else {
      all.sites.push_back(std::move(site));
      number = static_cast<uint32_t>(all.sites.size());
      all.labels.emplace(address, number);
    }
  }
  state().labels.emplace(address, number);
  return number;
} catch (const std::bad_alloc&) {
  return 0;
}

void Writer::record(Event event, std::span<const int64_t> payload) {
  if (!buffer_) return;
  event.words = static_cast<uint16_t>(payload.size());
  buffer_->append(event, payload);
}

bool start(size_t bytes_per_thread) {
  Shared& all = shared();
  const std::lock_guard lock(all.mutex);
  if (all.on) return false;
  all.on = true;
  if (++all.last_number == 0) ++all.last_number;
  all.begin = now();
  all.bytes_per_thread = bytes_per_thread;
  all.buffers.clear();
  all.sites.clear();
  all.labels.clear();
  g_session.store(all.last_number, std::memory_order_release);
  return true;
}

Session stop() {
  Session session;
  std::vector<Site> sites;
  {
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    g_session.store(0, std::memory_order_relaxed);
    all.on = false;
    session.begin = all.begin;
    session.end = now();
    for (const std::shared_ptr<Buffer>& buffer : all.buffers) buffer->read(session.threads.emplace_back());
    all.buffers.clear();
    all.labels.clear();
    sites = std::exchange(all.sites, {});
  }
  session.labels.emplace_back();
  for (const Site& site : sites) session.labels.push_back(site.describe(site));
  return session;
}

}  // namespace heddle::trace
