# Report pages: heddle_web_pages(TARGET PAGE...) bundles web/PAGE, with the packages of web/package.json, into one HTML
# file each when TARGET is built, and gives TARGET a source that holds them (cli/web_page.h). Where node, npm or the
# packages cannot be had, it warns and the source holds none; HEDDLE_PAGES_BUILT tells which.

# Installs what web/package-lock.json names into web/node_modules, once.
function(heddle_web_packages result)
  set(${result} FALSE PARENT_SCOPE)
  find_program(HEDDLE_NODE node)
  find_program(HEDDLE_NPM npm)
  if(NOT HEDDLE_NODE OR NOT HEDDLE_NPM)
    message(WARNING "No report pages in this build: they need node and npm (scripts/setup --pages).")
    return()
  endif()
  set(web "${PROJECT_SOURCE_DIR}/web")
  set(stamp "${web}/node_modules/.heddle-installed")
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${web}/package-lock.json")
  # Build folders share the packages.
  file(LOCK "${web}" DIRECTORY GUARD FUNCTION TIMEOUT 600 RESULT_VARIABLE unused)
  file(SHA256 "${web}/package-lock.json" wanted)
  set(present "")
  if(EXISTS "${stamp}")
    file(READ "${stamp}" present)
  endif()
  if(NOT present STREQUAL wanted)
    message(STATUS "Installing the packages of web/package-lock.json")
    execute_process(COMMAND "${HEDDLE_NPM}" ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1
                    WORKING_DIRECTORY "${web}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE errors TIMEOUT 300)
    if(failed)
      message(WARNING "No report pages in this build: npm could not install the packages of web/package-lock.json.\n${errors}")
      return()
    endif()
    file(WRITE "${stamp}" "${wanted}")
  endif()
  set(${result} TRUE PARENT_SCOPE)
endfunction()

function(heddle_web_pages target)
  set(folder "${PROJECT_BINARY_DIR}/web")
  set(source "${folder}/web_pages.cpp")
  set(available FALSE)
  if(HEDDLE_PAGES)
    heddle_web_packages(available)
  endif()
  set(HEDDLE_PAGES_BUILT ${available} CACHE INTERNAL "Whether the command holds the report pages")
  if(available)
    file(GLOB_RECURSE inputs CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/web/common/*")
    foreach(page IN LISTS ARGN)
      file(GLOB_RECURSE files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/web/${page}/*")
      list(APPEND inputs ${files})
    endforeach()
    list(TRANSFORM ARGN REPLACE ".+" "${folder}/\\0.html" OUTPUT_VARIABLE pages)
    add_custom_command(OUTPUT "${source}" BYPRODUCTS ${pages}
                       COMMAND "${HEDDLE_NODE}" "${PROJECT_SOURCE_DIR}/web/build.mjs" "${folder}" ${ARGN}
                       DEPENDS ${inputs} "${PROJECT_SOURCE_DIR}/web/build.mjs" "${PROJECT_SOURCE_DIR}/web/package-lock.json"
                       COMMENT "Bundling the report pages" VERBATIM)
  else()
    file(CONFIGURE OUTPUT "${source}" CONTENT
"#include \"cli/web_page.h\"\n
namespace heddle::cli {\n
const WebPage kWebPages[] = {{}};
const size_t kWebPageCount = 0;\n
}  // namespace heddle::cli\n")
  endif()
  target_sources(${target} PRIVATE "${source}")
endfunction()
