// Hours of service in minutes: many callers, models loaded and dropped, attributes set, threads changed, deadlines,
// cancellations, bad models and bad calls among good ones, all at once. Every answer is compared with the first one,
// bit for bit.
//
//     heddle_soak [MINUTES=30] [SEED]
//
// Prints requests and errors by kind, wrong answers, and the memory after a sixth, a half and all of the time. Fails
// where an answer is wrong, an error is of a kind that its request cannot have, or memory grows by more than a tenth
// and 16 MB in the second half.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

#include "heddle/heddle.h"

namespace {

using namespace heddle;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Floats = std::vector<float>;

constexpr int kCallers = 6;

constexpr const char* kSource = R"(
def leaf(x: Tensor, n: int) -> Tensor:
    return torch.relu(torch.add(x, n))

def branch(x: Tensor, depth: int) -> Tensor:
    if depth == 0:
        return leaf(x, depth)
    left = torch.jit._fork(branch, x, depth - 1)
    right = torch.jit._fork(branch, torch.neg(x), depth - 1)
    return torch.add(torch.jit._wait(left), torch.jit._wait(right))

def containers(x: Tensor, n: int) -> Tensor:
    parts: Dict[str, List[Tensor]] = {}
    for i in range(n):
        key = str(i % 5)
        if key not in parts:
            parts[key] = []
        y = torch.clone(x)
        y[0] = torch.mul(y[0], i)
        parts[key].append(y)
    out = torch.zeros_like(x)
    for key in parts.keys():
        out += torch.sum(torch.stack(parts[key]), 0)
    return out

def endless(x: Tensor) -> Tensor:
    while True:
        x = torch.neg(x)
    return x

def refuses(x: Tensor, n: int) -> Tensor:
    if n > 2:
        raise ValueError("more than two")
    return torch.add(x, torch.zeros([7, 7]))
)";

std::string read_file(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1e6;
}

Tensor numbers(const Dims& sizes) {
  Tensor out = zeros(sizes);
  for (int64_t i = 0; i < out.numel(); ++i) out.data<float>()[i] = static_cast<float>(i % 7) / 4;
  return out;
}

const char* name_of(ErrorCode code) {
  static const std::array<const char*, 11> names = {"InvalidArgument", "Index",  "Type",        "NotFound",
                                                    "BadArchive",      "Syntax", "Unsupported", "Raised",
                                                    "Cancelled",       "Limit",  "Runtime"};
  return names.at(static_cast<size_t>(code));
}

struct Tally {
  std::mutex mutex;
  std::map<std::string, int64_t> requests;
  std::map<std::string, int64_t> errors;  // "request: kind"
  int64_t wrong = 0;
  int64_t unexpected = 0;
};

class Service {
 public:
  Service() : archive_(read_file("models/digits/digits.pt")), model_(load(archive_)), unit_(kSource) {
    expected_ = answer(model_);
    branch_ = floats(unit_.run_method("branch", {numbers({3, 4}), 5}));
    containers_ = floats(unit_.run_method("containers", {numbers({3, 4}), 40}));
  }

  void work(uint64_t seed, const std::atomic<bool>& stop) {
    std::mt19937_64 random(seed);
    while (!stop) one_request(random);
  }
  const Tally& tally() const { return tally_; }

 private:
  using Codes = std::vector<ErrorCode>;

  static jit::Module load(const std::string& bytes, bool optimize = true) {
    jit::LoadOptions options;
    options.optimize = optimize;
    options.warn = [](const std::string&) {};
    return jit::load(bytes.data(), bytes.size(), options);
  }
  static Floats floats(const IValue& value) { return to_vector<float>(value.as_tensor()); }
  static Floats answer(const jit::Module& module, const jit::RunOptions& options = {}) {
    return floats(module.forward({numbers({2, 1, 8, 8})}, {}, options));
  }

  // Runs `f`, which gives whether the answer is right; `allowed`: kinds of errors that may come instead.
  template <class F>
  void request(const char* name, const Codes& allowed, F&& f) {
    bool right = true;
    std::string error;
    bool expected = true;
    try {
      right = f();
    } catch (const Error& e) {
      error = concat(name, ": ", name_of(e.code()));
      expected = allowed.empty() ? false : std::find(allowed.begin(), allowed.end(), e.code()) != allowed.end();
      if (!expected) std::printf("unexpected in %s: %s\n", name, e.what());
    } catch (const std::exception& e) {
      error = concat(name, ": exception");
      expected = false;
      std::printf("unexpected in %s: %s\n", name, e.what());
    }
    const std::lock_guard lock(tally_.mutex);
    ++tally_.requests[name];
    if (!error.empty()) ++tally_.errors[error];
    tally_.wrong += !right;
    tally_.unexpected += !expected;
  }

  // So near, or not, that sums in another order can tell.
  static bool near(const Floats& a, const Floats& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (std::abs(a[i] - b[i]) > 1e-4f) return false;
    }
    return true;
  }

  void one_request(std::mt19937_64& random) {
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
    switch (below(14)) {
      case 0:
      case 1:
        return request("call", {}, [&] { return answer(model_) == expected_; });
      case 2:
        return request("task", {}, [&] {
          return floats(model_.forward_async({numbers({2, 1, 8, 8})}).wait()) == expected_;
        });
      case 3:
        return request("deadline", {ErrorCode::kCancelled}, [&] {
          jit::RunOptions options;
          options.deadline = Clock::now() + std::chrono::microseconds(below(1500));
          return answer(model_, options) == expected_;
        });
      case 4:
        return request("endless with a deadline", {ErrorCode::kCancelled}, [&] {
          jit::RunOptions options;
          options.deadline = Clock::now() + std::chrono::microseconds(below(3000));
          unit_.get_function("endless")({numbers({3})}, {}, options);
          return false;
        });
      case 5:
        return request("cancelled task", {ErrorCode::kCancelled}, [&] {
          std::stop_source source;
          jit::RunOptions options;
          options.stop = source.get_token();
          const jit::Future future = unit_.get_function("branch").run_async({numbers({3, 4}), 5}, {}, options);
          if (below(2)) std::this_thread::sleep_for(std::chrono::microseconds(below(500)));
          source.request_stop();
          return floats(future.wait()) == branch_;
        });
      case 6:
        return request("load and unload", {}, [&] { return near(answer(load(archive_, below(2))), expected_); });
      case 7:
        return request("bad model",
                       {ErrorCode::kBadArchive, ErrorCode::kSyntax, ErrorCode::kUnsupported, ErrorCode::kNotFound,
                        ErrorCode::kType, ErrorCode::kInvalidArgument, ErrorCode::kIndex, ErrorCode::kRaised,
                        ErrorCode::kRuntime, ErrorCode::kLimit, ErrorCode::kCancelled},
                       [&] {
                         std::string bytes = archive_;
                         for (int i = below(12); i >= 0; --i)
                           bytes[random() % bytes.size()] = static_cast<char>(random());
                         if (below(3) == 0) bytes.resize(random() % bytes.size());
                         jit::RunOptions options;
                         options.deadline = Clock::now() + 1s;
                         answer(load(bytes), options);  // flipped bits of weights are not found out
                         return true;
                       });
      case 8:
        return request("branches", {}, [&] {
          return floats(unit_.run_method("branch", {numbers({3, 4}), 5})) == branch_;
        });
      case 9:
        return request("containers", {}, [&] {
          return floats(unit_.run_method("containers", {numbers({3, 4}), 40})) == containers_;
        });
      case 10:
        return request("bad call", {ErrorCode::kRaised, ErrorCode::kInvalidArgument, ErrorCode::kType}, [&] {
          if (below(2)) {
            unit_.run_method("refuses", {numbers({3}), below(6)});
          } else {
            model_.forward({numbers({5})}, {{"nothing", IValue(1)}});
          }
          return false;
        });
      case 11:
        return request("setter", {}, [&] {
          const jit::Module own = load(archive_);
          const Floats before = answer(own);
          const jit::Module part(own.attr("out"));
          part.setattr("bias", zeros({10}));
          const Floats after = answer(own);
          return near(before, expected_) && before != after && answer(own.deepcopy()) == after;
        });
      case 12:
        return request("compile", {}, [&] {
          const jit::CompilationUnit unit(kSource);
          return floats(unit.run_method("branch", {numbers({3, 4}), 3})).size() == 12;
        });
      default:
        return request("threads", {}, [&] {
          if (below(4) == 0) set_num_threads(1 + below(4));
          return floats(model_.forward_async({numbers({2, 1, 8, 8})})
                            .then([](const jit::Future& f) { return f.value(); })
                            .wait()) == expected_;
        });
    }
  }

  const std::string archive_;
  const jit::Module model_;
  const jit::CompilationUnit unit_;
  Floats expected_, branch_, containers_;
  Tally tally_;
};

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const double minutes = argc > 1 ? std::atof(argv[1]) : 30;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device()();
  std::printf("%.1f minutes, %d callers, seed %llu\n", minutes, kCallers, static_cast<unsigned long long>(seed));
  Service service;
  std::atomic<bool> stop{false};
  std::vector<std::thread> callers;
  for (uint64_t i = 0; i < kCallers; ++i) callers.emplace_back([&, i] { service.work(seed + i, stop); });
  const auto start = Clock::now();
  double half_mb = 0;
  double mb = 0;
  for (const double part : {1.0 / 6, 0.5, 1.0}) {
    std::this_thread::sleep_until(
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(60 * minutes * part)));
    half_mb = mb;
    mb = resident_mb();
    std::printf("after %.1f minutes: %.1f MB resident\n", minutes * part, mb);
  }
  stop = true;
  for (std::thread& caller : callers) caller.join();
  const Tally& tally = service.tally();
  int64_t all = 0;
  for (const auto& [name, count] : tally.requests) all += count;
  std::printf("%lld requests\n", static_cast<long long>(all));
  for (const auto& [name, count] : tally.requests)
    std::printf("  %-28s %10lld\n", name.c_str(), static_cast<long long>(count));
  std::printf("errors by kind\n");
  for (const auto& [name, count] : tally.errors)
    std::printf("  %-28s %10lld\n", name.c_str(), static_cast<long long>(count));
  const bool grows = mb > half_mb * 1.1 + 16;
  std::printf("%lld wrong answers, %lld unexpected errors%s\n", static_cast<long long>(tally.wrong),
              static_cast<long long>(tally.unexpected), grows ? ", memory grows" : "");
  return tally.wrong || tally.unexpected || grows ? 1 : 0;
}
