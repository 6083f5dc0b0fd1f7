#include "heartlab/prepare/classes.h"

#include <algorithm>
#include <numbers>

#include "heartlab/prepare/dataset.h"
#include "tests/image/shapes.h"
#include "tests/prepare/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::circle;
using testing::contour_label;
using testing::expect_error;
using testing::source_image;
using testing::square_contour;

// An image of rows x columns and a label of two contours.
struct Drawn {
  SourceImage image = source_image("A", "0048.dcm", 48, "SCD0000101");
  Label label = contour_label("A", "contours.mat", 48);

  Drawn(int rows, int columns, Contour endo, Contour epi) {
    image.grey = GreyImage(rows, columns, 100);
    label.contours.endocardium = std::move(endo);
    label.contours.epicardium = std::move(epi);
  }
  LabelledImage pair() const { return {&image, nullptr, &label, &label}; }
  LabelledImage masked() const { return {&image, &label, nullptr, nullptr}; }
};

ClassOptions of_size(const std::string& target, int size) {
  ClassOptions options;
  options.target = target;
  options.preparation.size = size;
  return options;
}

auto structure_pixels(const Raster<std::uint8_t>& classes) {
  return std::ranges::count(classes.pixels, kStructureClass);
}

TEST(Classes, the_myocardium_is_the_area_between_two_circles) {
  const Drawn drawn(256, 256, circle({130, 120}, 25), circle({130, 120}, 34));
  const double truth = std::numbers::pi * (34 * 34 - 25 * 25);
  for (const int size : {256, 513, 200}) {
    const double scale = size / 256.0;
    const auto found = static_cast<double>(
        structure_pixels(classes_of(drawn.pair(), of_size("myocardium", size))));
    EXPECT_NEAR(found / (truth * scale * scale), 1, 0.005) << size;
  }
}

TEST(Classes, at_a_fixed_spacing_a_circle_has_its_millimetres_whatever_the_images_pixels) {
  // 30 mm of radius, on pixels of 1.2 x 2 mm an ellipse.
  Contour ellipse = circle({0, 0}, 30);
  for (Point& point : ellipse.points) point = {point.x / 1.2 + 70, point.y / 2 + 60};
  Drawn drawn(128, 160, ellipse, {});
  drawn.image.geometry.spacing = {2, 1.2};
  for (const double spacing : {1.0, 1.5, 2.5}) {
    ClassOptions options = of_size("cavity", 160);
    options.preparation.spacing = spacing;
    const auto classes = classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, options);
    const double truth = std::numbers::pi * 30 * 30 / (spacing * spacing);
    EXPECT_NEAR(static_cast<double>(structure_pixels(classes)) / truth, 1, 0.01) << spacing;
    // The image is 192 x 256 mm; what the square has beyond it is not judged.
    EXPECT_EQ(classes.at(80, 0) == kIgnoredClass, 160 * spacing > 192) << spacing;
    EXPECT_EQ(classes.at(0, 80) == kIgnoredClass, 160 * spacing > 256) << spacing;
  }
}

TEST(Classes, the_cavity_is_the_area_inside_the_inner_contour) {
  Drawn drawn(256, 256, circle({130.3, 120.4}, 25), {});
  const auto classes =
      classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, of_size("cavity", 256));
  EXPECT_NEAR(static_cast<double>(structure_pixels(classes)), std::numbers::pi * 25 * 25, 10);
  EXPECT_EQ(classes.at(120, 130), kStructureClass);
  EXPECT_EQ(classes.at(120, 90), kBackgroundClass);
}

TEST(Classes, what_is_padded_is_not_judged) {
  Drawn drawn(20, 40, square_contour(14.5, 4.5, 24.5, 14.5), {});
  const auto classes =
      classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, of_size("cavity", 40));
  EXPECT_EQ(std::ranges::count(classes.pixels, kIgnoredClass), 20 * 40);
  EXPECT_EQ(classes.at(9, 0), kIgnoredClass);
  EXPECT_EQ(classes.at(10, 0), kBackgroundClass);
  EXPECT_EQ(classes.at(29, 39), kBackgroundClass);
  EXPECT_EQ(classes.at(30, 39), kIgnoredClass);
  EXPECT_EQ(structure_pixels(classes), 100);
  EXPECT_EQ(classes.at(15, 15), kStructureClass);
}

TEST(Classes, the_offset_moves_contours_and_masks_alike) {
  Drawn drawn(40, 40, square_contour(9.5, 9.5, 19.5, 19.5), {});
  drawn.label.mask = rasterise(drawn.label.contours.endocardium, 40, 40);
  ClassOptions options = of_size("cavity", 40);
  options.offset_x = -1;
  options.offset_y = 3;
  const auto contours = classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, options);
  EXPECT_EQ(contours, classes_of(drawn.masked(), options));
  EXPECT_EQ(contours.at(13, 9), kStructureClass);
  EXPECT_EQ(contours.at(12, 9), kBackgroundClass);
  EXPECT_EQ(contours.at(13, 8), kBackgroundClass);
}

// A square endocardium of 10 pixels in the middle of 60, seen as a partial label.
Raster<std::uint8_t> partial_classes(double spacing, double margin, int rows = 60,
                                     double wall = 0) {
  Drawn drawn(rows, 60, square_contour(24.5, rows / 2 - 5.5, 34.5, rows / 2 + 4.5), {});
  drawn.image.geometry.spacing = {spacing, spacing};
  ClassOptions options = of_size("myocardium", 60);
  options.partial_wall = wall;
  options.partial_margin = margin;
  return classes_of({&drawn.image, nullptr, &drawn.label, nullptr, true}, options);
}

TEST(Classes, a_partial_label_knows_the_cavity_and_what_is_far_from_it) {
  const auto classes = partial_classes(2, 10);  // five pixels
  EXPECT_EQ(structure_pixels(classes), 0);
  EXPECT_EQ(classes.at(30, 30), kBackgroundClass);
  EXPECT_EQ(classes.at(25, 25), kBackgroundClass);
  EXPECT_EQ(classes.at(30, 24), kIgnoredClass);
  EXPECT_EQ(classes.at(30, 20), kIgnoredClass);  // five pixels from column 25
  EXPECT_EQ(classes.at(30, 19), kBackgroundClass);
  EXPECT_EQ(classes.at(21, 22), kIgnoredClass);  // (3, 4) from the corner
  EXPECT_EQ(classes.at(20, 21), kBackgroundClass);
  EXPECT_EQ(classes.at(0, 0), kBackgroundClass);
}

TEST(Classes, around_a_partial_label_the_wall_is_as_thick_as_it_must_be_at_least) {
  const auto classes = partial_classes(2, 10, 60, 4);  // two pixels
  EXPECT_EQ(classes.at(30, 25), kBackgroundClass);
  EXPECT_EQ(classes.at(30, 24), kStructureClass);
  EXPECT_EQ(classes.at(30, 23), kStructureClass);
  EXPECT_EQ(classes.at(30, 22), kIgnoredClass);
  // Two rows on each side, and at each corner the one pixel that is less than two away.
  EXPECT_EQ(structure_pixels(classes), 4 * 10 * 2 + 4 * 1);
  EXPECT_EQ(partial_classes(2, 10, 60, 10), [] {
    auto all = partial_classes(2, 10);
    std::ranges::replace(all.pixels, kIgnoredClass, kStructureClass);
    return all;
  }());
}

TEST(Classes, without_a_spacing_the_margin_is_a_share_of_the_image) {
  EXPECT_EQ(partial_classes(0, 25), partial_classes(5, 25));  // 300 mm over 60 pixels
  EXPECT_NE(partial_classes(0, 25), partial_classes(4, 25));
}

TEST(Classes, what_is_padded_stays_unjudged_under_a_partial_label) {
  const auto classes = partial_classes(1, 3, 40);
  EXPECT_EQ(classes.at(9, 0), kIgnoredClass);
  EXPECT_EQ(classes.at(10, 0), kBackgroundClass);
  EXPECT_EQ(classes.at(30, 30), kBackgroundClass);
}

TEST(Classes, a_partial_label_is_moved_by_its_own_offset_and_must_show_something) {
  Drawn drawn(60, 60, {}, {});
  drawn.label.mask = Mask(60, 60);
  ClassOptions options = of_size("myocardium", 60);
  options.offset_x = options.offset_y = 7;
  options.partial_offset_x = -1;
  options.partial_offset_y = 2;
  options.partial_wall = options.partial_margin = 0;
  const LabelledImage pair{&drawn.image, &drawn.label, nullptr, nullptr, true};
  expect_error(ErrorKind::kBadInput, {"contours.mat", "without endocardium"},
               [&] { classes_of(pair, options); });
  drawn.label.mask.at(30, 30) = 1;
  options.partial_margin = 5;  // one pixel of 300 mm / 60
  const auto classes = classes_of(pair, options);
  EXPECT_EQ(classes.at(32, 29), kBackgroundClass);
  EXPECT_EQ(classes.at(32, 28), kIgnoredClass);
  EXPECT_EQ(std::ranges::count(classes.pixels, kIgnoredClass), 4);
}

TEST(Classes, an_overhang_below_one_pixel_is_cut_off) {
  Drawn drawn(40, 40, square_contour(-1.2, 9.8, 5.5, 20.5), {});
  const auto classes =
      classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, of_size("cavity", 40));
  EXPECT_EQ(structure_pixels(classes), 6 * 11);
}

TEST(Classes, a_contour_outside_the_image_is_named_with_place_and_size) {
  Drawn drawn(40, 50, square_contour(10, 10, 60, 20), {});
  expect_error(ErrorKind::kBadInput,
               {"contours.mat", "instance 48", "x 60.00, y 10.00", "50 columns and 40 rows"}, [&] {
                 classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, of_size("cavity", 64));
               });
}

TEST(Classes, contours_drawn_on_an_image_of_another_size_are_refused) {
  Drawn drawn(40, 50, square_contour(10, 10, 20, 20), {});
  drawn.label.contours.rows = 50;
  drawn.label.contours.columns = 40;
  expect_error(ErrorKind::kBadInput, {"contours.mat", "50x40", "40x50"}, [&] {
    classes_of({&drawn.image, nullptr, &drawn.label, nullptr}, of_size("cavity", 64));
  });
}

TEST(Classes, a_mask_of_another_size_is_refused) {
  Drawn drawn(40, 50, {}, {});
  drawn.label.mask = Mask(40, 40, 1);
  expect_error(ErrorKind::kBadInput, {"contours.mat", "40x40", "0048.dcm has 40x50"},
               [&] { classes_of(drawn.masked(), of_size("cavity", 64)); });
}

TEST(Classes, contours_that_are_not_within_each_other_are_an_error) {
  const Drawn apart(256, 256, circle({60, 60}, 20), circle({180, 180}, 34));
  expect_error(ErrorKind::kBadInput, {"contours.mat", "within the epicardium", "0 %"},
               [&] { classes_of(apart.pair(), of_size("myocardium", 256)); });
  // One that leans out is a physician's.
  const Drawn leaning(256, 256, circle({120, 120}, 20), circle({135, 120}, 34));
  EXPECT_GT(structure_pixels(classes_of(leaning.pair(), of_size("myocardium", 256))), 0);
}

TEST(Classes, a_contour_that_crosses_itself_is_an_error) {
  const Contour eight{{{50, 50}, {110, 110}, {110, 50}, {50, 110}}};
  const Drawn crossed(256, 256, eight, circle({80, 80}, 60));
  for (const char* target : {"cavity", "myocardium"}) {
    expect_error(ErrorKind::kBadInput, {"contours.mat", "crosses itself"},
                 [&] { classes_of(crossed.pair(), of_size(target, 256)); });
  }
}

}  // namespace
}  // namespace heartlab
