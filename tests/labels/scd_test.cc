#include <gtest/gtest.h>

#include "heartlab/labels/labels.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

constexpr const char* kName = "IM-0001-0059-icontour-manual.txt";

LabelledContours read_text_contour(const std::string& content, const std::string& name = kName) {
  const TemporaryFolder folder;
  make_folder(folder / "SC-HF-I-01");
  const Path file = folder.path() / "SC-HF-I-01" / name;
  write_text(file, content);
  return read_scd_contour(file);
}

void expect_unreadable(const std::string& content, const std::vector<std::string>& words) {
  expect_error(ErrorKind::kBadInput, words, [&] { read_text_contour(content); });
}

TEST(scd_contours, are_recognised_by_their_names) {
  EXPECT_TRUE(is_scd_contour_name("a/IM-0001-0059-icontour-manual.txt"));
  EXPECT_TRUE(is_scd_contour_name("IM-0001-0059-ocontour-auto.txt"));
  EXPECT_FALSE(is_scd_contour_name("IM-0001-0059-pcontour-manual.txt"));
  EXPECT_FALSE(is_scd_contour_name("IM-0001-0059-icontour-manual.txt.bak"));
  EXPECT_FALSE(is_scd_contour_name("README.md"));
}

TEST(scd_contours, name_and_folder_give_instance_side_and_patient) {
  const auto inner = read_text_contour("1 1\n5.5 1\n5.5 4.5\n");
  EXPECT_EQ(inner.patient, "SC-HF-I-01");
  EXPECT_EQ(inner.instance_number, 59);
  EXPECT_EQ(inner.endocardium.points, (std::vector<Point>{{0, 0}, {4.5, 0}, {4.5, 3.5}}));
  EXPECT_TRUE(inner.epicardium.points.empty());
  const auto outer = read_text_contour("1 1\n5 1\n5 4\n", "IM-0001-0200-ocontour-manual.txt");
  EXPECT_EQ(outer.instance_number, 200);
  EXPECT_TRUE(outer.endocardium.points.empty());
  EXPECT_EQ(outer.epicardium.points.size(), 3U);
}

TEST(scd_contours, tabs_blank_lines_and_line_ends_of_any_kind_do_not_matter) {
  const auto label = read_text_contour("1\t1\r\n\r\n  5 1  \r\n5 4");
  EXPECT_EQ(label.endocardium.points, (std::vector<Point>{{0, 0}, {4, 0}, {4, 3}}));
}

TEST(scd_contours, a_last_vertex_that_repeats_the_first_is_dropped) {
  EXPECT_EQ(read_text_contour("1 1\n5 1\n5 4\n1 1\n").endocardium.points.size(), 3U);
}

TEST(scd_contours, a_byte_order_mark_is_dropped) {
  const auto label = read_text_contour(
      "\xef\xbb\xbf"
      "1 1\n5 1\n5 4\n");
  EXPECT_EQ(label.endocardium.points, (std::vector<Point>{{0, 0}, {4, 0}, {4, 3}}));
}

TEST(scd_contours, a_faulty_line_is_named) {
  expect_unreadable("1 1\n5 x\n5 4\n", {kName, "line 2", "'x y'", "'5 x'"});
  expect_unreadable("1 1\n\n5\n5 4\n", {"line 3", "'5'"});
  expect_unreadable("1 1 1\n5 1\n5 4\n", {"line 1"});
  expect_unreadable("1 1\n5 1\n5 nan\n", {"line 3"});
  expect_unreadable("1 1\n5 1\n5 1e300\n", {"line 3"});
  expect_unreadable("1 1\n2 2\n", {kName, "at least 3", "found 2"});
  expect_unreadable("", {"found 0"});
}

}  // namespace
}  // namespace heartlab::testing
