#include "heartlab/segment/inputs.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "heartlab/image/png.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;
using testing::expect_error;
using testing::TemporaryFolder;

std::vector<std::string> places(const std::vector<SegmentInput>& inputs) {
  std::vector<std::string> result;
  for (const auto& input : inputs) {
    result.push_back((input.folder / input.file.filename()).string());
  }
  return result;
}

void put(const Path& file) {
  make_folder(file.parent_path());
  write_text(file, "x");
}

TEST(Inputs, a_folder_keeps_its_structure_in_the_order_of_its_paths) {
  TemporaryFolder folder;
  put(folder / "in/b/2.png");
  put(folder / "in/a/1.png");
  put(folder / "in/0.png");
  EXPECT_THAT(places(find_inputs({folder / "in"}, folder / "out")),
              ElementsAre("0.png", "a/1.png", "b/2.png"));
  EXPECT_THAT(places(find_inputs({folder / "in/"}, folder / "out")),
              ElementsAre("0.png", "a/1.png", "b/2.png"));
}

TEST(Inputs, of_several_inputs_each_folder_stands_under_its_name) {
  TemporaryFolder folder;
  put(folder / "p1/1.png");
  put(folder / "p2/1.png");
  put(folder / "single.png");
  EXPECT_THAT(
      places(find_inputs({folder / "p1", folder / "p2/", folder / "single.png"}, folder / "out")),
      ElementsAre("p1/1.png", "p2/1.png", "single.png"));
}

TEST(Inputs, folders_of_one_name_stand_under_what_tells_them_apart) {
  TemporaryFolder folder;
  put(folder / "p1/dicom/1.png");
  put(folder / "p2/dicom/1.png");
  EXPECT_THAT(places(find_inputs({folder / "p1/dicom", folder / "p2/dicom"}, folder / "out")),
              ElementsAre("p1/dicom/1.png", "p2/dicom/1.png"));
}

TEST(Inputs, what_is_given_twice_is_one_input) {
  TemporaryFolder folder;
  put(folder / "in/1.png");
  EXPECT_EQ(
      find_inputs({folder / "in", folder / "in/", folder / "in/1.png"}, folder / "out").size(), 1U);
}

TEST(Inputs, results_of_an_earlier_run_and_hidden_files_are_not_inputs) {
  TemporaryFolder folder;
  put(folder / "in/1.png");
  put(folder / "in/.DS_Store");
  put(folder / "in/out/1_mask.png");
  put(folder / "in/out/2_mask.png.tmp-4711");
  EXPECT_THAT(places(find_inputs({folder / "in"}, folder / "in/out")), ElementsAre("1.png"));
}

TEST(Inputs, results_of_another_run_are_not_inputs) {
  TemporaryFolder folder;
  put(folder / "in/1.png");
  put(folder / "in/former/a/1_mask.png");
  put(folder / "in/former/areas.csv");
  make_folder(folder / "in/former/.heartlab");
  EXPECT_THAT(places(find_inputs({folder / "in"}, folder / "out")), ElementsAre("1.png"));
  expect_error(ErrorKind::kBadInput, {"former", "results of heartlab segment"},
               [&] { find_inputs({folder / "in/former"}, folder / "out"); });
  // Images that lie among them still are.
  put(folder / "in/former/dicom/2.dcm");
  EXPECT_THAT(places(find_inputs({folder / "in"}, folder / "out")),
              ElementsAre("1.png", "former/dicom/2.dcm"));
  EXPECT_THAT(places(find_inputs({folder / "in"}, folder / "in/former")),
              ElementsAre("1.png", "former/dicom/2.dcm"));
}

TEST(Inputs, results_that_a_link_leads_to_are_not_inputs) {
  TemporaryFolder folder;
  put(folder / "all/in/1.png");
  put(folder / "all/out/1_mask.png");
  std::filesystem::create_directory_symlink(folder / "all", folder / "all/in/link");
  EXPECT_THAT(places(find_inputs({folder / "all/in"}, folder / "all/out")), ElementsAre("1.png"));
}

TEST(Inputs, hidden_folders_are_passed_over_and_unreadable_ones_named) {
  TemporaryFolder folder;
  put(folder / "in/1.png");
  put(folder / "in/.trash/2.png");
  put(folder / "in/locked/3.png");
  const testing::Unreadable locked(folder / "in/locked");
  std::vector<std::string> named;
  const auto note = [&](const Error& error) { named.emplace_back(error.what()); };
  EXPECT_THAT(places(find_inputs({folder / "in"}, folder / "out", note)), ElementsAre("1.png"));
  EXPECT_THAT(named, ElementsAre(::testing::HasSubstr("in/locked")));
  expect_error(ErrorKind::kPermission, {"in/locked"},
               [&] { find_inputs({folder / "in"}, folder / "out"); });
}

TEST(Inputs, what_is_not_there_and_what_is_empty_are_errors_of_their_own) {
  TemporaryFolder folder;
  make_folder(folder / "in");
  expect_error(ErrorKind::kNotFound, {"absent", "no such file or folder"},
               [&] { find_inputs({folder / "absent"}, folder / "out"); });
  expect_error(ErrorKind::kBadInput, {"in", "empty folder"},
               [&] { find_inputs({folder / "in"}, folder / "out"); });
}

TEST(Inputs, a_png_is_spread_over_8_bits_by_its_own_minimum_and_maximum) {
  TemporaryFolder folder;
  GreyImage grey(1, 3);
  grey.pixels = {10, 30, 50};
  write_png(folder / "a.png", grey);
  const auto images = read_input(folder / "a.png", {});
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].grey.pixels.front(), 0);
  EXPECT_EQ(images[0].grey.pixels.back(), 255);
  EXPECT_EQ(images[0].frame, 0);
  EXPECT_FALSE(images[0].geometry.spacing.known());
}

TEST(Inputs, a_file_that_is_no_image_says_what_was_expected) {
  TemporaryFolder folder;
  write_text(folder / "notes.txt", "hello, this is not an image");
  write_text(folder / "empty.dcm", "");
  expect_error(ErrorKind::kBadInput, {"notes.txt", "DICOM or PNG", "neither"},
               [&] { read_input(folder / "notes.txt", {}); });
  expect_error(ErrorKind::kBadInput, {"empty.dcm", "empty file"},
               [&] { read_input(folder / "empty.dcm", {}); });
}

TEST(Stems, endings_are_cut_off_but_numbers_of_a_uid_are_not) {
  StemNames names;
  EXPECT_EQ(names.claim({"x/0048.dcm", "a"}, 0), "0048");
  EXPECT_EQ(names.claim({"x/1.2.840.113619", "a"}, 0), "1.2.840.113619");
  EXPECT_EQ(names.claim({"x/IM0001", "a"}, 0), "IM0001");
}

TEST(Stems, frames_are_numbered_and_no_two_results_share_a_name) {
  StemNames names;
  EXPECT_EQ(names.claim({"x/1.dcm", "a"}, 1), "1_f0001");
  EXPECT_EQ(names.claim({"x/1.dcm", "a"}, 12), "1_f0012");
  EXPECT_EQ(names.claim({"x/1.png", "a"}, 0), "1");
  EXPECT_EQ(names.claim({"x/1.dcm", "a"}, 0), "1_s02");
  EXPECT_EQ(names.claim({"x/1.dcm", "b"}, 0), "1");
}

TEST(Stems, of_a_long_name_leave_room_for_every_ending_and_stay_apart) {
  StemNames names;
  const std::string name(249, 'x');
  const std::string one = names.claim({"x/" + name + "1.png", "a"}, 0);
  const std::string other = names.claim({"x/" + name + "2.png", "a"}, 0);
  const std::string again = names.claim({"x/" + name + "1.dcm", "a"}, 1234567);
  EXPECT_NE(one, other);
  for (const auto& stem : {one, other, again}) {
    EXPECT_TRUE(stem.starts_with("xxx"));
    EXPECT_LE(stem.size() + std::string("_contours.json.tmp-1234567890").size(), 255U);
  }
  EXPECT_TRUE(again.ends_with("_f1234567"));
  EXPECT_EQ(names.claim({"x/" + std::string(200, 'y') + ".png", "a"}, 0), std::string(200, 'y'));
  std::string umlauts;
  for (int i = 0; i < 124; ++i) umlauts += "\xc3\xa4";
  const std::string cut = names.claim({"x/" + umlauts + ".png", "a"}, 0);
  EXPECT_EQ(cut.rfind("\xa4_"), cut.size() - 18) << "no letter is cut in two";
}

}  // namespace
}  // namespace heartlab
