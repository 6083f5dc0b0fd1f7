# What `cmake --install` puts where, in three components that are also the Debian packages:
# program, learning (all that needs libtorch) and dev.
include(CMakePackageConfigHelpers)

set(HEARTLAB_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/heartlab)
set(HEARTLAB_MODELS ${CMAKE_INSTALL_DATADIR}/heartlab/models)

install(TARGETS heartlab RUNTIME COMPONENT program)
install(TARGETS libheartlab EXPORT heartlabTargets
  LIBRARY COMPONENT program NAMELINK_COMPONENT dev
  FILE_SET HEADERS COMPONENT dev
  FILE_SET c COMPONENT dev)
if(HEARTLAB_LEARNING)
  install(TARGETS heartlab_learning_module LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
          COMPONENT learning)
endif()

install(EXPORT heartlabTargets NAMESPACE heartlab:: DESTINATION ${HEARTLAB_PACKAGE} COMPONENT dev)
configure_package_config_file(cmake/heartlabConfig.cmake.in heartlabConfig.cmake
  INSTALL_DESTINATION ${HEARTLAB_PACKAGE} PATH_VARS HEARTLAB_MODELS)
write_basic_package_version_file(heartlabConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/heartlabConfig.cmake ${CMAKE_BINARY_DIR}/heartlabConfigVersion.cmake
        DESTINATION ${HEARTLAB_PACKAGE} COMPONENT dev)

file(GLOB cards CONFIGURE_DEPENDS models/*.md models/*.safetensors)
install(FILES ${cards} DESTINATION ${HEARTLAB_MODELS} COMPONENT program)
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/heartlab COMPONENT program)
# Debian's systemd looks there whatever the prefix's library folder is.
install(FILES packaging/heartlab-node.service DESTINATION lib/systemd/system COMPONENT program)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program RENAME copyright)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)

# Packages are made of what is built, without building tests and benches first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(HeartLabPackages)
