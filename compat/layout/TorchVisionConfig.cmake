# find_package(TorchVision) for programs that name it: torchvision's operators are Heddle's own, so that the target
# TorchVision::TorchVision is torch.

include("${CMAKE_CURRENT_LIST_DIR}/../Torch/TorchConfig.cmake")
if(NOT TARGET TorchVision::TorchVision)
  add_library(TorchVision::TorchVision INTERFACE IMPORTED)
  set_target_properties(TorchVision::TorchVision PROPERTIES INTERFACE_LINK_LIBRARIES torch)
endif()
set(TorchVision_INCLUDE_DIR ${TORCH_INCLUDE_DIRS})
set(TORCHVISION_INCLUDE_DIR ${TORCH_INCLUDE_DIRS})
set(TorchVision_LIBRARIES TorchVision::TorchVision)
set(TORCHVISION_LIBRARIES TorchVision::TorchVision)
set(TorchVision_FOUND TRUE)
