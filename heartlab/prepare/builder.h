#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/core/options.h"
#include "heartlab/labels/labels.h"

namespace heartlab {

struct PrepareOptions {
  std::vector<Path> images;           // folders or files, DICOM or PNG
  std::vector<Path> labels;           // folders or files
  std::vector<Path> partial_labels;   // of the endocardium alone; empty = none
  std::string label_format = "auto";  // auto, matlab, scd, png
  std::string target = "myocardium";  // myocardium, cavity
  int size = 513;
  double spacing = 0;  // of the square's pixels, mm; 0 = the whole image fits in
  std::vector<double> split = {0.7, 0.1, 0.2};  // train, validation, test, by patient
  std::vector<std::string> validation_patients, test_patients;  // explicit lists win over split
  std::uint64_t seed = 1;
  std::vector<int> label_offset = {0, 0};          // DX,DY whole pixels, added to label coordinates
  std::vector<int> partial_label_offset = {0, 0};  // the same of the partial labels
  double partial_wall = 3;                         // mm around the endocardium where it does lie
  double partial_margin = 30;  // mm around the endocardium where the myocardium may lie
  std::string standardise = "dataset";
  bool window = false;                // 8 bits by the DICOM window instead of min..max
  bool robust = false;                // 8 bits by percentiles 0.5 and 99.5 instead
  bool n4 = false;                    // N4 bias field correction before the 8 bits
  double clahe = 0;                   // clip limit of equalised(); 0 = not done
  bool strict = false;                // the first bad file is fatal
  std::vector<int> structure_values;  // class map of PNG masks
  std::vector<int> other_values;      // its other structures
  MatlabLayout matlab;
  Path out;

  OptionTable table();
};

// One side of the split.
struct SubsetSummary {
  std::string name;  // train, validation, test
  int images = 0;
  std::vector<std::string> patients;
};

// What `heartlab prepare` prints and DATASET/summary.json holds.
struct PrepareSummary {
  int patients = 0, images = 0;
  int partial_images = 0;                     // of them, with the endocardium alone
  std::vector<std::string> partial_left_out;  // patient/stem, of the other sides than training
  std::vector<SubsetSummary> subsets;
  std::vector<std::string> unmatched_images, unmatched_labels;  // path: reason
  std::vector<std::string> skipped;                             // path: reason
  std::vector<std::string> remarks;      // accepted oddities, counted by kind
  std::vector<std::string> dark_images;  // patient/stem
  std::vector<std::string> still_dark;   // as the network sees them: patient/stem
  int empty_labels = 0;                  // images on which the structure is nowhere
  double mean_pixel = 0;
  std::vector<double> class_frequencies;  // structure, background
  nlohmann::ordered_json to_json() const;
};

// Pairs images with labels, of the myocardium those of the training side that have none also with
// partial labels, and writes DATASET whole or not at all: dataset.safetensors, png/,
// contact_sheet.png, summary.json, manifest.json.
PrepareSummary prepare_dataset(const PrepareOptions& options);

}  // namespace heartlab
