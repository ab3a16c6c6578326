# The two libraries others link, libheddle.so and libheddle.a, and what `cmake --install` puts where:
#
#   bin/heddle                      the command (cli/CMakeLists.txt)
#   include/heddle/*.h              the public C++ API
#   include/heddle/internals/       the headers of the layers the API shows (row `face include/heddle` of layers.txt)
#   lib/libheddle.so, libheddle.a
#   lib/cmake/Heddle                find_package(Heddle): targets Heddle::heddle and Heddle::heddle_static
#   lib/pkgconfig/heddle.pc         pkg-config heddle

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(heddle_static)  # heddle_static_objects

set(objects "")
foreach(layer IN LISTS HEDDLE_LAYERS)
  list(APPEND objects "$<TARGET_OBJECTS:heddle_${layer}>")
endforeach()

add_library(heddle_shared SHARED ${objects})
target_link_libraries(heddle_shared PRIVATE $<BUILD_INTERFACE:heddle_threading> $<BUILD_INTERFACE:heddle_kernel_libraries>
                      $<BUILD_INTERFACE:ZLIB::ZLIB> PUBLIC Threads::Threads)
# Calls between our own functions go straight to them; what nobody reaches is left out.
# Never unloaded: its threads may outlive a dlclose().
target_link_options(heddle_shared PRIVATE -Wl,-z,nodelete -Wl,--no-undefined -Wl,-Bsymbolic-functions -Wl,--gc-sections)
set_target_properties(heddle_shared PROPERTIES OUTPUT_NAME heddle EXPORT_NAME heddle LINKER_LANGUAGE CXX
                      VERSION "${PROJECT_VERSION}" SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")

add_library(heddle_static STATIC ${heddle_static_objects})
target_link_libraries(heddle_static PUBLIC Threads::Threads
                      INTERFACE "$<INSTALL_INTERFACE:${HEDDLE_PRIVATE_LIBRARIES}>")
set_target_properties(heddle_static PROPERTIES OUTPUT_NAME heddle LINKER_LANGUAGE CXX)

foreach(target IN ITEMS heddle_shared heddle_static)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/heddle/internals>")
endforeach()

install(TARGETS heddle_shared heddle_static EXPORT HeddleTargets
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT HeddleTargets NAMESPACE Heddle:: DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Heddle")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/heddle" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h")
foreach(layer IN LISTS HEDDLE_PUBLIC_LAYERS)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/${layer}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/heddle/internals"
          FILES_MATCHING PATTERN "*.h")
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/HeddleConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/generated/HeddleConfig.cmake" INSTALL_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Heddle")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/generated/HeddleConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/generated/HeddleConfig.cmake"
              "${PROJECT_BINARY_DIR}/generated/HeddleConfigVersion.cmake"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Heddle")

# Relative, so that the file stays true wherever the tree is put.
file(RELATIVE_PATH HEDDLE_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" HEDDLE_PC_TO_PREFIX "${HEDDLE_PC_TO_PREFIX}")
list(JOIN HEDDLE_PRIVATE_LIBRARIES " -l" HEDDLE_LIBS_PRIVATE)
configure_file("${PROJECT_SOURCE_DIR}/cmake/heddle.pc.in" "${PROJECT_BINARY_DIR}/generated/heddle.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/generated/heddle.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
