#include <gtest/gtest.h>

#include <map>
#include <set>

#include "heartlab/dicom/reader.h"
#include "heartlab/image/geometry.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

TEST(real_hearts_dicom, every_file_is_read) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  std::vector<SkippedFile> skipped;
  const auto frames = read_dicom_files(list_files(*sunnybrook() / "dicom"), skipped);
  EXPECT_TRUE(skipped.empty());
  ASSERT_EQ(frames.size(), 74U);
  std::set<std::string> patients;
  for (const auto& frame : frames) {
    patients.insert(frame.patient_id);
    EXPECT_EQ(frame.image.rows, 256);
    EXPECT_EQ(frame.image.columns, 256);
    EXPECT_EQ(std::stoi(frame.file.stem()), frame.instance_number);
    EXPECT_TRUE(frame.geometry.in_patient);
    EXPECT_TRUE(frame.geometry.spacing.known());
    EXPECT_FALSE(frame.remarks.empty());
  }
  EXPECT_EQ(patients,
            (std::set<std::string>{"SCD0000101", "SCD0000201", "SCD0000301", "SCD0000401"}));
}

TEST(real_hearts_dicom, intensities_are_as_documented) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const std::map<std::string, float> kHighest = {
      {"SC-HF-I-01", 978}, {"SC-HF-I-02", 1583}, {"SC-HF-I-04", 840}, {"SC-HF-I-05", 858}};
  for (const auto& [patient, highest] : kHighest) {
    float low = 1e9F, high = -1e9F;
    for (const auto& file : list_files(*sunnybrook() / "dicom" / patient)) {
      const auto frames = read_dicom(file);
      for (const float value : frames.at(0).image.pixels) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
    }
    EXPECT_EQ(low, 0) << patient;
    EXPECT_EQ(high, highest) << patient;
  }
}

TEST(real_hearts_dicom, twenty_slices_of_the_animal_heart_lie_five_millimetres_apart) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  std::vector<SkippedFile> skipped;
  const auto frames = read_dicom_files(list_files(*sunnybrook() / "ep" / "dicom"), skipped);
  ASSERT_EQ(frames.size(), 20U);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_NEAR(
        frames[i].geometry.distance_along_normal() - frames[i - 1].geometry.distance_along_normal(),
        5.0, 0.01);
    EXPECT_EQ(std::abs(frames[i].instance_number - frames[i - 1].instance_number), 20);
  }
}

}  // namespace
}  // namespace heartlab::testing
