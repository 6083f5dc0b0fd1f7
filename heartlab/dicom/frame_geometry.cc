#include "heartlab/dicom/frame_geometry.h"

#include <cmath>

namespace heartlab {
namespace {

constexpr double kDirectionTolerance = 1e-2;  // of length 1, and of the cosine of a right angle

using Vector = std::array<double, 3>;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector scaled(const Vector& v, double factor) {
  return {v[0] * factor, v[1] * factor, v[2] * factor};
}

// Makes the two directions exactly of length 1 and at a right angle; false where they are far off.
bool set_directions(Geometry& geometry, const std::vector<double>& cosines) {
  if (cosines.size() != 6) return false;
  const Vector row{cosines[0], cosines[1], cosines[2]};
  const Vector column{cosines[3], cosines[4], cosines[5]};
  const double row_length = std::sqrt(dot(row, row));
  const double column_length = std::sqrt(dot(column, column));
  if (!(std::abs(row_length - 1) < kDirectionTolerance &&
        std::abs(column_length - 1) < kDirectionTolerance &&
        std::abs(dot(row, column)) < kDirectionTolerance)) {
    return false;
  }
  geometry.row_direction = scaled(row, 1 / row_length);
  const double lean = dot(geometry.row_direction, column);
  Vector upright = column;
  for (std::size_t i = 0; i < 3; ++i) upright[i] -= lean * geometry.row_direction[i];
  geometry.column_direction = scaled(upright, 1 / std::sqrt(dot(upright, upright)));
  return true;
}

PixelSpacing read_spacing(const FrameAttributes& attributes, std::vector<std::string>& remarks) {
  if (!attributes.has(DCM_PixelMeasuresSequence, DCM_PixelSpacing)) return {};
  const auto values = attributes.numbers(DCM_PixelMeasuresSequence, DCM_PixelSpacing);
  if (values.size() == 2 && values[0] > 0 && values[1] > 0) return {values[0], values[1]};
  remarks.emplace_back("PixelSpacing is not two positive numbers");
  return {};
}

}  // namespace

Geometry read_geometry(const FrameAttributes& attributes, std::vector<std::string>& remarks) {
  Geometry geometry;
  geometry.spacing = read_spacing(attributes, remarks);
  const auto thickness = attributes.number(DCM_PixelMeasuresSequence, DCM_SliceThickness);
  if (thickness && *thickness > 0) geometry.slice_thickness = *thickness;

  const bool stated = attributes.has(DCM_PlanePositionSequence, DCM_ImagePositionPatient) &&
                      attributes.has(DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient);
  if (!stated) return geometry;
  const auto position = attributes.numbers(DCM_PlanePositionSequence, DCM_ImagePositionPatient);
  if (position.size() != 3) {
    remarks.emplace_back("ImagePositionPatient is not three numbers");
    return geometry;
  }
  const auto cosines =
      attributes.numbers(DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient);
  if (!set_directions(geometry, cosines)) {
    remarks.emplace_back("ImageOrientationPatient is not two unit vectors at a right angle");
    return geometry;
  }
  geometry.position = {position[0], position[1], position[2]};
  geometry.in_patient = true;
  return geometry;
}

}  // namespace heartlab
