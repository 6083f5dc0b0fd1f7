#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "heartlab/dicom/reader.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

DicomFrame saved(DicomFixture& image) {
  const TemporaryFolder folder;
  image.save(folder / "a");
  return read_dicom(folder / "a").at(0);
}

TEST(dicom_geometry, spacing_position_and_directions_are_read) {
  DicomFixture image;
  image.place("-10.5\\20\\30", "0.8\\0.6\\0\\-0.6\\0.8\\0");
  const Geometry geometry = saved(image).geometry;
  EXPECT_EQ(geometry.spacing, (PixelSpacing{1.5, 1.25}));
  EXPECT_EQ(geometry.slice_thickness, 8);
  ASSERT_TRUE(geometry.in_patient);
  EXPECT_THAT(geometry.position, ElementsAre(-10.5, 20, 30));
  EXPECT_THAT(geometry.row_direction, ElementsAre(0.8, 0.6, 0));
  EXPECT_THAT(geometry.column_direction,
              ElementsAre(DoubleNear(-0.6, 1e-12), DoubleNear(0.8, 1e-12), 0));
}

TEST(dicom_geometry, rounded_directions_become_orthonormal) {
  DicomFixture image;
  image.place("0\\0\\0", "0.707\\0.707\\0.001\\-0.707\\0.708\\0");
  const Geometry geometry = saved(image).geometry;
  ASSERT_TRUE(geometry.in_patient);
  double lengths[2] = {0, 0}, product = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    lengths[0] += geometry.row_direction[i] * geometry.row_direction[i];
    lengths[1] += geometry.column_direction[i] * geometry.column_direction[i];
    product += geometry.row_direction[i] * geometry.column_direction[i];
  }
  EXPECT_NEAR(lengths[0], 1, 1e-12);
  EXPECT_NEAR(lengths[1], 1, 1e-12);
  EXPECT_NEAR(product, 0, 1e-12);
}

TEST(dicom_geometry, absent_geometry_stays_unknown_without_a_remark) {
  DicomFixture image;
  image.remove(DCM_PixelSpacing);
  image.remove(DCM_SliceThickness);
  const DicomFrame frame = saved(image);
  EXPECT_FALSE(frame.geometry.spacing.known());
  EXPECT_FALSE(frame.geometry.in_patient);
  EXPECT_EQ(frame.geometry.slice_thickness, 0);
  EXPECT_THAT(frame.remarks, ElementsAre());
}

TEST(dicom_geometry, spacing_that_makes_no_sense_is_unknown_with_a_remark) {
  for (const char* text : {"nan\\nan", "0\\1", "-1\\-1", "1.5", "1\\2\\3", "a\\b", "1e999\\1"}) {
    SCOPED_TRACE(text);
    DicomFixture image;
    image.set(DCM_PixelSpacing, text);
    const DicomFrame frame = saved(image);
    EXPECT_FALSE(frame.geometry.spacing.known());
    EXPECT_THAT(frame.remarks, ElementsAre("PixelSpacing is not two positive numbers"));
  }
}

TEST(dicom_geometry, directions_that_make_no_sense_are_unknown_with_a_remark) {
  for (const char* text : {"1\\0\\0\\1\\0\\0", "0\\0\\0\\0\\0\\0", "1\\0\\0", "nan\\0\\0\\0\\1\\0",
                           "2\\0\\0\\0\\1\\0"}) {
    SCOPED_TRACE(text);
    DicomFixture image;
    image.place("0\\0\\0", text);
    const DicomFrame frame = saved(image);
    EXPECT_FALSE(frame.geometry.in_patient);
    EXPECT_EQ(frame.remarks.size(), 1U);
  }
}

TEST(dicom_geometry, frames_of_an_enhanced_image_have_their_own) {
  DicomFixture image(2, 2, 3);
  image.remove(DCM_PixelSpacing);
  image.remove(DCM_SliceThickness);
  DcmItem& shared = item_of(image.data(), DCM_SharedFunctionalGroupsSequence);
  DcmItem& measures = item_of(shared, DCM_PixelMeasuresSequence);
  measures.putAndInsertString(DCM_PixelSpacing, "2\\3");
  measures.putAndInsertString(DCM_SliceThickness, "6");
  item_of(shared, DCM_PlaneOrientationSequence)
      .putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
  for (int i = 0; i < 3; ++i) {
    DcmItem& own = item_of(image.data(), DCM_PerFrameFunctionalGroupsSequence, i);
    item_of(own, DCM_PlanePositionSequence)
        .putAndInsertString(DCM_ImagePositionPatient, fmt::format("0\\0\\{}", 10 * i).c_str());
    item_of(own, DCM_CardiacSynchronizationSequence)
        .putAndInsertFloat64(DCM_NominalCardiacTriggerDelayTime, 25.5 * i);
    DcmItem& values = item_of(own, DCM_PixelValueTransformationSequence);
    values.putAndInsertString(DCM_RescaleSlope, fmt::format("{}", i + 1).c_str());
    values.putAndInsertString(DCM_RescaleIntercept, "1");
    item_of(own, DCM_FrameVOILUTSequence).putAndInsertString(DCM_WindowCenter, "50");
    item_of(own, DCM_FrameVOILUTSequence)
        .putAndInsertString(DCM_WindowWidth, fmt::format("{}", 100 + i).c_str());
  }
  const TemporaryFolder folder;
  image.save(folder / "a");
  const auto frames = read_dicom(folder / "a");
  ASSERT_EQ(frames.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& frame = frames[i];
    EXPECT_EQ(frame.geometry.spacing, (PixelSpacing{2, 3}));
    EXPECT_EQ(frame.geometry.slice_thickness, 6);
    EXPECT_TRUE(frame.geometry.in_patient);
    EXPECT_THAT(frame.geometry.position, ElementsAre(0, 0, 10.0 * double(i)));
    EXPECT_EQ(frame.trigger_time, 25.5 * double(i));
    EXPECT_EQ(frame.window_width, 100 + double(i));
    EXPECT_EQ(frame.image.at(0, 1), float(i + 1) * ramp(12)[4 * i + 1] + 1);
  }
}

}  // namespace
}  // namespace heartlab::testing
