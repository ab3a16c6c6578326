// main() of a fuzz program where the compiler has no libFuzzer: replays inputs, or makes more of them.
//   PROGRAM [--runs N] [--seed N] [--findings DIR] [--most-findings N] FOLDER|FILE|LINES.calls...
// Without --runs each input runs once, with it mutations of them, in a forked process; where one ends it, the input is
// kept in DIR and another process goes on. A .calls file has an input a line.
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "counts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed);
// libFuzzer's own mutator, which custom ones may call: some bytes become others.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t) {
  static uint64_t state = 1;
  for (size_t i = 0; size > 0 && i < 2; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    data[(state >> 33) % size] ^= static_cast<uint8_t>(1u << ((state >> 20) % 8));
  }
  return size;
}

namespace {

using heddle::fuzz::counts;
constexpr size_t kMost = size_t{4} << 20;
constexpr time_t kSeconds = 10;  // of computing that one input may take
constexpr rlim_t kMostMemory = rlim_t{3} << 30;

// Where the child writes what it is about to run.
struct Shared {
  std::atomic<uint64_t> done{0};
  std::atomic<size_t> size{0};
  uint8_t input[kMost];
};

struct Options {
  uint64_t runs = 0;
  uint64_t seed = 1;
  uint64_t most_findings = 20;
  std::string findings;
  std::vector<std::string> inputs;
};

void read_file(const std::filesystem::path& path, std::vector<std::string>& out) {
  std::ifstream file(path, std::ios::binary);
  if (path.extension() == ".calls") {
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line[0] != '#') out.push_back(line);
    }
  } else {
    out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
}

// The bytes to run next: an input as it is, or a mutation of some input.
size_t make_input(const Options& options, const std::vector<std::string>& inputs, Shared& shared, uint64_t& state) {
  const auto next = [&state] {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  };
  const std::string& from = inputs[options.runs ? next() % inputs.size() : shared.done.load()];
  const size_t size = std::min(from.size(), kMost);
  std::memcpy(shared.input, from.data(), size);
  return options.runs ? LLVMFuzzerCustomMutator(shared.input, size, kMost, static_cast<unsigned>(next())) : size;
}

void run_child(const Options& options, const std::vector<std::string>& inputs, Shared& shared, uint64_t round) {
  uint64_t state = (options.seed + 1) * 0x9e3779b97f4a7c15u + (round + 1) * 0xd1342543de82ef95u;
  const uint64_t count = options.runs ? options.runs : inputs.size();
  for (; shared.done < count; ++shared.done) {
    shared.size = make_input(options, inputs, shared, state);
    itimerval limit{};
    limit.it_value.tv_sec = kSeconds;
    setitimer(ITIMER_PROF, &limit, nullptr);
    LLVMFuzzerTestOneInput(shared.input, shared.size);
  }
}

int run_many(const Options& options, const std::vector<std::string>& inputs) {
  auto& shared = *new (mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Shared;
  std::filesystem::create_directories(options.findings);
  uint64_t findings = 0;
  const uint64_t count = options.runs ? options.runs : inputs.size();
  for (uint64_t round = 0; shared.done < count && findings < options.most_findings; ++round) {
    const pid_t child = fork();
    if (child == 0) {
#if !defined(__SANITIZE_ADDRESS__)  // which reserves more
      const rlimit memory{kMostMemory, kMostMemory};
      setrlimit(RLIMIT_AS, &memory);
#endif
      run_child(options, inputs, shared, round);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    ++findings;
    ++shared.done;
    const std::string input(reinterpret_cast<const char*>(shared.input), shared.size);
    const std::string path = options.findings + "/" + std::to_string(options.seed) + "-" + std::to_string(round);
    std::ofstream(path, std::ios::binary) << input;
    const bool is_text = std::all_of(input.begin(), input.end(), [](char c) { return c >= ' '; });
    std::cout << path << ": " << (WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit") << "\n  "
              << (is_text ? input.substr(0, 500) : "") << std::endl;
  }
  std::cout << shared.done << " inputs, " << findings << " findings" << std::endl;
  return findings ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.findings = "build/fuzz-findings";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--runs" && i + 1 < argc) {
      options.runs = std::stoull(argv[++i]);
    } else if (word == "--seed" && i + 1 < argc) {
      options.seed = std::stoull(argv[++i]);
    } else if (word == "--findings" && i + 1 < argc) {
      options.findings = argv[++i];
    } else if (word == "--most-findings" && i + 1 < argc) {
      options.most_findings = std::stoull(argv[++i]);
    } else {
      options.inputs.push_back(word);
    }
  }
  counts();
  std::vector<std::string> inputs;
  for (const std::string& path : options.inputs) {
    if (!std::filesystem::is_directory(path)) {
      read_file(path, inputs);
      continue;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) read_file(file, inputs);
  }
  if (inputs.empty()) {
    std::cerr << "no inputs\n";
    return 2;
  }
  return run_many(options, inputs);
}
