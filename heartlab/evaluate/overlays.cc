#include "heartlab/evaluate/overlays.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "heartlab/evaluate/markup.h"
#include "heartlab/image/contour.h"
#include "heartlab/image/png.h"

namespace heartlab {
namespace {

// A square part of the image.
struct Crop {
  int row = 0, column = 0, side = 0;
};

// A square about the set pixels of all masks: twice as wide as they are, at least 0.4 of the image.
Crop crop_around(const std::vector<const Mask*>& masks, int side) {
  int top = side, left = side, bottom = -1, right = -1;
  for (const Mask* mask : masks) {
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < side; ++column) {
        if (mask->at(row, column) == 0) continue;
        top = std::min(top, row);
        bottom = std::max(bottom, row);
        left = std::min(left, column);
        right = std::max(right, column);
      }
    }
  }
  if (bottom < 0) return {0, 0, side};
  const int extent = std::max(bottom - top, right - left) + 1;
  const int wanted = std::max(2 * extent, static_cast<int>(std::lround(0.4 * side)));
  Crop crop;
  crop.side = std::min(side, wanted);
  crop.row = std::clamp((top + bottom - crop.side) / 2, 0, side - crop.side);
  crop.column = std::clamp((left + right - crop.side) / 2, 0, side - crop.side);
  return crop;
}

GreyImage cut(const GreyImage& image, const Crop& crop) {
  GreyImage part(crop.side, crop.side);
  for (int row = 0; row < crop.side; ++row) {
    for (int column = 0; column < crop.side; ++column) {
      part.at(row, column) = image.at(crop.row + row, crop.column + column);
    }
  }
  return part;
}

std::string path_of(const Mask& mask, const Crop& crop) {
  std::string path;
  for (const auto& contour : trace(mask)) {
    const char* command = "M";
    for (const auto& point : contour.points) {
      path += fmt::format("{}{:.1f} {:.1f}", command, point.x - crop.column + 0.5,
                          point.y - crop.row + 0.5);
      command = "L";
    }
    path += "Z";
  }
  return path;
}

std::string outline(const Mask& mask, const Crop& crop, Colour colour, const std::string& dashes) {
  return fmt::format(
      R"(<path d="{}" fill="none" stroke="{}" stroke-width="{:.2f}" stroke-linejoin="round"{}/>)",
      path_of(mask, crop), hex(colour), crop.side / 130.0, dashes);
}

std::string drawing(const Dataset& dataset, const ImageRecord& record, const Crop& crop) {
  const Bytes png = encode_png(stretch(cut(dataset.image_raster(record.index), crop)));
  const double dash = crop.side / 55.0;
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" role="img" )"
      R"(aria-label="{1}"><image width="{0}" height="{0}" href="data:image/png;base64,{2}"/>)"
      R"(<g class="outlines">{3}{4}</g></svg>)",
      crop.side, escape(record.patient + " " + record.stem), base64(png),
      outline(dataset.structure(record.index), crop, kTruthColour, ""),
      outline(record.prediction, crop, kPredictionColour,
              fmt::format(R"( stroke-dasharray="{:.2f} {:.2f}")", dash, dash * 0.6)));
}

}  // namespace

std::vector<ShownImage> choose_examples(const Evaluation& evaluation, int count) {
  std::vector<const ImageRecord*> drawn;
  for (const auto& record : evaluation.records) {
    if (!record.missed) drawn.push_back(&record);
  }
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const auto* a, const auto* b) { return a->dice > b->dice; });
  const int total = static_cast<int>(drawn.size());
  const int each = std::min(count, std::max(total / 3, 1));
  std::vector<ShownImage> examples;
  const auto take = [&](const char* role, int first) {
    for (int i = first; i < std::min(first + each, total); ++i) {
      examples.push_back({role, drawn[static_cast<std::size_t>(i)]});
    }
  };
  take("best", 0);
  if (total > 2) take("median", std::max(each, (total - each) / 2));
  if (total > 1) take("worst", total - each);
  for (const auto& record : evaluation.records) {
    if (record.missed) examples.push_back({"missed", &record});
  }
  return examples;
}

std::string file_name(const ShownImage& example, int number) {
  std::string name = fmt::format("{}-{}-{}-{}", example.role, number, example.record->patient,
                                 example.record->stem);
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.') {
      c = '_';
    }
  }
  return name + ".png";
}

ColourImage overlay_picture(const Dataset& dataset, const ImageRecord& record) {
  return overlay(dataset.image_raster(record.index), dataset.structure(record.index),
                 record.prediction);
}

std::string overlay_svg(const Dataset& dataset, const ImageRecord& record) {
  return overlay_svgs(dataset, {&record}).front();
}

std::vector<std::string> overlay_svgs(const Dataset& dataset,
                                      const std::vector<const ImageRecord*>& records) {
  std::vector<const Mask*> masks;
  const Mask truth = dataset.structure(records.at(0)->index);
  masks.push_back(&truth);
  for (const auto* record : records) masks.push_back(&record->prediction);
  const Crop crop = crop_around(masks, dataset.side());
  std::vector<std::string> drawings;
  for (const auto* record : records) drawings.push_back(drawing(dataset, *record, crop));
  return drawings;
}

}  // namespace heartlab
