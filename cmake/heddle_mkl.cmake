# MKL by its layers: interface, threading, core. Included by heddle_dependencies.cmake where BLAS=MKL; links them to
# heddle_kernel_base.

set(heddle_mkl_layer_OMP mkl_gnu_thread)
set(heddle_mkl_layer_TBB mkl_tbb_thread)
set(heddle_mkl_layer_SEQ mkl_sequential)
find_path(MKL_INCLUDE_DIR mkl.h PATHS "$ENV{MKLROOT}/include" /usr/include/mkl)

# Outside of the function: what they find is needed below.
if(MKL_THREADING STREQUAL "TBB")
  find_package(TBB REQUIRED)
elseif(MKL_THREADING STREQUAL "OMP")
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()

# heddle_find_mkl(out threading): in `out` what links MKL with that threading layer.
function(heddle_find_mkl out threading)
  set(libraries "")
  foreach(name IN ITEMS mkl_intel_lp64 ${heddle_mkl_layer_${threading}} mkl_core)
    find_library(HEDDLE_${name} ${name} PATHS "$ENV{MKLROOT}/lib/intel64" "$ENV{MKLROOT}/lib")
    if(NOT HEDDLE_${name} OR NOT MKL_INCLUDE_DIR)
      message(FATAL_ERROR "BLAS=MKL, but ${name} or mkl.h is not found: install MKL (libmkl-dev in Debian's non-free), "
                          "set the environment variable MKLROOT, or set BLAS=OpenBLAS.")
    endif()
    list(APPEND libraries "${HEDDLE_${name}}")
  endforeach()
  if(threading STREQUAL "TBB")
    list(APPEND libraries TBB::tbb)
  elseif(threading STREQUAL "OMP")
    list(APPEND libraries $<LINK_ONLY:OpenMP::OpenMP_CXX>)
  endif()
  set(${out} -Wl,--no-as-needed ${libraries} -Wl,--as-needed PARENT_SCOPE)
endfunction()

set(heddle_mkl_threading "${MKL_THREADING}")
heddle_find_mkl(heddle_mkl_libraries "${heddle_mkl_threading}")
if(MKL_THREADING STREQUAL "TBB")
  # MKL before 2021 was built for the TBB that oneTBB has replaced.
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES "${MKL_INCLUDE_DIR}")
  set(CMAKE_REQUIRED_LIBRARIES ${heddle_mkl_libraries} ${CMAKE_DL_LIBS})
  check_cxx_source_compiles("
    #include <mkl.h>
    int main() { double a = 1, c; cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1, &a, 1, &a, 1, 0, &c, 1); return 0; }"
    HEDDLE_MKL_FITS_ONETBB)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(NOT HEDDLE_MKL_FITS_ONETBB)
    set(heddle_mkl_threading SEQ)
    message(WARNING
      "MKL_THREADING=TBB, but this MKL's TBB layer does not link with the oneTBB found; MKL 2021 is the first that does. "
      "Its sequential layer is used: Heddle splits the work itself and calls MKL on one thread, so its own threading does "
      "not run.")
    heddle_find_mkl(heddle_mkl_libraries SEQ)
  endif()
endif()

list(APPEND HEDDLE_PRIVATE_LIBRARIES mkl_intel_lp64 ${heddle_mkl_layer_${heddle_mkl_threading}} mkl_core)
if(heddle_mkl_threading STREQUAL "OMP")
  list(APPEND HEDDLE_PRIVATE_LIBRARIES ${OpenMP_CXX_LIB_NAMES})
elseif(heddle_mkl_threading STREQUAL "TBB")
  list(APPEND HEDDLE_PRIVATE_LIBRARIES tbb)
endif()
target_include_directories(heddle_kernel_base SYSTEM INTERFACE "${MKL_INCLUDE_DIR}")
target_link_libraries(heddle_kernel_base INTERFACE ${heddle_mkl_libraries})
target_compile_definitions(heddle_kernel_base INTERFACE HEDDLE_BLAS_MKL=1)
