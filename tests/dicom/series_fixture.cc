#include "tests/dicom/series_fixture.h"

#include <algorithm>
#include <cmath>

#include "heartlab/dicom/data_set_writer.h"

namespace heartlab::testing {
namespace {

using Vector = std::array<double, 3>;

Vector random_direction(Generator& generator) {
  while (true) {
    const Vector v{generator.uniform(-1, 1), generator.uniform(-1, 1), generator.uniform(-1, 1)};
    const double length = std::hypot(v[0], v[1], v[2]);
    if (length > 0.1 && length < 1) return {v[0] / length, v[1] / length, v[2] / length};
  }
}

// Where the slice lies, `gap` millimetres along the normal from one to the next.
Geometry slice_of(const Geometry& first, const SeriesLayout& layout, int slice) {
  Geometry geometry = first;
  const Vector normal = first.normal();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    geometry.position[axis] += slice * layout.gap * normal[axis];
  }
  return geometry;
}

std::string directions_of(const Geometry& geometry) {
  return decimals(geometry.row_direction) + "\\" + decimals(geometry.column_direction);
}

}  // namespace

Geometry random_orientation(Generator& generator) {
  Geometry geometry;
  geometry.in_patient = true;
  geometry.row_direction = random_direction(generator);
  geometry.column_direction = random_direction(generator);
  const Vector normal = geometry.normal();
  const double length = std::hypot(normal[0], normal[1], normal[2]);
  if (length < 0.1) return random_orientation(generator);
  geometry.column_direction = {normal[0] / length, normal[1] / length, normal[2] / length};
  geometry.position = {generator.uniform(-200, 200), generator.uniform(-200, 200),
                       generator.uniform(-200, 200)};
  return geometry;
}

std::vector<SourceFrame> write_series(const Path& folder, const Geometry& first,
                                      const SeriesLayout& layout) {
  make_folder(folder);
  for (int i = 0; i < layout.slices * layout.phases; ++i) {
    const int slice = i / layout.phases, phase = i % layout.phases;
    const Geometry geometry = slice_of(first, layout, slice);
    DicomFixture image(layout.rows, layout.columns);
    image.set(DCM_SeriesInstanceUID, layout.series_uid);
    image.set(DCM_SOPInstanceUID, fmt::format("{}.{}", layout.series_uid, i + 1));
    image.set(DCM_FrameOfReferenceUID, "1.2.3.99");
    image.set(DCM_SeriesNumber, "5");
    image.set(DCM_InstanceNumber, std::to_string(i + 1));
    image.set(DCM_PixelSpacing, layout.spacing);
    if (layout.phases > 1) image.set(DCM_TriggerTime, fmt::format("{}", 40 * phase));
    image.place(decimals(geometry.position), directions_of(geometry));
    image.save(folder / fmt::format("{:03}.dcm", (i * 7) % 101), layout.syntax);
  }
  return read_series(folder);
}

std::vector<SourceFrame> write_enhanced(const Path& folder, const Geometry& first,
                                        const SeriesLayout& layout) {
  make_folder(folder);
  const int frames = layout.slices * layout.phases;
  DicomFixture image(layout.rows, layout.columns, frames);
  image.set(DCM_SOPClassUID, UID_EnhancedMRImageStorage);
  image.set(DCM_SeriesInstanceUID, layout.series_uid);
  image.set(DCM_FrameOfReferenceUID, "1.2.3.99");
  image.remove(DCM_PixelSpacing);
  image.remove(DCM_SliceThickness);
  DcmItem& shared = item_of(image.data(), DCM_SharedFunctionalGroupsSequence);
  DcmItem& measures = item_of(shared, DCM_PixelMeasuresSequence);
  measures.putAndInsertString(DCM_PixelSpacing, layout.spacing.c_str());
  measures.putAndInsertString(DCM_SliceThickness, "8");
  item_of(shared, DCM_PlaneOrientationSequence)
      .putAndInsertString(DCM_ImageOrientationPatient, directions_of(first).c_str());
  for (int frame = 0; frame < frames; ++frame) {
    const int i = frames - 1 - frame;
    DcmItem& own = item_of(image.data(), DCM_PerFrameFunctionalGroupsSequence, frame);
    item_of(own, DCM_PlanePositionSequence)
        .putAndInsertString(DCM_ImagePositionPatient,
                            decimals(slice_of(first, layout, i / layout.phases).position).c_str());
    item_of(own, DCM_CardiacSynchronizationSequence)
        .putAndInsertFloat64(DCM_NominalCardiacTriggerDelayTime, 40 * (i % layout.phases));
  }
  image.save(folder / "enhanced.dcm", layout.syntax);
  return read_series(folder);
}

std::vector<SourceFrame> read_series(const Path& folder) {
  std::vector<SourceFrame> frames;
  for (const auto& file : list_files(folder)) {
    for (const auto& frame : read_dicom(file)) frames.push_back(source_of(frame));
  }
  std::vector<SourceFrame> ordered;
  for (const auto& members : group_by_series(frames)) {
    for (const std::size_t i : members) ordered.push_back(frames[i]);
  }
  return ordered;
}

Mask random_mask(int rows, int columns, Generator& generator) {
  Mask mask(rows, columns);
  const auto boxes = generator.below(3);
  for (std::uint64_t box = 0; box < boxes; ++box) {
    const int top = static_cast<int>(generator.below(static_cast<std::uint64_t>(rows)));
    const int left = static_cast<int>(generator.below(static_cast<std::uint64_t>(columns)));
    for (int row = top; row < std::min(rows, top + 7); ++row) {
      for (int column = left; column < std::min(columns, left + 5); ++column) {
        mask.at(row, column) = 1;
      }
    }
  }
  return mask;
}

DrawnStructure random_structure(const std::string& name, const std::vector<SourceFrame>& series,
                                Generator& generator) {
  DrawnStructure structure{name, {"HeartLab", "0.1.0", name + ".safetensors", "abc123"}, {}};
  for (const auto& frame : series) {
    structure.frames.emplace_back(random_mask(frame.rows, frame.columns, generator));
  }
  return structure;
}

}  // namespace heartlab::testing
