# Checks of the house, as tests: `layers`, `format`, `headers`.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME layers COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/check_layers.py" "${PROJECT_SOURCE_DIR}")
add_test(NAME layers_selftest
         COMMAND Python3::Interpreter -m unittest discover -s "${PROJECT_SOURCE_DIR}/tools" -p "*_test.py")
add_test(NAME format COMMAND "${PROJECT_SOURCE_DIR}/scripts/format" --check)

# Every header compiles alone. A source that includes it first shows that for its header; for the others the test `headers`
# builds one source a header, holding nothing but its include.
add_custom_target(heddle_headers)

# Whether x.cpp or x_test.cpp beside the header includes it before anything else.
function(heddle_is_shown_alone result root header)
  cmake_path(REMOVE_EXTENSION header LAST_ONLY OUTPUT_VARIABLE stem)
  set(${result} FALSE PARENT_SCOPE)
  foreach(source IN ITEMS "${root}/${stem}.cpp" "${root}/${stem}_test.cpp")
    if(EXISTS "${source}")
      file(STRINGS "${source}" first REGEX "^#include" LIMIT_COUNT 1)
      if(first STREQUAL "#include \"${header}\"")
        set(${result} TRUE PARENT_SCOPE)
      endif()
    endif()
  endforeach()
endfunction()

function(heddle_headers_alone target folder root)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/${folder}/*.h")
  set(sources "")
  foreach(header IN LISTS headers)
    heddle_is_shown_alone(shown "${root}" "${header}")
    if(NOT shown)
      set(source "${PROJECT_BINARY_DIR}/generated/headers/${header}.cpp")
      file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n")
      list(APPEND sources "${source}")
    endif()
  endforeach()
  if(NOT sources)
    return()
  endif()
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
