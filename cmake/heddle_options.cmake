# Build options, by the names PyTorch's note on CPU threading gives them, and the combinations that cannot work.
# Called once from the root; sets HEDDLE_UNUSED_BACKENDS and HEDDLE_TESTED_BACKENDS for the rest.

option(USE_OPENMP "Allow OpenMP; every option whose value is OMP needs it" ON)
option(USE_TBB "Allow oneTBB; every option whose value is TBB needs it" OFF)
option(USE_MKLDNN "Use oneDNN (formerly MKL-DNN) for convolution, matmul and recurrent kernels" ON)

set(ATEN_THREADING "OMP" CACHE STRING "Backend of parallel_for: OMP, TBB or NATIVE")
set(MKL_THREADING "OMP" CACHE STRING "Threading of MKL where BLAS=MKL: OMP, TBB or SEQ")
set(MKLDNN_CPU_RUNTIME "OMP" CACHE STRING "Threading runtime of oneDNN: OMP, TBB or SEQ")
set(BLAS "OpenBLAS" CACHE STRING "BLAS and LAPACK to link: OpenBLAS, MKL or Generic")

option(HEDDLE_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HEDDLE_TEST_BACKENDS "Test the other backends of parallel_for as well" ON)
option(HEDDLE_PAGES "Bundle the report pages into the command (needs node and npm)" ON)
option(HEDDLE_BENCH "Build the *_bench.cpp programs (Google benchmark)" OFF)
option(HEDDLE_FUZZ "Build the fuzz targets (needs clang)" OFF)
option(HEDDLE_WERROR "Treat warnings as errors" ON)
set(HEDDLE_SANITIZE "" CACHE STRING "Sanitizer: address, thread, undefined or empty")

function(heddle_check_value name)
  set_property(CACHE ${name} PROPERTY STRINGS ${ARGN})
  if(NOT "${${name}}" IN_LIST ARGN)
    list(JOIN ARGN ", " allowed)
    message(FATAL_ERROR "${name}=${${name}} is not known; set ${name} to one of: ${allowed}.")
  endif()
endfunction()

heddle_check_value(ATEN_THREADING OMP TBB NATIVE)
heddle_check_value(MKL_THREADING OMP TBB SEQ)
heddle_check_value(MKLDNN_CPU_RUNTIME OMP TBB SEQ)
heddle_check_value(BLAS OpenBLAS MKL Generic)
heddle_check_value(HEDDLE_SANITIZE "" address thread undefined)

# An option counts only where the library it configures is in the build: MKL_THREADING without MKL says nothing.
set(heddle_threading_options ATEN_THREADING)
if(BLAS STREQUAL "MKL")
  list(APPEND heddle_threading_options MKL_THREADING)
endif()
if(USE_MKLDNN)
  list(APPEND heddle_threading_options MKLDNN_CPU_RUNTIME)
endif()

set(heddle_uses_omp "")
set(heddle_uses_tbb "")
foreach(name IN ITEMS ATEN_THREADING MKL_THREADING MKLDNN_CPU_RUNTIME)
  if("${${name}}" STREQUAL "TBB" AND NOT USE_TBB)
    message(FATAL_ERROR "${name}=TBB needs oneTBB: set USE_TBB=1 as well, or choose another ${name}.")
  endif()
  if("${${name}}" STREQUAL "OMP" AND NOT USE_OPENMP AND name IN_LIST heddle_threading_options)
    message(FATAL_ERROR "${name}=OMP needs OpenMP: set USE_OPENMP=1, or choose another ${name}.")
  endif()
  if(name IN_LIST heddle_threading_options)
    if("${${name}}" STREQUAL "OMP")
      list(APPEND heddle_uses_omp "${name}=OMP")
    elseif("${${name}}" STREQUAL "TBB")
      list(APPEND heddle_uses_tbb "${name}=TBB")
    endif()
  endif()
endforeach()

if(heddle_uses_omp AND heddle_uses_tbb)
  list(JOIN heddle_uses_omp ", " omp)
  list(JOIN heddle_uses_tbb ", " tbb)
  message(WARNING "This build mixes OpenMP (${omp}) and oneTBB (${tbb}): two pools of threads that do not know of each "
                  "other. Set all of them to one of the two unless you measured that you want this.")
endif()

# The sources of the backends of parallel_for; only the chosen one is part of the library.
set(HEDDLE_BACKEND_SOURCE_OMP backend_openmp.cpp)
set(HEDDLE_BACKEND_SOURCE_TBB backend_tbb.cpp)
set(HEDDLE_BACKEND_SOURCE_NATIVE backend_native.cpp)
set(HEDDLE_OTHER_BACKENDS OMP TBB NATIVE)
list(REMOVE_ITEM HEDDLE_OTHER_BACKENDS ${ATEN_THREADING})
list(TRANSFORM HEDDLE_OTHER_BACKENDS REPLACE ".+" "HEDDLE_BACKEND_SOURCE_\\0" OUTPUT_VARIABLE heddle_names)
set(HEDDLE_UNUSED_BACKENDS "")
foreach(name IN LISTS heddle_names)
  list(APPEND HEDDLE_UNUSED_BACKENDS ${${name}})
endforeach()

# The other backends whose programs are built and tested beside those of the chosen one. Under a sanitizer only the chosen
# one is: libgomp and oneTBB are not instrumented.
set(HEDDLE_TESTED_BACKENDS "")
if(HEDDLE_TESTS AND HEDDLE_TEST_BACKENDS AND NOT HEDDLE_SANITIZE)
  set(HEDDLE_TESTED_BACKENDS ${HEDDLE_OTHER_BACKENDS})
endif()

function(heddle_print_options)
  message(STATUS "Heddle ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, ATEN_THREADING=${ATEN_THREADING}, BLAS=${BLAS}, "
                 "USE_MKLDNN=${USE_MKLDNN}, USE_OPENMP=${USE_OPENMP}, USE_TBB=${USE_TBB}")
endfunction()
