#pragma once

#include "heartlab/dicom/attributes.h"
#include "heartlab/image/geometry.h"

namespace heartlab {

// Plane position, orientation, pixel measures (PS3.3 C.7.6.2, C.7.6.16.2). What is absent or makes
// no sense stays unknown; the latter is added to `remarks`.
Geometry read_geometry(const FrameAttributes& attributes, std::vector<std::string>& remarks);

}  // namespace heartlab
