#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "heartlab/prepare/dataset.h"

namespace heartlab {

// Everything `heartlab prepare` found out, on its way to disk.
struct DatasetContents {
  std::string target;
  Preparation preparation;
  std::vector<PackedSample> samples;
  nlohmann::ordered_json summary, manifest;
};

// Fills the folder of a data set: dataset.safetensors, png/images and png/labels (255 = the
// structure), contact_sheet.png, summary.json, manifest.json. Stops where a signal has come.
void write_contents(const Path& folder, const DatasetContents& contents);

// Up to 24 images spread over the patients, the structure's outline on them; of partial labels that
// of what is not judged.
ColourImage make_contact_sheet(const std::vector<PackedSample>& samples);

}  // namespace heartlab
