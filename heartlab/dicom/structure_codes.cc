#include "heartlab/dicom/structure_codes.h"

namespace heartlab {

StructureCodes codes_of(const std::string& structure) {
  constexpr Code kTissue{"85756007", "SCT", "Tissue"};
  constexpr Code kLeftVentricle{"87878005", "SCT", "Left Ventricle"};
  if (structure == "cavity") {
    return {"Left ventricular cavity",
            {"91720002", "SCT", "Body Substance"},
            {"87612001", "SCT", "Blood"},
            kLeftVentricle,
            {45537, 42360, 52296}};
  }
  if (structure == "myocardium") {
    return {"Left ventricular myocardium",
            kTissue,
            {"49848007", "SCT", "Left Ventricle Myocardium"},
            kLeftVentricle,
            {39850, 34270, 17190}};
  }
  return {structure, kTissue, kTissue, {"80891009", "SCT", "Heart"}, {47751, 17549, 41685}};
}

}  // namespace heartlab
