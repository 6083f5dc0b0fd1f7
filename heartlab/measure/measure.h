#pragma once

#include <nlohmann/json.hpp>

#include "heartlab/measure/enhancement.h"
#include "heartlab/measure/segments.h"
#include "heartlab/measure/volumes.h"

namespace heartlab {

struct StackOptions {
  VolumeOptions volumes;
  SegmentOptions segments;
};

// Everything that is measured on one short-axis stack.
struct StackMeasurements {
  StackLayout layout;
  Volumes volumes;
  WallThickness walls;
  std::optional<Enhancement> enhancement;  // only of late enhancement images

  // Of all of them, in this order.
  std::vector<std::string> remarks() const;
};

// The images may come in any order. Nothing throws but what VolumeOptions asks wrongly: what cannot
// be measured says why in its place.
StackMeasurements measure_stack(const std::vector<StackImage>& images, const StackOptions& options);

// A quantity as it stands in tables and in a report.
struct NamedQuantity {
  const char* column;  // "LVEDV"
  const char* unit;    // UCUM: "ml", "%", "g"
  const Measured* measured;
};
std::vector<NamedQuantity> quantities_of(const StackMeasurements& measurements);

// Those of late enhancement; none where it was not measured.
std::vector<NamedQuantity> enhancement_quantities_of(const StackMeasurements& measurements);

// What is not known and why, quantities of one reason together: "no LVESV, LVSV: ...".
std::vector<std::string> refusals_of(const StackMeasurements& measurements);

// What measurements.json holds of one stack.
nlohmann::ordered_json to_json(const StackMeasurements& measurements);

// The columns of measurements.csv behind those that name the stack, and one stack's fields; what is
// not known is empty.
std::vector<std::string> csv_columns();
std::vector<std::string> csv_fields(const StackMeasurements& measurements);

// volumes.csv: a line a phase.
std::string volumes_csv(const StackMeasurements& measurements);

}  // namespace heartlab
