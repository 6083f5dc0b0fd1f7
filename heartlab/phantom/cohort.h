#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/core/options.h"
#include "heartlab/phantom/patient.h"

namespace heartlab {

struct PhantomOptions {
  int patients = 8;
  int slices = 6;               // from base to apex
  int phases = 2;               // 2 = end diastole and end systole; more = the whole heartbeat
  int size = 256;               // rows and columns
  double pixel_spacing = 1.37;  // millimetres, mean of the cohort
  double noise = 0.02;          // standard deviation, blood = 1
  int dark = -1;                // patients with dark pictures; -1 = one in eight
  bool signed_pixels = false;
  double scar = 0;  // share of the left ventricle's muscle; above 0: pictures of late enhancement
  std::uint64_t seed = 1;
  Path out;

  OptionTable table();
};

// The patients of a cohort; the same options give the same patients. An Error where options do not
// go together: more dark patients than patients, a picture too small to hold a heart.
std::vector<PhantomPatient> draw_cohort(const PhantomOptions& options);

// Writes OUT whole or not at all: dicom/<patient>/NNNN.dcm (NNNN = InstanceNumber),
// matlab/<patient>.mat with both contours of every image, truth.json and manifest.json. Gives what
// truth.json holds.
nlohmann::ordered_json write_phantom(const PhantomOptions& options);

}  // namespace heartlab
