# cmake -D ROOT=<source root> -D OUTPUT=<file> -P collect_operator_families.cmake
# Writes the C++ that calls every HEDDLE_OPERATORS family of src/ops; two families of one name are an error. OUTPUT is
# left alone when nothing changed, so that an edit of a kernel does not compile the table again.

file(GLOB_RECURSE sources RELATIVE "${ROOT}" "${ROOT}/src/ops/*.cpp")
list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
list(SORT sources)

set(declarations "")
set(calls "")
foreach(source IN LISTS sources)
  file(STRINGS "${ROOT}/${source}" lines REGEX "^HEDDLE_OPERATORS\\([A-Za-z0-9_]+\\)")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^HEDDLE_OPERATORS\\(([A-Za-z0-9_]+)\\).*" "\\1" family "${line}")
    if(DEFINED family_of_${family})
      message(FATAL_ERROR "The operator family '${family}' is defined twice: in ${family_of_${family}} and in ${source}.")
    endif()
    set(family_of_${family} "${source}")
    string(APPEND declarations "void register_operators_${family}(schema::TableBuilder&);  // ${source}\n")
    string(APPEND calls "  register_operators_${family}(builder);\n")
  endforeach()
endforeach()

set(parameter "builder")
if(calls STREQUAL "")
  set(parameter "")
endif()
set(text "// Written by cmake/collect_operator_families.cmake from the HEDDLE_OPERATORS lines of src/ops.
namespace heddle::schema {
class TableBuilder;
}

namespace heddle::ops {

${declarations}
void register_all_operators(schema::TableBuilder&);
void register_all_operators(schema::TableBuilder& ${parameter}) {
${calls}}

}  // namespace heddle::ops
")
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "${text}" @ONLY)
