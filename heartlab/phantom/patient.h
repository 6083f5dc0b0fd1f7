#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/image/geometry.h"
#include "heartlab/phantom/acquisition.h"
#include "heartlab/phantom/ventricles.h"

namespace heartlab {

struct PhantomOptions;

// One synthetic patient: everything that decides the pictures and the truth.
struct PhantomPatient {
  std::string id;
  bool dark = false;
  HeartParameters heart;
  ThoraxParameters thorax;
  HeartContrast contrast;
  std::optional<Scar> scar;  // then the contrast is that of late enhancement
  AcquisitionParameters acquisition;
  Pose pose;
  int size = 256;  // rows and columns
  int slices = 6, phases = 2;
  double slice_spacing = 10;   // millimetres, centre to centre
  double slice_thickness = 8;  // millimetres
  Geometry base;               // of the slice at the base
  Generator details{0};        // for what is drawn within a picture

  double depth(int slice) const;         // 0 = base, 1 = apex
  double contraction(int phase) const;   // 0 = end diastole, 1 = end systole
  double trigger_time(int phase) const;  // milliseconds
  int end_systole() const;               // its phase; end diastole is phase 0
  int instance(int slice, int phase) const { return slice * phases + phase + 1; }
  // "end_diastole", "end_systole" or "between".
  const char* phase_name(int phase) const;

  LeftVentricle ventricle(int slice, int phase) const;  // millimetres
  Contour to_pixels(const FourierShape& shape) const;
  Geometry geometry(int slice) const;
  // One picture for every phase.
  std::vector<Image> render(int slice) const;
};

PhantomPatient draw_patient(const PhantomOptions& options, int index, bool dark);

// Volumes, ejection fraction, the areas of every picture (from the closed form) and all parameters.
nlohmann::ordered_json truth_of(const PhantomPatient& patient);

}  // namespace heartlab
