#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace heartlab {

// A coded concept (PS3.3 8.1).
struct Code {
  const char* value;
  const char* scheme;  // "SCT", "DCM"
  const char* meaning;
};

// How a structure is called in DICOM objects. SNOMED CT codes from the context groups of PS3.16:
// the cavity is Blood (CID 7166) in the Left Ventricle (CID 7152), papillary muscles included as
// the contours have it; the myocardium is Left Ventricle Myocardium (CID 12305).
struct StructureCodes {
  std::string label;  // "Left ventricular cavity"
  Code category;      // CID 7150
  Code type;
  Code region;
  std::array<std::uint16_t, 3> cielab;  // recommended display colour (PS3.3 C.10.7.1.1)
};

// Of "cavity" and "myocardium"; of any other name, that name as the label of a Tissue in the Heart.
StructureCodes codes_of(const std::string& structure);

}  // namespace heartlab
