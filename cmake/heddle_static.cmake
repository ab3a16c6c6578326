# What libheddle.a is made of, in heddle_static_objects: the layers' objects, so compiled that a fully static program links them.
# Of the libraries of others it calls only those that have static archives. Debian has none of oneDNN and of Highway: then the
# few files that call oneDNN are compiled once more without it, and Highway's two functions come from static_highway.cpp.

set(heddle_static_objects "")
foreach(layer IN LISTS HEDDLE_LAYERS)
  list(APPEND heddle_static_objects "$<TARGET_OBJECTS:heddle_${layer}>")
endforeach()

set(heddle_replaced static_highway)
set(heddle_static_definitions "")
set(heddle_static_libraries heddle_kernel_base)

find_library(HEDDLE_STATIC_HWY NAMES libhwy.a)
if(HEDDLE_STATIC_HWY)
  list(APPEND HEDDLE_PRIVATE_LIBRARIES hwy)
else()
  list(APPEND heddle_static_definitions HEDDLE_STATIC_HIGHWAY=1)
endif()

if(USE_MKLDNN)
  get_target_property(heddle_onednn_type DNNL::dnnl TYPE)
  if(heddle_onednn_type STREQUAL "STATIC_LIBRARY")
    list(APPEND HEDDLE_PRIVATE_LIBRARIES ${HEDDLE_ONEDNN_LIBRARIES})
  else()
    list(APPEND heddle_replaced blas libraries dnnl_convolution dnnl_matrix)
  endif()
endif()

list(JOIN heddle_replaced "|" heddle_names)
set(heddle_static_objects "$<FILTER:${heddle_static_objects},EXCLUDE,/ops/backend/(${heddle_names})\\.cpp\\.o$>")
list(TRANSFORM heddle_replaced REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/src/ops/backend/\\1.cpp")
add_library(heddle_static_backend OBJECT ${heddle_replaced})
target_include_directories(heddle_static_backend PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(heddle_static_backend PRIVATE ${heddle_static_definitions})
target_link_libraries(heddle_static_backend PRIVATE heddle_kernel_base heddle_compiler)
list(APPEND heddle_static_objects "$<TARGET_OBJECTS:heddle_static_backend>")
