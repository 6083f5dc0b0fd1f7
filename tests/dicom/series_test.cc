#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "heartlab/dicom/reader.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

using ::testing::ElementsAre;

struct Slice {
  const char* file;
  const char* series;
  const char* position;
  double trigger_time;
  int instance;
};

std::vector<int> order_of(const std::vector<Slice>& slices, const std::string& orientation) {
  const TemporaryFolder folder;
  for (const Slice& slice : slices) {
    DicomFixture image;
    image.set(DCM_SeriesInstanceUID, slice.series);
    image.place(slice.position, orientation);
    image.set(DCM_TriggerTime, fmt::format("{}", slice.trigger_time));
    image.set(DCM_InstanceNumber, std::to_string(slice.instance));
    image.save(folder / slice.file);
  }
  std::vector<FramePlace> places;
  for (const auto& file : list_files(folder.path())) {
    for (const auto& frame : read_dicom(file)) places.push_back(place_of(frame));
  }
  std::vector<int> numbers;
  for (const std::size_t i : geometric_order(places)) numbers.push_back(places[i].instance_number);
  return numbers;
}

TEST(dicom_series, slices_are_ordered_by_position_whatever_the_files_are_called) {
  EXPECT_THAT(order_of({{"a", "1.2", "0\\0\\30", 0, 1},
                        {"b", "1.2", "0\\0\\-10", 0, 2},
                        {"c", "1.2", "0\\0\\10", 0, 3}},
                       "1\\0\\0\\0\\1\\0"),
              ElementsAre(2, 3, 1));
}

TEST(dicom_series, oblique_slices_are_ordered_along_their_normal) {
  // The normal of these directions is (-0.6, 0, 0.8); z alone would give another order.
  EXPECT_THAT(order_of({{"a", "1.2", "0\\0\\5", 0, 1},
                        {"b", "1.2", "-20\\0\\0", 0, 2},
                        {"c", "1.2", "10\\0\\10", 0, 3}},
                       "0.8\\0\\0.6\\0\\1\\0"),
              ElementsAre(3, 1, 2));
}

TEST(dicom_series, phases_of_a_slice_are_ordered_by_trigger_time_in_spite_of_rounded_positions) {
  EXPECT_THAT(order_of({{"a", "1.2", "0\\0\\0.0001", 0, 1},
                        {"b", "1.2", "0\\0\\0", 50, 2},
                        {"c", "1.2", "0\\0\\-0.0001", 100, 3},
                        {"d", "1.2", "0\\0\\8", 0, 4}},
                       "1\\0\\0\\0\\1\\0"),
              ElementsAre(1, 2, 3, 4));
}

TEST(dicom_series, series_stay_together) {
  EXPECT_THAT(order_of({{"a", "1.3", "0\\0\\0", 0, 1},
                        {"b", "1.2", "0\\0\\10", 0, 2},
                        {"c", "1.3", "0\\0\\-5", 0, 3},
                        {"d", "1.2", "0\\0\\0", 0, 4}},
                       "1\\0\\0\\0\\1\\0"),
              ElementsAre(4, 2, 3, 1));
}

TEST(Series, planes_that_cross_at_one_place_are_slices_of_their_own) {
  std::vector<FramePlace> places(6);
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i].series = "1";
    places[i].geometry.in_patient = true;
    if (i % 2 == 1) places[i].geometry.row_direction = {0, 0, 1};
  }
  const auto slices = slice_numbers(places);
  for (std::size_t i = 0; i < places.size(); ++i) EXPECT_EQ(slices[i], slices[i % 2]);
  EXPECT_NE(slices[0], slices[1]);
}

}  // namespace
}  // namespace heartlab::testing
