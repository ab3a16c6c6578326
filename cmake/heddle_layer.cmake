# heddle_layers(<file>): one heddle_layer a `layer` row of tools/layers.txt, in its order, so that the linker and the
# include checker hold the flow to the same rows. Sets HEDDLE_LAYERS to their names, and HEDDLE_PUBLIC_LAYERS to those whose
# headers the public C++ API includes (`face include/heddle`). Visible in libheddle.so are the symbols of these and of what
# the Python module, which links it, includes (`face python`).
function(heddle_layers file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(STRINGS "${file}" rows REGEX "^layer ")
  file(STRINGS "${file}" face REGEX "^face include/heddle ")
  string(REGEX REPLACE "^face include/heddle as heddle: *" "" public "${face}")
  string(REPLACE " " ";" public "${public}")
  file(STRINGS "${file}" face REGEX "^face python ")
  string(REGEX REPLACE "^face python as python: *" "" visible "${face}")
  string(REPLACE " " ";" visible "${visible}")
  set(names "")
  foreach(row IN LISTS rows)
    string(REGEX MATCH "^layer ([a-z]+):(.*)$" matched "${row}")
    set(name "${CMAKE_MATCH_1}")
    string(STRIP "${CMAKE_MATCH_2}" below)
    string(REPLACE " " ";" below "${below}")
    list(REMOVE_ITEM below heddle)  # include/heddle: headers only, reached through the include root
    set(excluded "")
    if(name STREQUAL "parallel")
      set(excluded EXCLUDE ${HEDDLE_UNUSED_BACKENDS})
    endif()
    heddle_layer(${name} DEPENDS ${below} ${excluded})
    if(name IN_LIST public OR name IN_LIST visible)
      set_target_properties(heddle_${name} PROPERTIES CXX_VISIBILITY_PRESET default)
    endif()
    list(APPEND names ${name})
  endforeach()
  set(HEDDLE_LAYERS ${names} PARENT_SCOPE)
  set(HEDDLE_PUBLIC_LAYERS ${public} PARENT_SCOPE)
endfunction()

# heddle_layer(<folder> [DEPENDS <layers>...] [EXCLUDE <file names>...])
#
# Makes of src/<folder>/**/*.cpp:
#   heddle_<folder>         the static library; links the libraries of DEPENDS
#   heddle_<folder>_test    one GoogleTest program of its *_test.cpp, known to CTest
#   heddle_<folder>_bench   one Google benchmark program of its *_bench.cpp, where HEDDLE_BENCH is on
# New files are found without touching CMake. Files named in EXCLUDE are not compiled. Every target is given src/ and
# include/ as include roots. Tests run in the source root, so they name files as the repository does.
function(heddle_layer folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;EXCLUDE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp")
  foreach(name IN LISTS arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "/${name}$")
  endforeach()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  if(NOT sources)
    # A folder of headers only, or not begun yet: an archive needs one object.
    set(empty "${PROJECT_BINARY_DIR}/generated/empty_${folder}.cpp")
    file(CONFIGURE OUTPUT "${empty}" CONTENT "// Stands for src/${folder}, which has nothing to compile.\n")
    set(sources "${empty}")
  endif()

  list(TRANSFORM arg_DEPENDS PREPEND heddle_)
  add_library(heddle_${folder} STATIC ${sources})
  target_include_directories(heddle_${folder} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>" "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>")
  target_link_libraries(heddle_${folder} PUBLIC ${arg_DEPENDS} PRIVATE $<BUILD_INTERFACE:heddle_compiler>)

  if(tests AND HEDDLE_TESTS)
    heddle_test(heddle_${folder}_test SOURCES ${tests} LINK heddle_${folder})
  endif()
  if(benches AND HEDDLE_BENCH)
    add_executable(heddle_${folder}_bench ${benches})
    target_link_libraries(heddle_${folder}_bench PRIVATE heddle_${folder} heddle_compiler benchmark::benchmark_main)
    set_target_properties(heddle_${folder}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
  endif()
endfunction()

# heddle_test(<target> SOURCES <files>... LINK <targets>...): one GoogleTest program, each of its tests known to CTest.
function(heddle_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LINK} heddle_compiler GTest::gtest_main)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                       PROPERTIES TIMEOUT 300)
endfunction()
