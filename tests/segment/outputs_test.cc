#include "heartlab/segment/outputs.h"

#include <gmock/gmock.h>

#include "tests/support/support.h"

namespace heartlab {
namespace {

// A square ring: 5 x 5 with a hole of one pixel.
Mask ring() {
  Mask mask(9, 9);
  for (int row = 2; row < 7; ++row) {
    for (int column = 2; column < 7; ++column) mask.at(row, column) = 1;
  }
  mask.at(4, 4) = 0;
  return mask;
}

TEST(Outputs, a_ring_has_an_outer_border_and_a_hole) {
  const auto json = contours_json(ring(), {}, "myocardium");
  ASSERT_EQ(json["contours"].size(), 2U);
  EXPECT_EQ(json["contours"][0]["kind"], "outer");
  EXPECT_EQ(json["contours"][1]["kind"], "hole");
  EXPECT_GT(json["contours"][0]["area_px"], json["contours"][1]["area_px"]);
  EXPECT_TRUE(json["contours"][0]["millimetres"].is_null());
  EXPECT_TRUE(json["pixel_spacing_mm"].is_null());
  EXPECT_EQ(json["millimetre_frame"], "unknown");
}

TEST(Outputs, millimetres_are_in_the_plane_where_only_the_spacing_is_known) {
  Geometry geometry;
  geometry.spacing = {2, 0.5};
  const auto contour = contours_json(ring(), geometry, "cavity")["contours"][0];
  for (std::size_t i = 0; i < contour["pixels"].size(); ++i) {
    EXPECT_NEAR(contour["millimetres"][i][0], 0.5 * contour["pixels"][i][0].get<double>(), 1e-4);
    EXPECT_NEAR(contour["millimetres"][i][1], 2 * contour["pixels"][i][1].get<double>(), 1e-4);
  }
  EXPECT_NEAR(contour["area_mm2"], contour["area_px"].get<double>(), 1e-9);
}

TEST(Outputs, millimetres_are_in_the_patient_where_the_image_has_a_place_there) {
  Geometry geometry;
  geometry.spacing = {2, 2};
  geometry.position = {100, -50, 7};
  geometry.row_direction = {0, 1, 0};
  geometry.column_direction = {0, 0, -1};
  geometry.in_patient = true;
  const auto json = contours_json(ring(), geometry, "cavity");
  EXPECT_EQ(json["millimetre_frame"], "patient");
  const auto& contour = json["contours"][0];
  for (std::size_t i = 0; i < contour["pixels"].size(); ++i) {
    EXPECT_NEAR(contour["millimetres"][i][0], 100, 1e-4);
    EXPECT_NEAR(contour["millimetres"][i][1], -50 + 2 * contour["pixels"][i][0].get<double>(),
                1e-4);
    EXPECT_NEAR(contour["millimetres"][i][2], 7 - 2 * contour["pixels"][i][1].get<double>(), 1e-4);
  }
}

TEST(Outputs, an_area_is_pixels_times_the_spacing) {
  Segmentation segmentation{ring(), Image(9, 9, 0.75F), {}, 0.875};
  segmentation.mask.at(0, 0) = 1;
  const Measurement measured = measure(segmentation, {2, 1.5});
  EXPECT_EQ(measured.area_px, 25U);
  EXPECT_DOUBLE_EQ(measured.area_mm2.value(), 75);
  EXPECT_EQ(measured.components, 2);
  EXPECT_FLOAT_EQ(static_cast<float>(measured.mean_probability), 0.75F);
  EXPECT_EQ(areas_line("a,b.dcm", 3, measured, "a_mask.png"),
            "\"a,b.dcm\",3,25,75.00,2,0.7500,0.875,a_mask.png\n");
}

TEST(Outputs, what_is_unknown_stays_empty_in_areas_csv) {
  const Measurement nothing = measure({Mask(4, 4), Image(4, 4, 0.1F), {}, {}}, {});
  EXPECT_EQ(areas_line("a.png", 0, nothing, "a_mask.png"), "a.png,,0,,0,,,a_mask.png\n");
}

TEST(Outputs, contours_of_a_structure_whose_name_is_no_utf8_are_written) {
  const testing::TemporaryFolder folder;
  const nlohmann::ordered_json contours = {{"structure", "\xff"}};
  write_segmentation(folder.path(), "1", GreyImage(4, 4), {Mask(4, 4), Image(4, 4), {}, {}},
                     contours, OutputFormats::of({"json"}));
  EXPECT_TRUE(std::filesystem::exists(folder / "1_contours.json"));
}

}  // namespace
}  // namespace heartlab
