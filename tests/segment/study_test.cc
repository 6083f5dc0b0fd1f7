#include "heartlab/segment/study.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartlab/dicom/writer.h"
#include "heartlab/image/png.h"
#include "heartlab/segment/algorithm.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using ::testing::HasSubstr;

class Study : public ::testing::Test {
 protected:
  static constexpr int kSide = 64;
  inline static const testing::Disc kHeart{30, 34, 10};

  Study() {
    make_folder(folder_ / "in/base");
    write_png(folder_ / "in/base/1.png", testing::disc_image(kSide, kSide, kHeart));
    options_.model = testing::write_model(folder_ / "cavity.safetensors", "cavity", kSide);
    options_.inputs = {folder_ / "in"};
    options_.out = folder_ / "out";
  }

  SegmentSummary segment() {
    Segmenter segmenter = testing::threshold_segmenter(folder_.path(), "cavity", kSide);
    return segment_inputs(segmenter, options_, algorithm_of(options_.model, options_.engine.with));
  }

  void write_slice(const Path& file) {
    const GreyImage grey = testing::disc_image(kSide, kSide, kHeart);
    Image values(kSide, kSide);
    std::copy(grey.pixels.begin(), grey.pixels.end(), values.pixels.begin());
    write_slice(file, values);
  }

  static void write_slice(const Path& file, const Image& values) {
    MrImage mr;
    mr.patient_id = "P1";
    mr.study_uid = make_uid(1, "study");
    mr.series_uid = make_uid(1, "series");
    mr.sop_instance_uid = make_uid(1, file.string());
    mr.frame_of_reference_uid = make_uid(1, "frame");
    mr.geometry.spacing = {1.5, 1.5};
    mr.geometry.position = {-10, -20, 30};
    mr.geometry.in_patient = true;
    mr.image = values;
    write_dicom(file, mr);
  }

  testing::TemporaryFolder folder_;
  SegmentOptions options_;
};

TEST_F(Study, a_png_gives_mask_overlay_contours_and_a_line_of_areas) {
  const SegmentSummary summary = segment();
  EXPECT_EQ(summary.images, 1);
  EXPECT_TRUE(summary.skipped.empty());
  const GreyImage mask = read_png(options_.out / "base/1_mask.png");
  const GreyImage image = testing::disc_image(kSide, kSide, kHeart);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    ASSERT_EQ(mask.pixels[i], image.pixels[i] > 100 ? 255 : 0) << "pixel " << i;
  }
  EXPECT_TRUE(std::filesystem::exists(options_.out / "base/1_overlay.png"));
  const auto contours = nlohmann::json::parse(read_text(options_.out / "base/1_contours.json"));
  EXPECT_EQ(contours["contours"].size(), 1U);
  EXPECT_THAT(read_text(options_.out / "areas.csv"), HasSubstr("\nbase/1.png,,"));
  const auto manifest = nlohmann::json::parse(read_text(options_.out / "manifest.json"));
  EXPECT_EQ(manifest["images"], 1);
  EXPECT_EQ(manifest["model"], "cavity.safetensors");
}

TEST_F(Study, the_mask_has_the_size_of_an_image_that_is_not_square) {
  write_png(folder_ / "in/base/wide.png", testing::disc_image(40, 90, {20, 45, 9}));
  segment();
  const GreyImage mask = read_png(options_.out / "base/wide_mask.png");
  EXPECT_EQ(mask.rows, 40);
  EXPECT_EQ(mask.columns, 90);
  EXPECT_EQ(mask.at(20, 45), 255);
  EXPECT_EQ(mask.at(2, 2), 0);
}

TEST_F(Study, a_dicom_slice_has_its_area_in_square_millimetres_and_a_place_in_the_patient) {
  write_slice(folder_ / "in/base/2.dcm");
  EXPECT_EQ(segment().images, 2);
  const auto contours = nlohmann::json::parse(read_text(options_.out / "base/2_contours.json"));
  EXPECT_EQ(contours["millimetre_frame"], "patient");
  EXPECT_DOUBLE_EQ(contours["contours"][0]["millimetres"][0][2], 30);
  const double pixels = contours["contours"][0]["area_px"];
  EXPECT_NEAR(contours["contours"][0]["area_mm2"].get<double>(), 2.25 * pixels, 1e-6);
  EXPECT_THAT(read_text(options_.out / "areas.csv"), HasSubstr("base/2.dcm,,"));
}

TEST_F(Study, bad_files_are_named_and_counted_and_stop_nothing) {
  write_slice(folder_ / "in/base/2.dcm");
  const Bytes whole = read_bytes(folder_ / "in/base/2.dcm");
  write_bytes(folder_ / "in/base/3.dcm", {whole.data(), whole.size() / 2});
  write_text(folder_ / "in/base/0.txt", "notes that are long enough to look at");
  const SegmentSummary summary = segment();
  EXPECT_EQ(summary.images, 2);
  ASSERT_EQ(summary.skipped.size(), 2U);
  EXPECT_THAT(summary.skipped[0], HasSubstr("0.txt"));
  EXPECT_THAT(summary.skipped[1], HasSubstr("3.dcm"));
  const auto manifest = nlohmann::json::parse(read_text(options_.out / "manifest.json"));
  EXPECT_EQ(manifest["skipped"].size(), 2U);
}

TEST_F(Study, a_file_with_the_longest_name_is_segmented_too) {
  const std::string name = std::string(251, 'x') + ".png";
  write_png(folder_ / "in/base/2.png", testing::disc_image(kSide, kSide, kHeart));
  std::filesystem::rename(folder_ / "in/base/2.png", folder_ / "in/base" / name);
  EXPECT_EQ(segment().images, 2);
  EXPECT_THAT(read_text(options_.out / "areas.csv"), HasSubstr(name));
}

TEST_F(Study, where_no_file_is_an_image_the_first_reason_is_given) {
  make_folder(folder_ / "text");
  write_text(folder_ / "text/a.txt", "no image at all in here");
  options_.inputs = {folder_ / "text"};
  expect_error(ErrorKind::kBadInput, {"none of the 1 files", "a.txt"}, [&] { segment(); });
}

TEST_F(Study, an_image_with_nothing_on_it_is_counted_and_has_an_empty_mask) {
  write_png(folder_ / "in/base/1.png", GreyImage(kSide, kSide, 7));
  EXPECT_EQ(segment().empty, 1);
  const auto contours = nlohmann::json::parse(read_text(options_.out / "base/1_contours.json"));
  EXPECT_TRUE(contours["contours"].empty());
}

TEST_F(Study, a_flat_image_has_nothing_on_it_however_bright) {
  write_png(folder_ / "in/base/1.png", GreyImage(kSide, kSide, 250));
  EXPECT_EQ(segment().empty, 1);
}

TEST_F(Study, results_of_an_earlier_call_do_not_stay_among_those_of_this_one) {
  segment();
  write_text(options_.out / "notes.txt", "mine");
  std::filesystem::rename(folder_ / "in/base/1.png", folder_ / "in/base/2.png");
  segment();
  EXPECT_TRUE(std::filesystem::exists(options_.out / "base/2_mask.png"));
  for (const char* former : {"1_mask.png", "1_overlay.png", "1_contours.json"}) {
    EXPECT_FALSE(std::filesystem::exists(options_.out / "base" / former)) << former;
  }
  EXPECT_EQ(read_text(options_.out / "notes.txt"), "mine");
}

TEST_F(Study, a_manifest_of_another_hand_removes_nothing_outside_the_folder) {
  write_text(folder_ / "x_mask.png", "mine");
  make_folder(options_.out);
  write_text(options_.out / "manifest.json",
             R"({"command": "segment", "results": ["../x", 3, "", "a/../../x"]})");
  segment();
  EXPECT_TRUE(std::filesystem::exists(folder_ / "x_mask.png"));
}

TEST_F(Study, segmenting_twice_gives_the_same_bytes) {
  segment();
  const Bytes overlay = read_bytes(options_.out / "base/1_overlay.png");
  const Bytes contours = read_bytes(options_.out / "base/1_contours.json");
  segment();
  EXPECT_EQ(read_bytes(options_.out / "base/1_overlay.png"), overlay);
  EXPECT_EQ(read_bytes(options_.out / "base/1_contours.json"), contours);
}

TEST_F(Study, flipping_the_input_flips_the_mask) {
  GreyImage image = testing::disc_image(kSide, kSide, {20, 14, 7});
  GreyImage flipped = image;
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      flipped.at(row, column) = image.at(row, kSide - 1 - column);
    }
  }
  Segmenter segmenter = testing::threshold_segmenter(folder_.path(), "cavity", kSide);
  const Mask mask = segmenter.segment(image).mask;
  const Mask other = segmenter.segment(flipped).mask;
  Mask back(kSide, kSide);
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      back.at(row, column) = other.at(row, kSide - 1 - column);
    }
  }
  testing::expect_mask_eq(mask, back);
}

TEST_F(Study, one_pixel_and_one_line_of_pixels_are_images) {
  write_png(folder_ / "in/base/pixel.png", GreyImage(1, 1, 200));
  GreyImage line(1, 5000, 40);
  std::fill_n(line.pixels.begin() + 2000, 1000, std::uint8_t{200});
  write_png(folder_ / "in/base/line.png", line);
  write_slice(folder_ / "in/base/pixel.dcm", Image(1, 1, 7));
  const SegmentSummary summary = segment();
  EXPECT_EQ(summary.images, 4);
  EXPECT_TRUE(summary.skipped.empty());
  // The single pixels are flat; on the square of the network the line is a 78th of a pixel high.
  EXPECT_EQ(summary.empty, 3);
  EXPECT_EQ(read_png(options_.out / "base/pixel_mask.png").pixels.size(), 1U);
  const GreyImage mask = read_png(options_.out / "base/line_mask.png");
  EXPECT_EQ(mask.columns, 5000);
}

TEST_F(Study, images_of_8192_x_8192_have_the_area_of_what_they_show) {
  constexpr int kLarge = 8192;
  constexpr double kScale = double{kLarge} / kSide;
  const GreyImage large =
      testing::disc_image(kLarge, kLarge, {30 * kScale, 34 * kScale, 10 * kScale});
  write_png(folder_ / "in/base/2.png", large);
  Image values(kLarge, kLarge);
  std::copy(large.pixels.begin(), large.pixels.end(), values.pixels.begin());
  write_slice(folder_ / "in/base/3.dcm", values);
  options_.write = {"json"};
  options_.jobs = 1;
  EXPECT_EQ(segment().images, 3);
  const auto shown = double(std::ranges::count(large.pixels, 200));
  for (const char* name : {"2", "3"}) {
    const auto contours =
        nlohmann::json::parse(read_text(options_.out / fmt::format("base/{}_contours.json", name)));
    EXPECT_EQ(contours["rows"], kLarge);
    EXPECT_NEAR(contours["contours"][0]["area_px"].get<double>() / shown, 1, 0.03) << name;
  }
}

TEST_F(Study, an_output_folder_that_may_not_be_written_is_an_error_of_its_own) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  make_folder(folder_ / "locked");
  ::chmod((folder_ / "locked").c_str(), 0500);
  options_.out = folder_ / "locked/out";
  expect_error(ErrorKind::kPermission, {"locked/out"}, [&] { segment(); });
}

TEST_F(Study, a_full_disk_stops_the_work_and_leaves_no_half_file) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  make_folder(options_.out / "base");
  std::filesystem::create_symlink(
      "/dev/full", options_.out / ("base/1_mask.png.tmp-" + std::to_string(::getpid())));
  expect_error(ErrorKind::kDisk, {"1_mask.png", "No space left"}, [&] { segment(); });
  EXPECT_FALSE(std::filesystem::exists(options_.out / "base/1_mask.png"));
}

}  // namespace
}  // namespace heartlab
