# The operator table. A source of src/ops registers its families so:
#
#   HEDDLE_OPERATORS(softmax) { ... }     defines heddle::ops::register_operators_softmax(heddle::schema::TableBuilder&)
#
# At build time collect_operator_families.cmake reads all these lines and writes generated/operator_families.cpp, whose
# heddle::ops::register_all_operators calls each of them. Plain calls, because a linker drops a static constructor
# together with the archive member nobody refers to.
function(heddle_operator_families target)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/ops/*.cpp")
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  # Part of the command, so that a file that goes away runs it again as one that changes does.
  string(MD5 files "${sources}")
  set(script "${PROJECT_SOURCE_DIR}/cmake/collect_operator_families.cmake")
  set(output "${PROJECT_BINARY_DIR}/generated/operator_families.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -D "ROOT=${PROJECT_SOURCE_DIR}" -D "OUTPUT=${output}" -D "FILES=${files}"
            -P "${script}"
    DEPENDS "${script}" ${sources}
    COMMENT "Collecting operator families"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()

# How the kernels that work on single elements are compiled: comparisons may become selections, as nobody traps floating-point
# exceptions, or loops with them stay scalar. Complex products and quotients are PyTorch's: quotients scaled, products without a
# second look at NaN.
function(heddle_kernel_options)
  foreach(folder IN ITEMS elementwise loss)
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/ops/${folder}/*.cpp")
    set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS -fno-trapping-math
                 $<$<CXX_COMPILER_ID:GNU>:-fcx-fortran-rules>)
  endforeach()
endfunction()
