#include "heddle/thread_config.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "heddle/parallel.h"

namespace heddle {
namespace {

using Json = nlohmann::json;

constexpr int kMostThreads = 1024;
constexpr int kMostOthers = 1 << 20;

Result<Json> read_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return error(ErrorCode::kNotFound, "cannot read the thread settings in ", path);
  Json json = Json::parse(text, nullptr, false);
  HEDDLE_REQUIRE(!json.is_discarded(), path, " is no JSON; expected thread settings, such as heddle tune writes");
  return json;
}

Result<std::optional<int>> read_count(const Json& config, const char* name, int most, const std::string& path) {
  const auto member = config.find(name);
  if (member == config.end() || member->is_null()) return std::optional<int>();
  const bool fits = member->is_number_integer() && *member >= 1 && *member <= most;
  HEDDLE_REQUIRE(fits, path, ": ", name, " is ", member->dump(), ", expected an integer from 1 to ", most);
  return std::optional<int>(member->get<int>());
}

Result<ThreadConfig> read_config(const std::string& path) {
  const Json json = HEDDLE_TRY(read_json(path));
  const bool has_config = json.is_object() && json.contains("config") && json["config"].is_object();
  HEDDLE_REQUIRE(has_config, path, " holds no thread settings: expected an object with a member \"config\"");
  const Json& config = json["config"];
  ThreadConfig out;
  out.threads = HEDDLE_TRY(read_count(config, "threads", kMostThreads, path));
  out.interop_threads = HEDDLE_TRY(read_count(config, "interop_threads", kMostThreads, path));
  out.inference_threads = HEDDLE_TRY(read_count(config, "inference_threads", kMostOthers, path));
  out.batch = HEDDLE_TRY(read_count(config, "batch", kMostOthers, path));
  return out;
}

}  // namespace

ThreadConfig read_thread_config(const std::string& path) { return value_or_throw(read_config(path)); }

ThreadConfig apply_thread_config(const std::string& path) {
  const ThreadConfig config = read_thread_config(path);
  if (config.threads) set_num_threads(*config.threads);
  if (config.interop_threads) set_num_interop_threads(*config.interop_threads);
  return config;
}

}  // namespace heddle
