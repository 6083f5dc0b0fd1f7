#include <gtest/gtest.h>

#include <map>
#include <set>

#include "heartlab/dicom/reader.h"
#include "heartlab/image/geometry.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

std::vector<DicomFrame> read_all(const Path& folder) {
  std::vector<DicomFrame> all;
  for (const auto& file : list_files(folder)) {
    for (auto& frame : read_dicom(file)) all.push_back(std::move(frame));
  }
  return all;
}

TEST(real_hearts_dicom, every_file_is_read) {
  HEARTLAB_REQUIRE_SUNNYBROOK();
  const auto frames = read_all(*sunnybrook() / "dicom");
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
  std::vector<FramePlace> places;
  for (const auto& frame : read_all(*sunnybrook() / "ep" / "dicom")) {
    places.push_back(place_of(frame));
  }
  ASSERT_EQ(places.size(), 20U);
  const auto order = geometric_order(places);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const FramePlace &here = places[order[i]], &before = places[order[i - 1]];
    EXPECT_NEAR(here.geometry.distance_along_normal() - before.geometry.distance_along_normal(),
                5.0, 0.01);
    EXPECT_EQ(std::abs(here.instance_number - before.instance_number), 20);
  }
}

}  // namespace
}  // namespace heartlab::testing
