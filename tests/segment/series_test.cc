#include <gmock/gmock.h>

#include "heartlab/core/random.h"
#include "heartlab/dicom/reader.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/dicom/writer.h"
#include "heartlab/image/png.h"
#include "heartlab/labels/labels.h"
#include "heartlab/segment/algorithm.h"
#include "heartlab/segment/series_files.h"
#include "heartlab/segment/study.h"
#include "tests/support/fake_model.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::ElementsAre;
using testing::expect_error;
using testing::expect_mask_eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Folders of DICOM images, each with a bright disc that a threshold finds.
class Series : public ::testing::Test {
 protected:
  static constexpr int kSide = 64;

  Series() {
    options_.model = testing::write_model(folder_ / "cavity.safetensors", "cavity", kSide);
    options_.inputs = {folder_ / "in"};
    options_.out = folder_ / "out";
  }

  SegmentSummary segment(const std::vector<std::string>& formats) {
    options_.write = formats;
    Segmenter segmenter = testing::threshold_segmenter(folder_.path(), "cavity", kSide);
    return segment_inputs(segmenter, options_, algorithm_of(options_.model, options_.engine.with));
  }

  // A slice at `height` millimetres at a time, with its number.
  void write_slice(const std::string& name, double height, int instance, double time = 0,
                   const std::string& series = "series") {
    MrImage mr;
    mr.patient_id = "P1";
    mr.study_uid = make_uid(1, "study");
    mr.series_uid = make_uid(1, series);
    mr.series_number = series == "series" ? 7 : 8;
    mr.sop_instance_uid = make_uid(1, fmt::format("{}{}", series, instance));
    mr.frame_of_reference_uid = make_uid(1, "frame");
    mr.instance_number = instance;
    mr.trigger_time = time;
    mr.geometry.spacing = {1.5, 1.5};
    mr.geometry.slice_thickness = 8;
    mr.geometry.position = {-10, -20, height};
    mr.geometry.in_patient = true;
    const GreyImage grey = testing::disc_image(kSide, kSide, {20.0 + instance, 34, 10});
    mr.image = Image(kSide, kSide);
    std::copy(grey.pixels.begin(), grey.pixels.end(), mr.image.pixels.begin());
    make_folder((folder_ / "in" / name).parent_path());
    write_dicom(folder_ / "in" / name, mr);
  }

  void write_stack() {
    write_slice("a/1.dcm", 16, 1);
    write_slice("a/2.dcm", 0, 2);
    write_slice("a/3.dcm", 8, 3);
  }

  Mask mask_of(int instance) {
    Mask mask = testing::disc_image(kSide, kSide, {20.0 + instance, 34, 10});
    for (auto& pixel : mask.pixels) pixel = pixel > 100 ? 1 : 0;
    return mask;
  }

  // Without the records of what is done.
  std::vector<std::string> results() {
    std::vector<std::string> names;
    for (const auto& file : list_files(options_.out)) {
      const std::string name = file.lexically_relative(options_.out).string();
      if (!name.starts_with(".heartlab/")) names.push_back(name);
    }
    return names;
  }

  testing::TemporaryFolder folder_;
  SegmentOptions options_;
};

TEST_F(Series, each_format_is_a_file_a_series) {
  write_stack();
  const auto summary = segment({"seg", "rtstruct", "nifti", "mat"});
  EXPECT_EQ(summary.images, 3);
  EXPECT_THAT(summary.unwritten, IsEmpty());
  EXPECT_THAT(results(), UnorderedElementsAre("a/series-7_seg.dcm", "a/series-7_rtstruct.dcm",
                                              "a/series-7_mask.nii.gz", "a/series-7_contours.mat",
                                              "areas.csv", "manifest.json"));
}

TEST_F(Series, the_seg_holds_each_images_mask_in_geometric_order) {
  write_stack();
  segment({"seg"});
  const Seg seg = read_seg(options_.out / "a/series-7_seg.dcm");
  ASSERT_EQ(seg.frames.size(), 3U);
  const int in_order[] = {2, 3, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(seg.frames[i].source_uid, make_uid(1, fmt::format("series{}", in_order[i])));
    expect_mask_eq(mask_of(in_order[i]), seg.frames[i].values.raster());
    EXPECT_DOUBLE_EQ(seg.frames[i].geometry.position[2], 8.0 * double(i));
  }
}

TEST_F(Series, several_series_in_one_folder_are_told_apart) {
  write_stack();
  write_slice("a/4.dcm", 0, 4, 0, "other");
  segment({"seg"});
  EXPECT_EQ(read_seg(options_.out / "a/series-7_seg.dcm").frames.size(), 3U);
  EXPECT_EQ(read_seg(options_.out / "a/series-8_seg.dcm").frames.size(), 1U);
}

TEST_F(Series, a_series_in_several_folders_stands_above_them) {
  write_slice("a/x/1.dcm", 0, 1);
  write_slice("a/y/2.dcm", 8, 2);
  segment({"seg"});
  EXPECT_TRUE(std::filesystem::exists(options_.out / "a/series-7_seg.dcm"));
}

TEST_F(Series, matlab_contours_read_back_give_the_masks) {
  write_stack();
  segment({"mat"});
  const auto labels = read_matlab_contours(options_.out / "a/series-7_contours.mat", {});
  ASSERT_EQ(labels.size(), 3U);
  for (const auto& label : labels) {
    EXPECT_EQ(label.patient, "P1");
    EXPECT_EQ(label.image_name, fmt::format("a/{}.dcm", label.instance_number));
    expect_mask_eq(mask_of(label.instance_number), rasterise(label.endocardium, kSide, kSide));
  }
}

TEST_F(Series, a_myocardium_without_its_cavity_is_not_whole_in_matlab) {
  write_stack();
  DrawnSeries series;
  series.structure = "myocardium";
  for (int i = 1; i <= 2; ++i) {
    series.frames.push_back(
        source_of(read_dicom(folder_ / "in" / fmt::format("a/{}.dcm", i)).at(0)));
    series.names.push_back(fmt::format("a/{}.dcm", i));
  }
  Mask disc = mask_of(1), ring = disc;
  ring.at(21, 34) = ring.at(21, 35) = ring.at(22, 34) = ring.at(22, 35) = 0;
  series.masks = {Patch(ring), Patch(ring)};
  EXPECT_EQ(write_matlab_borders(folder_ / "rings.mat", series), 0);
  series.masks = {Patch(ring), Patch(disc)};
  EXPECT_EQ(write_matlab_borders(folder_ / "disc.mat", series), 1);
}

TEST_F(Series, what_is_no_regular_grid_has_no_nifti_and_the_rest_is_written) {
  write_stack();
  write_slice("a/4.dcm", 27, 4);
  const auto summary = segment({"nifti", "seg"});
  ASSERT_EQ(summary.unwritten.size(), 1U);
  EXPECT_THAT(summary.unwritten[0], HasSubstr("series-7_mask.nii.gz"));
  EXPECT_THAT(summary.unwritten[0], HasSubstr("not equally far apart"));
  EXPECT_TRUE(std::filesystem::exists(options_.out / "a/series-7_seg.dcm"));
  EXPECT_FALSE(std::filesystem::exists(options_.out / "a/series-7_mask.nii.gz"));
}

TEST_F(Series, probabilities_stand_beside_the_masks_of_every_format) {
  write_stack();
  options_.save_probabilities = true;
  segment({"png", "seg", "nifti"});
  const GreyImage probability = read_png(options_.out / "a/1_probability.png");
  const GreyImage mask = read_png(options_.out / "a/1_mask.png");
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    ASSERT_EQ(mask.pixels[i] > 0, probability.pixels[i] > 127) << "pixel " << i;
  }
  const Seg seg = read_seg(options_.out / "a/series-7_probability_seg.dcm");
  EXPECT_EQ(seg.kind, SegKind::kProbability);
  EXPECT_EQ(seg.frames.back().values.raster(), probability);
  EXPECT_TRUE(std::filesystem::exists(options_.out / "a/series-7_probability.nii.gz"));
}

TEST_F(Series, a_png_has_no_series) {
  make_folder(folder_ / "in");
  write_png(folder_ / "in/1.png", testing::disc_image(kSide, kSide, {30, 34, 10}));
  expect_error(ErrorKind::kBadInput, {"1.png", "DICOM", "seg"}, [&] { segment({"seg"}); });
  EXPECT_EQ(segment({"seg", "png"}).images, 1);
  EXPECT_TRUE(std::filesystem::exists(options_.out / "1_mask.png"));
}

TEST_F(Series, results_in_a_format_that_is_no_longer_asked_for_are_removed) {
  write_stack();
  segment({"png", "json", "seg", "mat"});
  write_text(options_.out / "a/notes.txt", "mine");
  segment({"seg"});
  EXPECT_THAT(results(), UnorderedElementsAre("a/series-7_seg.dcm", "a/notes.txt", "areas.csv",
                                              "manifest.json"));
}

TEST_F(Series, what_a_strange_manifest_names_is_left_alone_unless_it_is_called_like_a_result) {
  write_stack();
  make_folder(options_.out);
  write_text(options_.out / "notes.txt", "mine");
  write_text(options_.out / "manifest.json",
             R"({"command": "segment", "results": ["notes.txt", "../in/a/1.dcm", "_seg.dcm"]})");
  segment({"seg"});
  EXPECT_TRUE(std::filesystem::exists(options_.out / "notes.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "in/a/1.dcm"));
}

TEST_F(Series, segmenting_twice_gives_the_same_bytes_in_every_format) {
  write_stack();
  const std::vector<std::string> formats{"seg", "rtstruct", "nifti", "mat"};
  segment(formats);
  std::map<Path, Bytes> first;
  for (const auto& name : results()) first[name] = read_bytes(options_.out / name);
  segment(formats);
  for (const auto& name : results()) {
    EXPECT_EQ(read_bytes(options_.out / name), first[name]) << name;
  }
}

}  // namespace
}  // namespace heartlab
