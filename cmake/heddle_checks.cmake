# Checks of the house, as tests: `layers`, `format`, `headers`.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME layers COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/check_layers.py" "${PROJECT_SOURCE_DIR}")
add_test(NAME layers_selftest
         COMMAND Python3::Interpreter -m unittest discover -s "${PROJECT_SOURCE_DIR}/tools" -p "*_test.py")
add_test(NAME format COMMAND "${PROJECT_SOURCE_DIR}/scripts/format" --check)

# Every header compiles alone: one source a header, holding nothing but its include, twice. Out of the default build;
# the test `headers` builds them.
add_custom_target(heddle_headers)
function(heddle_headers_alone target folder root)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/${folder}/*.h")
  if(NOT headers)
    return()
  endif()
  set(sources "")
  foreach(header IN LISTS headers)
    set(source "${PROJECT_BINARY_DIR}/generated/headers/${header}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n#include \"${header}\"  // NOLINT: guarded?\n")
    list(APPEND sources "${source}")
  endforeach()
  add_library(${target}_${folder}_headers OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(${target}_${folder}_headers PRIVATE ${target} heddle_compiler ${ARGN})
  target_compile_options(${target}_${folder}_headers PRIVATE -O0 -g0)
  add_dependencies(heddle_headers ${target}_${folder}_headers)
endfunction()

foreach(layer IN LISTS HEDDLE_LAYERS)
  get_target_property(libraries heddle_${layer} LINK_LIBRARIES)
  heddle_headers_alone(heddle_${layer} ${layer} "${PROJECT_SOURCE_DIR}/src" ${libraries})
endforeach()
heddle_headers_alone(heddle_program heddle "${PROJECT_SOURCE_DIR}/include")
add_test(NAME headers COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target heddle_headers)
set_tests_properties(headers PROPERTIES TIMEOUT 1800 PROCESSORS 2)
