#include "heartlab/segment/outputs.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "heartlab/core/csv.h"
#include "heartlab/core/error.h"
#include "heartlab/image/contour.h"
#include "heartlab/image/draw.h"
#include "heartlab/image/outlines.h"
#include "heartlab/image/png.h"
#include "heartlab/image/regions.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value, double unit) { return std::round(value / unit) * unit; }

Json in_millimetres(const Point& point, const Geometry& geometry) {
  const double along_row = point.x * geometry.spacing.column;
  const double down_column = point.y * geometry.spacing.row;
  constexpr double kUnit = 1e-4;
  if (!geometry.in_patient) return {rounded(along_row, kUnit), rounded(down_column, kUnit)};
  Json place = Json::array();
  for (const double value : in_patient(point, geometry)) place.push_back(rounded(value, kUnit));
  return place;
}

Json contour_entry(const Contour& contour, const Geometry& geometry) {
  const double pixels = std::abs(signed_area(contour));
  Json entry{{"kind", signed_area(contour) > 0 ? "hole" : "outer"},
             {"area_px", pixels},
             {"area_mm2", nullptr},
             {"pixels", Json::array()},
             {"millimetres", nullptr}};
  for (const auto& point : contour.points) entry["pixels"].push_back({point.x, point.y});
  if (!geometry.spacing.known()) return entry;
  entry["area_mm2"] = pixels * geometry.spacing.row * geometry.spacing.column;
  entry["millimetres"] = Json::array();
  for (const auto& point : contour.points) {
    entry["millimetres"].push_back(in_millimetres(point, geometry));
  }
  return entry;
}

std::string millimetre_frame(const Geometry& geometry) {
  if (!geometry.spacing.known()) return "unknown";
  return geometry.in_patient ? "patient" : "image plane";
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Measurement measure(const Segmentation& segmentation, PixelSpacing spacing) {
  Measurement result;
  result.confidence = segmentation.confidence;
  result.area_px = count_set(segmentation.mask);
  result.components = count_components(segmentation.mask);
  if (spacing.known()) {
    result.area_mm2 = static_cast<double>(result.area_px) * spacing.row * spacing.column;
  }
  double sum = 0;
  for (std::size_t i = 0; i < segmentation.mask.pixels.size(); ++i) {
    if (segmentation.mask.pixels[i] != 0) sum += double(segmentation.probability.pixels[i]);
  }
  if (result.area_px > 0) result.mean_probability = sum / static_cast<double>(result.area_px);
  return result;
}

Json contours_json(const Mask& mask, const Geometry& geometry, const std::string& target) {
  Json json{{"structure", target}, {"rows", mask.rows}, {"columns", mask.columns}};
  json["pixel_spacing_mm"] = geometry.spacing.known()
                                 ? Json{geometry.spacing.row, geometry.spacing.column}
                                 : Json(nullptr);
  json["millimetre_frame"] = millimetre_frame(geometry);
  json["contours"] = Json::array();
  for (const auto& contour : trace(mask)) {
    json["contours"].push_back(contour_entry(contour, geometry));
  }
  return json;
}

std::string areas_header() {
  return "file,frame,area_px,area_mm2,components,mean_probability,confidence,mask\n";
}

std::string areas_line(const std::string& file, int frame, const Measurement& measurement,
                       const std::string& mask_file) {
  return csv_line(
      {file, frame > 0 ? std::to_string(frame) : "", std::to_string(measurement.area_px),
       measurement.area_mm2 ? fmt::format("{:.2f}", *measurement.area_mm2) : "",
       std::to_string(measurement.components),
       measurement.area_px > 0 ? fmt::format("{:.4f}", measurement.mean_probability) : "",
       measurement.confidence ? fmt::format("{:.3f}", *measurement.confidence) : "", mask_file});
}

GreyImage probability_bytes(const Image& probability) {
  GreyImage bytes(probability.rows, probability.columns);
  std::ranges::transform(probability.pixels, bytes.pixels.begin(), [](float share) {
    return static_cast<std::uint8_t>(std::lround(255 * share));
  });
  return bytes;
}

std::vector<std::string> write_segmentation(const Path& folder, const std::string& stem,
                                            const GreyImage& image,
                                            const Segmentation& segmentation, const Json& contours,
                                            const OutputFormats& formats) {
  if (!formats.of_images()) return {};
  make_folder(folder);
  std::vector<std::string> names;
  const auto file = [&](const char* ending) {
    names.push_back(stem + ending);
    return folder / names.back();
  };
  try {
    if (formats.png) {
      Mask white = segmentation.mask;
      for (auto& pixel : white.pixels) pixel = pixel != 0 ? 255 : 0;
      write_png(file("_mask.png"), white);
      write_png(file("_overlay.png"), overlay(image, {}, segmentation.mask));
    }
    if (formats.probabilities) {
      write_png(file("_probability.png"), probability_bytes(segmentation.probability));
    }
    if (formats.json) write_text(file("_contours.json"), line_of(contours));
  } catch (...) {  // an image has all its results or none
    std::error_code ignored;
    for (const auto& name : names) std::filesystem::remove(folder / name, ignored);
    throw;
  }
  return names;
}

}  // namespace heartlab
