#include <gtest/gtest.h>

#include "heartlab/image/png.h"
#include "heartlab/labels/labels.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

Mask read_values(const std::vector<std::uint8_t>& values, const MaskClasses& classes = {}) {
  const TemporaryFolder folder;
  GreyImage image(1, int(values.size()));
  image.pixels = values;
  write_png(folder / "mask.png", image);
  return read_mask_png(folder / "mask.png", classes);
}

std::vector<std::uint8_t> pixels(const std::vector<std::uint8_t>& values,
                                 const MaskClasses& classes = {}) {
  return read_values(values, classes).pixels;
}

TEST(mask_png, both_usual_ways_give_zero_and_one) {
  EXPECT_EQ(pixels({0, 255, 255, 0}), (std::vector<std::uint8_t>{0, 1, 1, 0}));
  EXPECT_EQ(pixels({0, 1, 1, 0}), (std::vector<std::uint8_t>{0, 1, 1, 0}));
  EXPECT_EQ(pixels({0, 0}), (std::vector<std::uint8_t>{0, 0}));
  EXPECT_EQ(pixels({255}), (std::vector<std::uint8_t>{1}));
}

TEST(mask_png, a_class_map_names_the_structure) {
  EXPECT_EQ(pixels({0, 2, 3, 2}, {{2, 3}, {}}), (std::vector<std::uint8_t>{0, 1, 1, 1}));
}

TEST(mask_png, other_structures_of_a_class_map_are_background_once_they_are_named) {
  EXPECT_EQ(pixels({0, 1, 2, 3}, {{3}, {1, 2}}), (std::vector<std::uint8_t>{0, 0, 0, 1}));
  expect_error(ErrorKind::kBadInput, {"values 0, 1, 3", "found 0, 1, 2, 3"}, [] {
    read_values({0, 1, 2, 3}, {{3}, {1}});
  });
}

TEST(mask_png, other_values_are_an_error_that_lists_them) {
  expect_error(ErrorKind::kBadInput, {"mask.png", "0 and 255, or 0 and 1", "found 0, 2, 3"}, [] {
    read_values({0, 2, 3});
  });
  expect_error(ErrorKind::kBadInput, {"found 0, 1, 255"}, [] { read_values({0, 1, 255}); });
  expect_error(ErrorKind::kBadInput, {"expected a mask with the values 0, 2", "found 0, 2, 4"}, [] {
    read_values({0, 2, 4}, {{2}, {}});
  });
  std::vector<std::uint8_t> photograph;
  for (int i = 0; i < 256; ++i) photograph.push_back(static_cast<std::uint8_t>(i));
  expect_error(ErrorKind::kBadInput, {"18, 19 and 236 more"}, [&] { read_values(photograph); });
}

TEST(mask_png, a_class_of_zero_is_a_fault_of_the_caller) {
  expect_error(ErrorKind::kUsage, {"1 to 255", "0"}, [] { read_values({0, 1}, {{0}, {}}); });
}

TEST(mask_png, sixteen_bits_count_as_they_are_stored) {
  // 1 x 2 pixels of 16 bits, 0 and 1, as another program wrote them.
  const Bytes file = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d,
                      0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01,
                      0x10, 0x00, 0x00, 0x00, 0x00, 0x81, 0xd9, 0xfc, 0x15, 0x00, 0x00, 0x00,
                      0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x60, 0x60, 0x60,
                      0x04, 0x00, 0x00, 0x06, 0x00, 0x02, 0xa5, 0x28, 0xe8, 0xb5, 0x00, 0x00,
                      0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  const TemporaryFolder folder;
  write_bytes(folder / "mask.png", file);
  EXPECT_EQ(read_mask_png(folder / "mask.png").pixels, (std::vector<std::uint8_t>{0, 1}));
}

}  // namespace
}  // namespace heartlab::testing
