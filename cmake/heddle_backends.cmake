# The backends of parallel_for that are not part of the library, for tests: a program linked with the object of another
# backend runs on that one, because the linker then takes none from libheddle_parallel.a. So one build tree tests all.

foreach(backend IN LISTS HEDDLE_TESTED_BACKENDS)
  add_library(heddle_backend_${backend} OBJECT "${PROJECT_SOURCE_DIR}/src/parallel/${HEDDLE_BACKEND_SOURCE_${backend}}")
  target_link_libraries(heddle_backend_${backend} PRIVATE heddle_base heddle_threading_${backend} heddle_compiler)
endforeach()

# heddle_on_other_backends(<program>): <program>_<backend> for each of HEDDLE_TESTED_BACKENDS.
function(heddle_on_other_backends target)
  get_target_property(source_folder ${target} SOURCE_DIR)
  get_target_property(sources ${target} SOURCES)
  list(TRANSFORM sources PREPEND "${source_folder}/" REGEX "^[^/$]")
  get_target_property(libraries ${target} LINK_LIBRARIES)
  get_target_property(folder ${target} RUNTIME_OUTPUT_DIRECTORY)
  foreach(backend IN LISTS HEDDLE_TESTED_BACKENDS)
    add_executable(${target}_${backend} ${sources} $<TARGET_OBJECTS:heddle_backend_${backend}>)
    target_link_libraries(${target}_${backend} PRIVATE ${libraries} heddle_threading_${backend})
    if(folder)
      set_target_properties(${target}_${backend} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${folder}")
    endif()
  endforeach()
endfunction()

# The same for a program of heddle_test: its tests again, named <backend>.<test>.
function(heddle_test_on_other_backends target)
  heddle_on_other_backends(${target})
  foreach(backend IN LISTS HEDDLE_TESTED_BACKENDS)
    gtest_discover_tests(${target}_${backend} DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                         TEST_PREFIX "${backend}." PROPERTIES TIMEOUT 300)
  endforeach()
endfunction()
