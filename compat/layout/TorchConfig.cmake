# find_package(Torch) for Heddle in libtorch's place. Targets torch, torch_library, torch_cpu, c10; TORCH_FOUND,
# TORCH_INCLUDE_DIRS, TORCH_LIBRARIES, TORCH_CXX_FLAGS, TORCH_INSTALL_PREFIX. With Torch_USE_STATIC_LIBS set, the targets are
# the static archives.

get_filename_component(TORCH_INSTALL_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(TORCH_INCLUDE_DIRS "${TORCH_INSTALL_PREFIX}/include" "${TORCH_INSTALL_PREFIX}/include/torch/csrc/api/include")
set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=1")
if(Torch_USE_STATIC_LIBS)
  set(heddle_kind STATIC)
  set(heddle_suffix a)
else()
  set(heddle_kind SHARED)
  set(heddle_suffix so)
endif()
set(TORCH_LIBRARY "${TORCH_INSTALL_PREFIX}/lib/libtorch.${heddle_suffix}")
set(TORCH_FOUND TRUE)
set(Torch_FOUND TRUE)
set(TORCH_CUDA_LIBRARIES "")

foreach(heddle_name IN ITEMS torch torch_cpu c10)
  if(NOT TARGET ${heddle_name})
    add_library(${heddle_name} ${heddle_kind} IMPORTED)
    set_target_properties(${heddle_name} PROPERTIES
      IMPORTED_LOCATION "${TORCH_INSTALL_PREFIX}/lib/lib${heddle_name}.${heddle_suffix}"
      INTERFACE_LINK_DIRECTORIES "${TORCH_INSTALL_PREFIX}/lib"
      INTERFACE_INCLUDE_DIRECTORIES "${TORCH_INCLUDE_DIRS}"
      INTERFACE_COMPILE_FEATURES cxx_std_17)
  endif()
endforeach()
if(NOT TARGET torch_library)
  add_library(torch_library INTERFACE IMPORTED)
  set_target_properties(torch_library PROPERTIES INTERFACE_LINK_LIBRARIES torch)
endif()
set(TORCH_LIBRARIES torch torch_cpu c10)
unset(heddle_name)
unset(heddle_kind)
unset(heddle_suffix)
