#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/evaluate/measures.h"

namespace heartlab {

struct AgreementOptions {
  Path data;   // one observer's
  Path other;  // the other's
  std::string subset = "all";
  Path out;

  // The object must outlive the table.
  OptionTable table();
};

// How two observers outlined the same images.
struct Agreement {
  std::string other;      // the other's data set, as evaluation.data
  Evaluation evaluation;  // the first observer as truth, the other as prediction
  std::vector<std::string> only_first, only_other;  // images without a partner: patient/stem
  // The other's area less the first's, after Bland and Altman (Lancet 327:307, 1986): mean and
  // limits of agreement (1.96 standard deviations either way); in mm2 where every spacing is known,
  // else in pixels of the source image.
  double area_bias = 0, area_low = 0, area_high = 0;
  bool in_millimetres = false;

  nlohmann::ordered_json to_json() const;
};

// Pairs the images of two data sets by patient and name. An Error where they are of other targets
// or sizes, an image of a pair differs, or there is no pair.
Agreement agreement(const Dataset& first, const Dataset& other, const std::string& subset);

std::string agreement_markdown(const Agreement& found);

// Writes OPTIONS.out whole or not at all: agreement.json, agreement.md, per_image.csv,
// manifest.json.
Agreement write_agreement(const AgreementOptions& options);

}  // namespace heartlab
