#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"
#include "heartlab/segment/output_formats.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// Sizes of a segmented structure on one image.
struct Measurement {
  std::size_t area_px = 0;
  std::optional<double> area_mm2;  // where the spacing is known
  int components = 0;
  double mean_probability = 0;       // over the structure's pixels; 0 where there is none
  std::optional<double> confidence;  // of Segmentation
};

Measurement measure(const Segmentation& segmentation, PixelSpacing spacing);

// What <stem>_contours.json holds: image size, spacing, and every border of the mask as a polygon
// in pixels and in millimetres (docs/how-to/segment.md): patient coordinates (LPS) where the file
// places the image in the patient, in-plane x and y where only the spacing is known, null
// otherwise.
nlohmann::ordered_json contours_json(const Mask& mask, const Geometry& geometry,
                                     const std::string& target);

// The header of areas.csv, and one image's line.
std::string areas_header();
std::string areas_line(const std::string& file, int frame, const Measurement& measurement,
                       const std::string& mask_file);

// The probability of 0 to 1 as 0 to 255.
GreyImage probability_bytes(const Image& probability);

// Writes of <stem>_mask.png (255 = the structure), <stem>_overlay.png, <stem>_probability.png and
// <stem>_contours.json what is asked for into the folder, all or none. Gives the files' names.
std::vector<std::string> write_segmentation(const Path& folder, const std::string& stem,
                                            const GreyImage& image,
                                            const Segmentation& segmentation,
                                            const nlohmann::ordered_json& contours,
                                            const OutputFormats& formats);

}  // namespace heartlab
