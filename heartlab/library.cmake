# libheartlab: the running half as one shared library. The program and libheartlab-learning.so link
# it before the areas, so that what it holds exists once in a process; programs of others embed it.
add_library(libheartlab SHARED)
foreach(area core image image_png dicom prepare_core model segment segment_onednn train_options
             learning capi)
  target_sources(libheartlab PRIVATE $<TARGET_OBJECTS:heartlab_${area}>)
endforeach()
target_link_libraries(libheartlab PRIVATE heartlab_capi)
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
heartlab_finds_libraries(libheartlab)

# What programs of others may include: the C interface as <heartlab.h>, and for C++ what opening a
# model, reading an image and segmenting it need.
set(headers
  core/error.h core/file_mark.h core/files.h core/options.h core/tensor_file.h
  dicom/reader.h
  image/contour.h image/geometry.h image/png.h image/raster.h image/square_map.h
  learning/open_segmenter.h
  model/confidence.h model/model_file.h model/network_options.h model/quantisation.h
  prepare/dataset.h prepare/preparation.h prepare/standardisation.h
  segment/clean_up.h segment/crf.h segment/profile.h segment/segmenter.h)
list(TRANSFORM headers PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
target_sources(libheartlab PUBLIC
  FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR} FILES ${headers}
  FILE_SET c TYPE HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/capi
           FILES ${CMAKE_CURRENT_SOURCE_DIR}/capi/heartlab.h)
