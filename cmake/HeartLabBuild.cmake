# What every target of the project shares: warnings as errors, sanitizers, ccache, and the two
# functions with which an area and its tests are declared.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# What is slow to run is computed by libraries; a third of the build's time is worth more.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(HEARTLAB_CCACHE ccache)
if(HEARTLAB_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HEARTLAB_CCACHE})
endif()

# Side by side, as they are installed.
set(HEARTLAB_LIBRARIES ${CMAKE_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR})

# heartlab_finds_libraries(TARGET FOLDER...): where what is installed looks for libraries, in the build too.
# A search path of the build's own would get an empty entry at its end, by which the loader takes libraries
# from the folder the program is called in.
function(heartlab_finds_libraries target)
  set_target_properties(${target} PROPERTIES
    BUILD_WITH_INSTALL_RPATH ON
    INSTALL_RPATH "${ARGN}"
    INSTALL_RPATH_USE_LINK_PATH ON)
endfunction()
# $<LINK_LIBRARY:FIRST,libheartlab>: kept even where nothing before it on the command line needs it,
# so that the areas after it are not linked in a second time.
set(CMAKE_LINK_LIBRARY_USING_FIRST
    "LINKER:--no-as-needed" "<LINK_ITEM>" "LINKER:--as-needed")
set(CMAKE_LINK_LIBRARY_USING_FIRST_SUPPORTED TRUE)

add_library(heartlab_flags INTERFACE)
target_include_directories(heartlab_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(heartlab_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror
                                                -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12 on std::string operator+ (GCC bug 105651).
  target_compile_options(heartlab_flags INTERFACE -Wno-restrict)
  # What GCC 12 says is an error. Later ones follow values through the optimiser and are wrong about
  # standard containers (GCC bugs 107852, 109642): they only warn of that.
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    target_compile_options(heartlab_flags INTERFACE -Wno-error=array-bounds
                           -Wno-error=stringop-overflow -Wno-error=dangling-reference)
  endif()
endif()
if(HEARTLAB_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined
                 -fno-omit-frame-pointer)
  if(HEARTLAB_FUZZ)
    list(APPEND sanitizers -fsanitize=fuzzer-no-link)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 loses sight of what the standard library sets up behind the checks.
    list(APPEND sanitizers -Wno-maybe-uninitialized)
  endif()
  target_compile_options(heartlab_flags INTERFACE ${sanitizers})
  target_link_options(heartlab_flags INTERFACE ${sanitizers})
endif()

# heartlab_area(NAME SOURCES a.cc ... USES heartlab_core PkgConfig::X ...)
# One area of the ladder as the static library heartlab_NAME. USES names what stands below it.
# TOGETHER n: n files are compiled as one where HEARTLAB_UNITY is on (5 where nothing is said): reading
# headers takes a compiler longer than reading the code. Precompiled headers are not used: they save it a
# twelfth of that, and the compiler fails where it cannot map them.
function(heartlab_area name)
  cmake_parse_arguments(ARG "" "TOGETHER" "SOURCES;USES" ${ARGN})
  add_library(heartlab_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(heartlab_${name} PUBLIC heartlab_flags ${ARG_USES})
  set_target_properties(heartlab_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(NOT ARG_TOGETHER)
    set(ARG_TOGETHER 5)
  endif()
  set_target_properties(heartlab_${name} PROPERTIES UNITY_BUILD ${HEARTLAB_UNITY}
                                                    UNITY_BUILD_BATCH_SIZE ${ARG_TOGETHER})
endfunction()

# heartlab_test(AREA SOURCES a_test.cc ... USES heartlab_x ...): the tests of one area.
function(heartlab_test area)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_executable(heartlab_${area}_test ${ARG_SOURCES})
  target_link_libraries(heartlab_${area}_test PRIVATE heartlab_test_support ${ARG_USES}
                                                      GTest::gmock GTest::gtest_main)
  set_target_properties(heartlab_${area}_test PROPERTIES UNITY_BUILD ${HEARTLAB_UNITY}
                                                         UNITY_BUILD_BATCH_SIZE 4)
  gtest_discover_tests(heartlab_${area}_test TEST_PREFIX ${area}. DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 300)
endfunction()

# heartlab_fuzz(NAME USES heartlab_x ...): the fuzz target NAME_fuzz from NAME_fuzz.cc.
function(heartlab_fuzz name)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  add_executable(${name}_fuzz ${name}_fuzz.cc)
  target_link_libraries(${name}_fuzz PRIVATE ${ARG_USES})
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
endfunction()
