# libheartlab: the running half as one shared library. The program and libheartlab-learning.so link
# it before the areas, so that what it holds exists once in a process; programs of others embed it.
add_library(libheartlab SHARED)
foreach(area core image image_png dicom prepare_core model segment segment_onednn train_options
             learning)
  target_sources(libheartlab PRIVATE $<TARGET_OBJECTS:heartlab_${area}>)
endforeach()
target_link_libraries(libheartlab PRIVATE heartlab_learning)
target_link_options(libheartlab PRIVATE
  -Wl,--as-needed -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/library.map)
set_target_properties(libheartlab PROPERTIES
  OUTPUT_NAME heartlab
  EXPORT_NAME heartlab
  LINKER_LANGUAGE CXX
  LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/library.map
  LIBRARY_OUTPUT_DIRECTORY ${HEARTLAB_LIBRARIES}
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
install(TARGETS libheartlab)
