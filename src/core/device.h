// A device as TorchScript names it. Tensors live on the CPU only; the other names exist so that archives can mention
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace heddle {

enum class DeviceType : int8_t { kCpu = 0, kCuda = 1, kXla = 9, kMps = 13, kMeta = 14, kOther = 20 };

struct Device {
  DeviceType type = DeviceType::kCpu;
  int16_t index = -1;  // -1: the current one
  bool is_cpu() const { return type == DeviceType::kCpu; }
  friend bool operator==(const Device&, const Device&) = default;
};

std::string to_text(Device device);
// "cpu", "cuda:1". An unknown name is an error that lists what is expected.
Result<Device> parse_device(std::string_view text);

}  // namespace heddle
