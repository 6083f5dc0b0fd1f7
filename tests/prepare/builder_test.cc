#include "heartlab/prepare/builder.h"

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "heartlab/core/interrupt.h"
#include "heartlab/image/png.h"
#include "heartlab/prepare/dataset.h"
#include "tests/prepare/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::checksums;
using testing::dice;
using testing::disc_mask;
using ::testing::ElementsAre;
using testing::expect_error;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::png_options;
using testing::TemporaryFolder;
using testing::write_pair;

// Five patients with two images each.
void write_cohort(const Path& data) {
  for (const char* patient : {"A", "B", "C", "D", "E"}) {
    write_pair(data, patient, "0001");
    write_pair(data, patient, "0002", 40, 60);
  }
}

TEST(Prepare, images_and_masks_become_a_data_set) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  const PrepareSummary summary = prepare_dataset(png_options(folder / "data", folder / "set"));
  EXPECT_EQ(summary.patients, 5);
  EXPECT_EQ(summary.images, 10);
  EXPECT_THAT(summary.unmatched_images, IsEmpty());
  EXPECT_THAT(summary.skipped, IsEmpty());

  const Dataset dataset(folder / "set");
  ASSERT_EQ(dataset.size(), 10U);
  EXPECT_EQ(dataset.target(), "cavity");
  EXPECT_EQ(dataset.preparation().mean, summary.mean_pixel);
  EXPECT_EQ(dataset.samples()[1].source, "A/0002.png");
  EXPECT_EQ(dataset.samples()[1].rows, 40);
  EXPECT_GT(dice(dataset.structure(0), disc_mask(32, 32, {15.83, 15.83}, 6.67)), 0.97);
}

TEST(Prepare, every_image_stands_beside_the_packed_file_as_PNG) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  prepare_dataset(png_options(folder / "data", folder / "set"));
  const Dataset dataset(folder / "set");
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Sample& sample = dataset.samples()[i];
    const Path name = Path(sample.patient) / (sample.stem + ".png");
    EXPECT_EQ(read_png(folder / "set/png/images" / name), dataset.image_raster(i));
    testing::expect_mask_eq(dataset.structure(i), read_png(folder / "set/png/labels" / name));
  }
  for (const char* file : {"contact_sheet.png", "summary.json", "manifest.json"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / "set" / file)) << file;
  }
}

TEST(Prepare, running_twice_gives_the_same_bytes) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  prepare_dataset(png_options(folder / "data", folder / "one"));
  prepare_dataset(png_options(folder / "data", folder / "two"));
  const auto first = checksums(folder / "one");
  EXPECT_EQ(first, checksums(folder / "two"));
  EXPECT_EQ(first.size(), 5U + 20U);
  prepare_dataset(png_options(folder / "data", folder / "one"));
  EXPECT_EQ(first, checksums(folder / "one"));
}

TEST(Prepare, no_patient_is_on_two_sides) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  auto options = png_options(folder / "data", folder / "set");
  for (const auto& split : {std::vector{0.7, 0.1, 0.2}, {0.34, 0.33, 0.33}, {0.0, 0.5, 0.5}}) {
    options.split = split;
    prepare_dataset(options);
    std::map<std::string, std::string> side;
    const Dataset dataset(folder / "set");
    for (const auto& sample : dataset.samples()) {
      EXPECT_EQ(side.try_emplace(sample.patient, sample.subset).first->second, sample.subset);
    }
  }
}

TEST(Prepare, one_patient_alone_is_enough) {
  TemporaryFolder folder;
  write_pair(folder / "data", "only", "0001");
  const auto summary = prepare_dataset(png_options(folder / "data", folder / "set"));
  EXPECT_EQ(summary.subsets[0].images, 1);
  EXPECT_THAT(summary.subsets[0].patients, ElementsAre("only"));
}

TEST(Prepare, bad_files_are_named_counted_and_skipped) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  write_text(folder / "data/images/A/notes.txt", "not an image");
  const Bytes whole = read_bytes(folder / "data/images/B/0001.png");
  write_bytes(folder / "data/images/B/0001.png", std::span(whole).first(whole.size() / 2));
  write_png(folder / "data/labels/C/0002.png", disc_mask(40, 40, {20, 20}, 9));
  GreyImage wrong = disc_mask(48, 48, {20, 20}, 9);
  wrong.at(0, 0) = 17;
  write_png(folder / "data/labels/D/0001.png", wrong);
  const auto summary = prepare_dataset(png_options(folder / "data", folder / "set"));
  EXPECT_EQ(summary.images, 7);
  EXPECT_THAT(summary.skipped,
              ::testing::UnorderedElementsAre(HasSubstr("A/notes.txt"), HasSubstr("B/0001.png"),
                                              HasSubstr("C/0002.png"), HasSubstr("D/0001.png")));
}

TEST(Prepare, strict_makes_the_first_bad_file_fatal) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  write_text(folder / "data/images/A/notes.txt", "not an image");
  auto options = png_options(folder / "data", folder / "set");
  options.strict = true;
  expect_error(ErrorKind::kBadInput, {"notes.txt", "expected DICOM or PNG"},
               [&] { prepare_dataset(options); });
  EXPECT_FALSE(std::filesystem::exists(folder / "set"));
}

TEST(Prepare, hidden_files_are_passed_over) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  write_text(folder / "data/images/A/.DS_Store", "x");
  write_text(folder / "data/labels/A/._0001.png", "x");
  auto options = png_options(folder / "data", folder / "set");
  options.strict = true;
  EXPECT_EQ(prepare_dataset(options).images, 10);
}

TEST(Prepare, hidden_folders_are_passed_over_and_links_to_folders_followed) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  std::filesystem::rename(folder / "data/images/A", folder / "data/images/.trash");
  std::filesystem::rename(folder / "data/images/B", folder / "elsewhere");
  std::filesystem::create_directory_symlink(folder / "elsewhere", folder / "data/images/B");
  const auto summary = prepare_dataset(png_options(folder / "data", folder / "set"));
  EXPECT_EQ(summary.images, 8);
  EXPECT_THAT(summary.unmatched_labels, ElementsAre(HasSubstr("A/0001"), HasSubstr("A/0002")));
}

TEST(Prepare, a_folder_that_cannot_be_read_is_named_and_skipped) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  const testing::Unreadable locked(folder / "data/images/C");
  auto options = png_options(folder / "data", folder / "set");
  const auto summary = prepare_dataset(options);
  EXPECT_EQ(summary.images, 8);
  EXPECT_THAT(summary.skipped, ElementsAre(HasSubstr("images/C")));
  options.strict = true;
  expect_error(ErrorKind::kPermission, {"images/C"}, [&] { prepare_dataset(options); });
}

TEST(Prepare, an_image_without_a_label_and_a_label_without_an_image_are_counted) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  std::filesystem::remove(folder / "data/labels/A/0001.png");
  std::filesystem::remove(folder / "data/images/E/0002.png");
  const auto summary = prepare_dataset(png_options(folder / "data", folder / "set"));
  EXPECT_EQ(summary.images, 8);
  EXPECT_THAT(summary.unmatched_images, ElementsAre(HasSubstr("A/0001.png: no label")));
  EXPECT_THAT(summary.unmatched_labels, ElementsAre(HasSubstr("no image E/0002")));
}

TEST(Prepare, folders_that_are_empty_or_absent_are_errors) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  make_folder(folder / "empty");
  auto options = png_options(folder / "data", folder / "set");
  options.images = {folder / "empty"};
  expect_error(ErrorKind::kBadInput, {"empty", "no image"}, [&] { prepare_dataset(options); });
  options.images = {folder / "absent"};
  expect_error(ErrorKind::kNotFound, {"absent"}, [&] { prepare_dataset(options); });
  options = png_options(folder / "data", folder / "set");
  options.labels = {folder / "empty"};
  expect_error(ErrorKind::kBadInput, {"empty", "no label"}, [&] { prepare_dataset(options); });
  EXPECT_FALSE(std::filesystem::exists(folder / "set"));
}

TEST(Prepare, labels_that_fit_no_image_at_all_are_an_error_with_an_example_of_each) {
  TemporaryFolder folder;
  write_pair(folder / "data", "A", "0001");
  write_pair(folder / "data", "B", "0002");
  std::filesystem::remove(folder / "data/labels/A/0001.png");
  std::filesystem::remove(folder / "data/images/B/0002.png");
  expect_error(ErrorKind::kBadInput, {"no image has a label", "A/0001.png", "B/0002"},
               [&] { prepare_dataset(png_options(folder / "data", folder / "set")); });
}

TEST(Prepare, the_output_never_lies_within_an_input_or_around_it) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  for (const auto& out : {folder / "data/images/set", folder / "data", folder / "data/labels"}) {
    expect_error(ErrorKind::kUsage, {"--out", "another folder"},
                 [&] { prepare_dataset(png_options(folder / "data", out)); });
  }
}

TEST(Prepare, a_folder_that_is_not_a_data_set_is_not_replaced) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  make_folder(folder / "thesis");
  write_text(folder / "thesis/chapter1.txt", "precious");
  expect_error(ErrorKind::kUsage, {"thesis", "not an earlier result"},
               [&] { prepare_dataset(png_options(folder / "data", folder / "thesis")); });
  EXPECT_EQ(read_text(folder / "thesis/chapter1.txt"), "precious");
}

TEST(Prepare, images_and_labels_in_one_folder_are_told_apart_by_name) {
  TemporaryFolder folder;
  write_pair(folder / "data", "A", "0007");
  std::ofstream(folder / "data/images/A/IM-0001-0007-icontour-manual.txt")
      << "15 15\n30 15\n30 30\n15 30\n";
  auto options = png_options(folder / "data", folder / "set");
  options.labels = options.images;
  options.label_format = "scd";
  options.strict = true;
  EXPECT_EQ(prepare_dataset(options).images, 1);
  options.label_format = "auto";
  expect_error(ErrorKind::kUsage, {"0007.png", "both --images and --labels"},
               [&] { prepare_dataset(options); });
}

TEST(Prepare, a_spacing_that_no_data_set_may_have_is_refused_before_the_work) {
  TemporaryFolder folder;
  auto options = png_options(folder / "absent", folder / "set");
  options.spacing = 0.005;
  expect_error(ErrorKind::kUsage, {"--spacing", "0.01 to 100", "0.005"},
               [&] { prepare_dataset(options); });
}

TEST(Prepare, images_without_a_window_are_counted_where_the_window_is_asked_for) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  auto options = png_options(folder / "data", folder / "set");
  options.window = true;
  EXPECT_THAT(prepare_dataset(options).remarks,
              ElementsAre("no window: minimum and maximum are taken (10 images)"));
  EXPECT_THAT(read_text(folder / "set/summary.json"), HasSubstr("no window"));
  options.window = false;
  EXPECT_THAT(prepare_dataset(options).remarks, IsEmpty());
}

TEST(Prepare, labels_move_by_the_offset) {
  TemporaryFolder folder;
  write_pair(folder / "data", "A", "0001", 32, 32);
  auto options = png_options(folder / "data", folder / "set");
  options.label_offset = {-2, 1};
  prepare_dataset(options);
  const Mask expected = disc_mask(32, 32, {14, 17}, 10);
  testing::expect_mask_eq(expected, Dataset(folder / "set").structure(0));
  options.label_offset = {1};
  expect_error(ErrorKind::kUsage, {"--label-offset", "DX,DY"}, [&] { prepare_dataset(options); });
}

// Five patients: image 1 with a ring drawn on it, image 2 with the inner disc alone; of patient A
// the ring has its disc too; F has discs only.
void write_partial_cohort(const Path& data) {
  for (const std::string patient : {"A", "B", "C", "D", "E", "F"}) {
    for (const std::string stem : {"0001", "0002"}) write_pair(data, patient, stem, 40, 40);
    make_folder(data / "rings" / patient);
    make_folder(data / "discs" / patient);
    Mask ring = disc_mask(40, 40, {20, 20}, 10);
    const Mask disc = disc_mask(40, 40, {20, 20}, 6);
    for (std::size_t i = 0; i < ring.pixels.size(); ++i) {
      if (disc.pixels[i] != 0) ring.pixels[i] = 0;
    }
    if (patient != "F") write_png(data / "rings" / patient / "0001.png", ring);
    write_png(data / "discs" / patient / "0002.png", disc);
    if (patient == "A" || patient == "F") write_png(data / "discs" / patient / "0001.png", disc);
  }
}

PrepareOptions partial_options(const Path& data, const Path& out) {
  auto options = png_options(data, out);
  options.target = "myocardium";
  options.labels = {data / "rings"};
  options.partial_labels = {data / "discs"};
  options.test_patients = {"D"};
  options.validation_patients = {"E"};
  options.partial_wall = 0;
  options.partial_margin = 60;
  options.size = 40;
  return options;
}

TEST(Prepare, partial_labels_join_the_training_side_alone) {
  TemporaryFolder folder;
  write_partial_cohort(folder / "data");
  const auto summary = prepare_dataset(partial_options(folder / "data", folder / "set"));
  EXPECT_EQ(summary.images, 5 + 3 + 2);
  EXPECT_EQ(summary.partial_images, 3 + 2);
  EXPECT_THAT(summary.partial_left_out, ElementsAre("D/0002", "E/0002"));
  EXPECT_THAT(summary.unmatched_images, IsEmpty());
  const auto json = nlohmann::json::parse(read_text(folder / "set/summary.json"));
  EXPECT_EQ(json.at("partial_images"), 5);
  const Dataset dataset(folder / "set");
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Sample& sample = dataset.samples()[i];
    EXPECT_EQ(sample.partial, sample.stem == "0002" || sample.patient == "F") << sample.patient;
    EXPECT_TRUE(!sample.partial || sample.subset == "train") << sample.patient;
    EXPECT_EQ(count_set(dataset.structure(i)) == 0, sample.partial) << sample.patient;
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "set/contact_sheet.png"));
}

TEST(Prepare, partial_labels_change_nothing_of_the_others) {
  TemporaryFolder folder;
  write_partial_cohort(folder / "data");
  auto options = partial_options(folder / "data", folder / "with");
  options.partial_wall = 20;
  options.validation_patients = options.test_patients = {};
  const auto with = prepare_dataset(options);
  options.partial_labels = {};
  options.out = folder / "without";
  const auto without = prepare_dataset(options);
  EXPECT_EQ(with.mean_pixel, without.mean_pixel);
  EXPECT_EQ(with.class_frequencies, without.class_frequencies);
  EXPECT_EQ(with.images - with.partial_images, without.images);
  EXPECT_FALSE(
      nlohmann::json::parse(read_text(folder / "without/summary.json")).contains("partial_images"));
  const Dataset one(folder / "with"), other(folder / "without");
  for (const auto& sample : other.samples()) {
    const auto same = std::ranges::find_if(one.samples(), [&](const Sample& s) {
      return s.patient == sample.patient && s.stem == sample.stem;
    });
    ASSERT_NE(same, one.samples().end());
    EXPECT_EQ(same->subset, sample.subset);
  }
}

TEST(Prepare, partial_labels_that_are_whole_ones_are_refused) {
  TemporaryFolder folder;
  write_partial_cohort(folder / "data");
  auto options = partial_options(folder / "data", folder / "set");
  options.target = "cavity";
  expect_error(ErrorKind::kUsage, {"--partial-labels", "whole label of the cavity"},
               [&] { prepare_dataset(options); });
  options = partial_options(folder / "data", folder / "set");
  options.partial_labels = {folder / "data/images"};
  expect_error(ErrorKind::kUsage, {"both --images and --partial-labels"},
               [&] { prepare_dataset(options); });
  options = partial_options(folder / "data", folder / "set");
  options.partial_wall = 61;
  expect_error(ErrorKind::kUsage, {"--partial-wall", "60 mm", "61"},
               [&] { prepare_dataset(options); });
  options = partial_options(folder / "data", folder / "data/discs/set");
  expect_error(ErrorKind::kUsage, {"--out", "another folder"}, [&] { prepare_dataset(options); });
}

TEST(Prepare, options_come_back_from_the_manifest_with_checksums_of_every_input) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  prepare_dataset(png_options(folder / "data", folder / "set"));
  const auto manifest = nlohmann::json::parse(read_text(folder / "set/manifest.json"));
  EXPECT_EQ(manifest["options"]["target"], "cavity");
  EXPECT_EQ(manifest["options"]["size"], 32);
  ASSERT_EQ(manifest["inputs"].size(), 20U);
  EXPECT_EQ(manifest["inputs"][0]["sha256"], sha256_of_file(folder / "data/images/A/0001.png"));
}

// A signal that comes at any moment of the work ends it with nothing behind.
TEST(PrepareDeathTest, interrupted_it_leaves_nothing_behind) {
  TemporaryFolder folder;
  write_cohort(folder / "data");
  const std::size_t before = list_files(folder.path()).size();
  for (const int milliseconds : {0, 2, 5, 10, 20, 40}) {
    EXPECT_EXIT(
        {
          catch_interrupts();
          std::jthread([milliseconds] {
            std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
            ::raise(SIGINT);
          }).detach();
          try {
            for (;;) prepare_dataset(png_options(folder / "data", folder / "set"));
          } catch (const Error& error) {
            std::_Exit(exit_status(error.kind()));
          }
        },
        ::testing::ExitedWithCode(130), "");
    const Path set = folder / "set";
    if (std::filesystem::exists(set)) {
      EXPECT_EQ(Dataset(set).samples().size(), 10U);  // of a round before the signal
    }
    std::filesystem::remove_all(set);
    EXPECT_EQ(list_files(folder.path()).size(), before);
  }
}

}  // namespace
}  // namespace heartlab
