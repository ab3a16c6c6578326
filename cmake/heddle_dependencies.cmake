# The libraries of others. Two interface targets carry them to the only layers that may name them:
# heddle_threading (src/parallel) and heddle_kernel_libraries (src/ops/backend, with its HEDDLE_ definitions);
# heddle_kernel_base is the latter without oneDNN.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

# By their linker names, what a program links besides libheddle.a.
set(HEDDLE_PRIVATE_LIBRARIES z)

# heddle_threading_<backend>: what a backend of parallel_for needs; heddle_threading: that of the chosen one.
function(heddle_threading_target backend)
  add_library(heddle_threading_${backend} INTERFACE)
  if(backend STREQUAL "OMP")
    find_package(OpenMP REQUIRED COMPONENTS CXX)
    target_link_libraries(heddle_threading_OMP INTERFACE OpenMP::OpenMP_CXX)
    set(libraries ${OpenMP_CXX_LIB_NAMES})
  elseif(backend STREQUAL "TBB")
    find_package(TBB REQUIRED)
    target_link_libraries(heddle_threading_TBB INTERFACE TBB::tbb)
    set(libraries tbb)
  endif()
  if(backend STREQUAL ATEN_THREADING)
    add_library(heddle_threading ALIAS heddle_threading_${backend})
    set(HEDDLE_PRIVATE_LIBRARIES ${HEDDLE_PRIVATE_LIBRARIES} ${libraries} PARENT_SCOPE)
  endif()
endfunction()
foreach(backend IN LISTS ATEN_THREADING HEDDLE_TESTED_BACKENDS)
  heddle_threading_target(${backend})
endforeach()

add_library(heddle_kernel_base INTERFACE)
add_library(heddle_kernel_libraries INTERFACE)
target_link_libraries(heddle_kernel_libraries INTERFACE heddle_kernel_base)

pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
target_link_libraries(heddle_kernel_base INTERFACE PkgConfig::HWY)

if(USE_MKLDNN)
  find_package(dnnl REQUIRED)
  if(NOT DNNL_CPU_RUNTIME STREQUAL MKLDNN_CPU_RUNTIME)
    message(WARNING
      "MKLDNN_CPU_RUNTIME=${MKLDNN_CPU_RUNTIME}, but the oneDNN in ${dnnl_DIR} was built with ${DNNL_CPU_RUNTIME}. It is "
      "used all the same: Heddle splits the work itself and calls oneDNN on one thread, so its own threading does not run. "
      "To link no other runtime, point dnnl_DIR at a oneDNN built with DNNL_CPU_RUNTIME=${MKLDNN_CPU_RUNTIME}.")
  endif()
  target_link_libraries(heddle_kernel_libraries INTERFACE DNNL::dnnl)
  set(HEDDLE_ONEDNN_LIBRARIES dnnl)
  target_compile_definitions(heddle_kernel_libraries INTERFACE
    HEDDLE_USE_MKLDNN=1 HEDDLE_MKLDNN_RUNTIME_${DNNL_CPU_RUNTIME}=1)
  # ops/backend keeps oneDNN's runtime to one thread a call, so it must reach it. Linked only: no kernel has pragmas of OpenMP, and
  # without its flag a compiler cache shares their objects among builds on other libraries.
  if(DNNL_CPU_RUNTIME STREQUAL "OMP")
    find_package(OpenMP REQUIRED COMPONENTS CXX)
    target_link_libraries(heddle_kernel_libraries INTERFACE $<LINK_ONLY:OpenMP::OpenMP_CXX>)
    list(APPEND HEDDLE_ONEDNN_LIBRARIES ${OpenMP_CXX_LIB_NAMES})
  elseif(DNNL_CPU_RUNTIME STREQUAL "TBB")
    find_package(TBB REQUIRED)
    target_link_libraries(heddle_kernel_libraries INTERFACE TBB::tbb)
    list(APPEND HEDDLE_ONEDNN_LIBRARIES tbb)
  endif()
endif()

if(BLAS STREQUAL "OpenBLAS")
  pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
  target_link_libraries(heddle_kernel_base INTERFACE PkgConfig::OPENBLAS)
  list(APPEND HEDDLE_PRIVATE_LIBRARIES openblas)
  # What its static archive needs, LAPACK being Fortran; a program that links the shared one leaves them out again.
  foreach(library IN ITEMS gfortran quadmath)
    execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-file-name=lib${library}.a OUTPUT_VARIABLE archive
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(EXISTS "${archive}")
      list(APPEND HEDDLE_PRIVATE_LIBRARIES ${library})
    endif()
  endforeach()
  target_compile_definitions(heddle_kernel_base INTERFACE HEDDLE_BLAS_OPENBLAS=1)
elseif(BLAS STREQUAL "MKL")
  include(heddle_mkl)
else()
  # Whatever implements the reference interfaces on this system.
  find_library(HEDDLE_CBLAS NAMES cblas blas REQUIRED)
  find_library(HEDDLE_LAPACK NAMES lapack REQUIRED)
  target_link_libraries(heddle_kernel_base INTERFACE "${HEDDLE_CBLAS}" "${HEDDLE_LAPACK}")
  list(APPEND HEDDLE_PRIVATE_LIBRARIES blas lapack)
  target_compile_definitions(heddle_kernel_base INTERFACE HEDDLE_BLAS_GENERIC=1)
endif()

# A header without a package of its own in Debian 12, where pythran brings it; upstream calls it pocketfft_hdronly.h.
find_path(POCKETFFT_INCLUDE_DIR NAMES pocketfft_hdronly.h pocketfft.hpp
          PATHS /usr/lib/python3/dist-packages/pythran/pythonic/numpy/fft)
if(NOT POCKETFFT_INCLUDE_DIR)
  message(FATAL_ERROR "pocketfft is not found: install python3-pythran, or set POCKETFFT_INCLUDE_DIR to the folder of "
                      "pocketfft_hdronly.h.")
endif()
target_include_directories(heddle_kernel_base SYSTEM INTERFACE "${POCKETFFT_INCLUDE_DIR}")

if(HEDDLE_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(HEDDLE_BENCH)
  find_package(benchmark REQUIRED)
endif()
