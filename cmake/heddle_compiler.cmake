# Language level, warnings and sanitizers: one interface target, heddle_compiler, that every target of ours links.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)  # base/result.h uses statement expressions
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(HEDDLE_CCACHE ccache)
  if(HEDDLE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${HEDDLE_CCACHE}")
  endif()
endif()

add_library(heddle_compiler INTERFACE)
target_compile_options(heddle_compiler INTERFACE
  -Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wextra-semi -Wundef -Wvla
  # Kernels follow IEEE results; errno after a math call is nothing anybody reads.
  -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC's plain -Wshadow also forbids a constructor parameter named as the member it sets; clang's does not.
  target_compile_options(heddle_compiler INTERFACE -Wshadow=local)
else()
  target_compile_options(heddle_compiler INTERFACE -Wshadow)
endif()
if(HEDDLE_WERROR)
  target_compile_options(heddle_compiler INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of GCC 12 inside std::string, std::vector (GCC bugs 105329, 105651) and SmallVector's unused room.
  target_compile_options(heddle_compiler INTERFACE -Wno-restrict -Wno-error=array-bounds -Wno-error=stringop-overflow
                         -Wno-maybe-uninitialized)
endif()

if(HEDDLE_SANITIZE)
  # Sanitizers must be seen by every object of the program, ours or generated.
  add_compile_options(-fsanitize=${HEDDLE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HEDDLE_SANITIZE})
  if(HEDDLE_SANITIZE STREQUAL "undefined")
    add_compile_options(-fno-sanitize-recover=all)
  endif()
  # Instrumented code confuses the flow analysis behind these warnings.
  target_compile_options(heddle_compiler INTERFACE -Wno-maybe-uninitialized)
endif()

if(HEDDLE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "HEDDLE_FUZZ=ON needs clang for libFuzzer: set CMAKE_CXX_COMPILER=clang++.")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
  # For src/ops, whose templates would take three times as long with all of it: what can lead to a wrong address, and which
  # places were reached. Its sources are written for GCC's warnings.
  add_library(heddle_fuzzed_operators INTERFACE)
  target_compile_options(heddle_fuzzed_operators INTERFACE
    -fno-sanitize=undefined,fuzzer-no-link -fsanitize=signed-integer-overflow,integer-divide-by-zero
    -fsanitize-coverage=inline-8bit-counters,pc-table -Wno-error)
endif()
