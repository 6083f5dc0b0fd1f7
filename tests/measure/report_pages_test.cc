#include "heartlab/measure/report_pages.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "heartlab/image/draw.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;

// Every place where the colour is.
std::vector<Point> places_of(const ColourImage& picture, Colour colour) {
  std::vector<Point> places;
  for (int row = 0; row < picture.rows; ++row) {
    for (int column = 0; column < picture.columns; ++column) {
      if (picture.at(row, column) == colour) places.push_back({double(column), double(row)});
    }
  }
  return places;
}

LeftOutlines square_heart(double low, double high) {
  LeftOutlines drawn;
  drawn.endocardium = outline_of(Contour{{{low, low}, {high, low}, {high, high}, {low, high}}});
  return drawn;
}

TEST(ReportPages, remarks_that_hold_a_name_are_counted_and_not_shown) {
  EXPECT_THAT(nameless({"slice 3 lacks phase 2", "ERIKA_1.dcm and ERIKA_2.dcm show one phase"},
                       {"", "3", "ERIKA_1.dcm"}),
              ElementsAre("slice 3 lacks phase 2",
                          "1 remark that names files: in the structured report and "
                          "measurements.json"));
  EXPECT_THAT(nameless({"03 and LI show the same place", "a LIE at 03"}, {"LI", "03"}),
              ElementsAre("a LIE at 03", ::testing::StartsWith("1 remark")));
  EXPECT_THAT(nameless({"one", "two"}, {"three"}), ElementsAre("one", "two"));
}

TEST(ReportPages, contours_lie_where_they_were_drawn_in_the_colour_of_who_drew) {
  GreyImage grey(64, 64);
  for (int row = 24; row <= 40; ++row) std::fill_n(&grey.at(row, 24), 17, std::uint8_t{200});
  const LeftOutlines drawn = square_heart(24, 40);  // through the centres of its edge's pixels
  const std::vector<ContourPhase> phases{{"end diastole", {{1, &grey, &drawn}}}};
  const ColourImage given = contours_page(phases, {}, true);
  EXPECT_TRUE(places_of(given, kPredictionColour).empty());
  EXPECT_FALSE(places_of(contours_page(phases, {}, false), kPredictionColour).empty());
  const auto line = places_of(given, kTruthColour);
  ASSERT_FALSE(line.empty());
  // A square of 16 pixels, enlarged 6 times: 240 pixels or more for 45 that are shown.
  const auto [left, right] = std::ranges::minmax(line, {}, &Point::x);
  EXPECT_NEAR(right.x - left.x, 16 * 6, 2);
  const auto [top, bottom] = std::ranges::minmax(line, {}, &Point::y);
  // Around the bright square, which shows half a pixel more on each side.
  const auto bright = places_of(given, {255, 255, 255});
  ASSERT_FALSE(bright.empty());
  const auto [bright_left, bright_right] = std::ranges::minmax(bright, {}, &Point::x);
  const auto [bright_top, bright_bottom] = std::ranges::minmax(bright, {}, &Point::y);
  EXPECT_NEAR(left.x + right.x, bright_left.x + bright_right.x, 2);
  EXPECT_NEAR(top.y + bottom.y, bright_top.y + bright_bottom.y, 2);
}

TEST(ReportPages, large_images_are_thinned_so_that_a_page_stays_a_page) {
  const GreyImage grey(2000, 2000);
  const LeftOutlines drawn = square_heart(300, 1700);
  std::vector<ContourPhase> phases{{"end diastole", {}}};
  for (int i = 1; i <= 12; ++i) phases[0].slices.push_back({i, &grey, &drawn});
  const ColourImage page = contours_page(phases, {}, true);
  EXPECT_LT(page.columns, 2500);
  EXPECT_LT(page.rows, 1000);
}

TEST(ReportPages, without_a_slice_there_is_no_page_of_contours) {
  EXPECT_TRUE(contours_page({}, {}, true).empty());
  EXPECT_TRUE(contours_page({{"end diastole", {}}}, {}, true).empty());
}

TEST(ReportPages, the_figures_have_a_page_even_where_nothing_is_known) {
  const ColourImage page =
      figures_page({}, {1, "contours as given", std::vector<std::string>(100, "a remark")});
  EXPECT_GT(page.rows, 600);
  EXPECT_LT(page.rows, 2000);  // of a hundred remarks the first ones
}

}  // namespace
}  // namespace heartlab
