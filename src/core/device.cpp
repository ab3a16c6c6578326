#include "core/device.h"

#include <charconv>

namespace heddle {
namespace {
struct DeviceName {
  std::string_view name;
  DeviceType type;
};
constexpr DeviceName kNames[] = {
    {"cpu", DeviceType::kCpu}, {"cuda", DeviceType::kCuda}, {"xla", DeviceType::kXla},
    {"mps", DeviceType::kMps}, {"meta", DeviceType::kMeta},
};
}  // namespace

std::string to_text(Device device) {
  std::string name = "other";
  for (const DeviceName& row : kNames) {
    if (row.type == device.type) name = row.name;
  }
  return device.index < 0 ? name : concat(name, ":", static_cast<int>(device.index));
}

Result<Device> parse_device(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  Device device;
  if (colon != text.npos) {
    const std::string_view number = text.substr(colon + 1);
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), device.index);
    HEDDLE_REQUIRE(failure == std::errc() && end == number.data() + number.size() && device.index >= 0,
                   "invalid device ", quoted(text), ": expected a name or name:index, such as 'cpu' or 'cuda:0'");
  }
  for (const DeviceName& row : kNames) {
    if (row.name == name) {
      device.type = row.type;
      return device;
    }
  }
  return invalid("unknown device ", quoted(text), ": expected one of cpu, cuda, xla, mps, meta");
}

}  // namespace heddle
