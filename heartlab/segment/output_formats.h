#pragma once

#include <string>
#include <vector>

namespace heartlab {

// What `heartlab segment` writes.
struct OutputFormats {
  bool png = false;                                                // an image: mask and overlay
  bool json = false;                                               // an image: contours
  bool seg = false, rtstruct = false, nifti = false, mat = false;  // a series of DICOM images
  bool probabilities = false;  // beside each mask what it was cut from

  // The names that `--write` takes; the struct of those in `names`.
  static std::vector<std::string> names();
  static OutputFormats of(const std::vector<std::string>& names);

  std::vector<std::string> chosen() const;

  bool of_images() const { return png || json; }
  bool of_series() const { return seg || rtstruct || nifti || mat; }
};

// The endings of all result files behind their stems: what an earlier call may have left.
const std::vector<std::string>& result_endings();

// Whether a file's name is that of a result, or of what is written about all of them.
bool is_result(const std::string& name);
bool is_table(const std::string& name);

}  // namespace heartlab
