# The Debian packages of `make deb`: heartlab (the program, libheartlab, the networks),
# heartlab-learning (what needs libtorch) and heartlab-dev (headers, CMake's package).
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_VENDOR HeartLab)
set(CPACK_PACKAGE_CONTACT "HeartLab developers <heartlab@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program dev)
if(HEARTLAB_LEARNING)
  list(APPEND CPACK_COMPONENTS_ALL learning)
endif()

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${HEARTLAB_LIBRARIES})

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME heartlab)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"DeepLab segmentation of short-axis heart MRI
 Draws the left ventricle's cavity and myocardium on DICOM and PNG images, prepares data sets and
 judges networks. With two trained networks. Not a medical device.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS heartlab-learning)

set(CPACK_DEBIAN_LEARNING_PACKAGE_NAME heartlab-learning)
set(CPACK_DEBIAN_LEARNING_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LEARNING_PACKAGE_DEPENDS "heartlab (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_LEARNING_DESCRIPTION
"training and GPUs for HeartLab, on libtorch
 What `heartlab train`, --engine torch and --device cuda load.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME heartlab-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "heartlab (= ${PROJECT_VERSION}), libfmt-dev, nlohmann-json3-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION
"HeartLab for programs of others, development files
 The C interface heartlab.h, the C++ headers and CMake's package.")
include(CPack)
