#include "heartlab/dicom/rtstruct.h"

#include <gmock/gmock.h>

#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/load.h"
#include "heartlab/image/contour.h"
#include "tests/dicom/series_fixture.h"

namespace heartlab::testing {
namespace {

struct ReadContour {
  std::string region, source_uid, type;
  std::vector<double> points;  // x, y, z, x, y, ...
};

std::vector<ReadContour> read_contours(const Path& file) {
  std::vector<ReadContour> contours;
  with_data_set(file, [&](DcmDataset& data) {
    DcmItem *region = nullptr, *named = nullptr, *contour = nullptr, *image = nullptr;
    for (long r = 0; data.findAndGetSequenceItem(DCM_ROIContourSequence, region, r).good(); ++r) {
      ASSERT_TRUE(data.findAndGetSequenceItem(DCM_StructureSetROISequence, named, r).good());
      for (long c = 0; region->findAndGetSequenceItem(DCM_ContourSequence, contour, c).good();
           ++c) {
        ASSERT_TRUE(contour->findAndGetSequenceItem(DCM_ContourImageSequence, image).good());
        contours.push_back(
            {text_of(*named, DCM_ROIName), text_of(*image, DCM_ReferencedSOPInstanceUID),
             text_of(*contour, DCM_ContourGeometricType), numbers_of(*contour, DCM_ContourData)});
      }
    }
  });
  return contours;
}

// Millimetres back to pixels.
Contour in_pixels(const std::vector<double>& points, const Geometry& geometry) {
  Contour contour;
  for (std::size_t i = 0; i + 2 < points.size(); i += 3) {
    Point point;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double from_first = points[i + axis] - geometry.position[axis];
      point.x += from_first * geometry.row_direction[axis] / geometry.spacing.column;
      point.y += from_first * geometry.column_direction[axis] / geometry.spacing.row;
    }
    contour.points.push_back(point);
  }
  return contour;
}

class RtStruct : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  Generator generator_{5};
};

TEST_F(RtStruct, contours_in_the_patient_give_the_masks_back) {
  for (int round = 0; round < 10; ++round) {
    const auto series =
        write_series(folder_ / fmt::format("{}", round), random_orientation(generator_), {});
    DrawnStructure structure = random_structure("myocardium", series, generator_);
    Mask ring(24, 20);
    for (int row = 3; row < 15; ++row) {
      for (int column = 4; column < 17; ++column) {
        ring.at(row, column) = row > 6 && row < 11 && column > 8 && column < 13 ? 0 : 1;
      }
    }
    structure.frames[0] = Patch(ring);
    write_rtstruct(folder_ / "rt.dcm", series, structure);
    const auto contours = read_contours(folder_ / "rt.dcm");
    for (std::size_t i = 0; i < series.size(); ++i) {
      std::vector<Contour> polygons;
      for (const auto& contour : contours) {
        EXPECT_EQ(contour.type, "CLOSED_PLANAR");
        EXPECT_EQ(contour.region, "Left ventricular myocardium");
        if (contour.source_uid != series[i].sop_instance_uid) continue;
        polygons.push_back(in_pixels(contour.points, series[i].place.geometry));
      }
      expect_mask_eq(structure.frames[i].raster(), rasterise(polygons, 24, 20));
      if (i > 0) continue;
      EXPECT_EQ(polygons.size(), 1U) << "the hole is keyed into its ring";
    }
  }
}

TEST_F(RtStruct, phases_are_regions_of_their_own) {
  SeriesLayout layout;
  layout.phases = 2;
  const auto series = write_series(folder_ / "in", random_orientation(generator_), layout);
  DrawnStructure structure = random_structure("cavity", series, generator_);
  for (auto& patch : structure.frames) patch = Patch(Mask(24, 20, 1));
  write_rtstruct(folder_ / "rt.dcm", series, structure);
  const auto contours = read_contours(folder_ / "rt.dcm");
  ASSERT_EQ(contours.size(), 8U);
  EXPECT_EQ(contours.front().region, "Left ventricular cavity, phase 1");
  EXPECT_EQ(contours.back().region, "Left ventricular cavity, phase 2");
}

TEST_F(RtStruct, the_same_work_gives_the_same_bytes) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  const DrawnStructure structure = random_structure("cavity", series, generator_);
  const DerivedObject object = write_rtstruct(folder_ / "a.dcm", series, structure);
  write_rtstruct(folder_ / "b.dcm", series, structure);
  EXPECT_EQ(read_bytes(folder_ / "a.dcm"), read_bytes(folder_ / "b.dcm"));
  EXPECT_EQ(object.study_uid, "1.2.3");
}

TEST_F(RtStruct, images_without_a_place_have_none) {
  make_folder(folder_ / "in");
  DicomFixture().save(folder_ / "in/image.dcm");
  const auto series = read_series(folder_ / "in");
  const DrawnStructure structure{"cavity", {}, {Patch(Mask(24, 20, 1))}};
  expect_error(ErrorKind::kBadInput, {"image.dcm", "RTSTRUCT"},
               [&] { write_rtstruct(folder_ / "rt.dcm", series, structure); });
}

}  // namespace
}  // namespace heartlab::testing
