#include "heartlab/image/contour.h"
#include "heartlab/labels/labels.h"
#include "heartlab/segment/series_files.h"

namespace heartlab {
namespace {

// The first polygon that is a hole, or none; trace() gives the longest first.
Contour first_of(const std::vector<Contour>& borders, bool hole) {
  for (const auto& border : borders) {
    if ((signed_area(border) > 0) == hole) return border;
  }
  return {};
}

LabelledContours label_of(const DrawnSeries& series, std::size_t index,
                          const std::vector<Contour>& borders) {
  const SourceFrame& frame = series.frames[index];
  LabelledContours label;
  label.patient = frame.place.patient;
  // `heartlab prepare` knows the frame of a multi-frame file by its number.
  label.instance_number = frame.frames > 1 ? frame.place.frame + 1 : frame.place.instance_number;
  label.image_name = series.names[index];
  label.rows = frame.rows;
  label.columns = frame.columns;
  const bool is_cavity = series.structure == "cavity";
  (is_cavity ? label.endocardium : label.epicardium) = first_of(borders, false);
  if (!is_cavity) label.endocardium = first_of(borders, true);
  return label;
}

// Whether who reads it gets the mask: a muscle whose cavity is not drawn is taken for one whose
// endocardium is not known.
bool is_whole(const DrawnSeries& series, const LabelledContours& label, const Mask& mask) {
  if (series.structure != "cavity" && label.endocardium.points.empty()) return false;
  return rasterise(std::vector<Contour>{label.endocardium, label.epicardium}, mask.rows,
                   mask.columns) == mask;
}

}  // namespace

int write_matlab_borders(const Path& file, const DrawnSeries& series) {
  std::vector<LabelledContours> labels;
  int cut = 0;
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    if (series.masks[i].is_empty()) continue;
    const Mask mask = series.masks[i].raster();
    labels.push_back(label_of(series, i, trace(mask)));
    if (!is_whole(series, labels.back(), mask)) ++cut;
  }
  const SourceFrame& first = series.frames.front();
  write_matlab_contours(file, first.place.patient, labels, first.place.geometry.spacing.row,
                        first.place.geometry.spacing.column);
  return cut;
}

}  // namespace heartlab
