#include "lang/old_attributes.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace heddle::lang {
namespace {

constexpr std::string_view kMangle = "___torch_mangle_";
constexpr std::string_view kLinear = "__torch__.torch.classes.quantized.LinearPackedParamsBase";
constexpr std::string_view kConv2d = "__torch__.torch.classes.quantized.Conv2dPackedParamsBase";
constexpr std::string_view kConv3d = "__torch__.torch.classes.quantized.Conv3dPackedParamsBase";

struct Replacement {
  std::string_view module;  // without "__torch__." and "ao."
  std::string_view packed;
};

constexpr std::array kReplacements = {
    Replacement{"torch.nn.quantized.modules.linear.LinearPackedParams", kLinear},
    Replacement{"torch.nn.quantized.modules.linear.Linear", kLinear},
    Replacement{"torch.nn.quantized.dynamic.modules.linear.Linear", kLinear},
    Replacement{"torch.nn.intrinsic.quantized.modules.linear_relu.LinearReLU", kLinear},
    Replacement{"torch.nn.quantized.modules.conv.Conv2d", kConv2d},
    Replacement{"torch.nn.intrinsic.quantized.modules.conv_relu.ConvReLU2d", kConv2d},
    Replacement{"torch.nn.quantized.modules.conv.Conv3d", kConv3d},
    Replacement{"torch.nn.intrinsic.quantized.modules.conv_relu.ConvReLU3d", kConv3d},
};

// "torch.nn.C" of "__torch__.torch.nn.___torch_mangle_4.C", and of "__torch__.torch.ao.nn.C".
std::string plain_name(std::string_view qualified) {
  std::string out;
  for (const std::string_view part : split(qualified, '.')) {
    if (part == "__torch__" || part == "ao" || part.starts_with(kMangle)) continue;
    if (!out.empty()) out += '.';
    out += part;
  }
  return out;
}

}  // namespace

std::string_view class_instead_of_tensor(std::string_view qualified_class, std::string_view attribute) {
  if (attribute != "_packed_params") return {};
  const std::string name = plain_name(qualified_class);
  const auto* found = std::find_if(kReplacements.begin(), kReplacements.end(),
                                   [&](const Replacement& each) { return each.module == name; });
  return found == kReplacements.end() ? std::string_view() : found->packed;
}

}  // namespace heddle::lang
