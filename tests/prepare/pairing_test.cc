#include "heartlab/prepare/pairing.h"

#include <gmock/gmock.h>

#include "tests/prepare/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::AllOf;
using testing::contour_label;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::source_image;
using testing::square_contour;

Label endo(const std::string& folder, int instance) {
  Label label =
      contour_label(folder, fmt::format("IM-0001-{:04}-icontour-manual.txt", instance), instance);
  label.contours.patient = folder;
  label.contours.endocardium = square_contour(10, 10, 20, 20);
  return label;
}

Label epi(const std::string& folder, int instance) {
  Label label =
      contour_label(folder, fmt::format("IM-0001-{:04}-ocontour-manual.txt", instance), instance);
  label.contours.patient = folder;
  label.contours.epicardium = square_contour(8, 8, 22, 22);
  return label;
}

// Both contours, from a MATLAB file that states the image's path.
Label matlab(const std::string& image, int instance) {
  Label label = contour_label("", "contours.mat", instance);
  label.input.folders = {"labels"};
  label.input.file = "/data/labels/contours.mat";
  label.contours.image_name = image;
  label.contours.endocardium = square_contour(10, 10, 20, 20);
  label.contours.epicardium = square_contour(8, 8, 22, 22);
  return label;
}

Label mask(const std::string& folder, const std::string& file) {
  Label label = contour_label(folder, file, -1);
  label.mask = Mask(40, 40, 1);
  return label;
}

TEST(Pairing, endo_and_epi_files_of_one_image_are_joined) {
  const std::vector<SourceImage> images{source_image("A", "0048.dcm", 48, "SCD0000101")};
  const std::vector<Label> labels{endo("A", 48), epi("A", 48)};
  const Pairing pairing = pair_labels(images, labels, "myocardium");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[0]);
  EXPECT_EQ(pairing.pairs[0].epicardium, &labels[1]);
  EXPECT_THAT(pairing.unmatched_labels, IsEmpty());
}

TEST(Pairing, the_patient_may_be_the_PatientID_or_any_folder) {
  SourceImage nested = source_image("A", "x.dcm", 48, "SCD0000101");
  nested.input.folders = {"series1", "A", "images"};
  for (const std::string name : {"SCD0000101", "A", "series1"}) {
    const std::vector<SourceImage> images{nested, source_image("B", "y.dcm", 48, "SCD0000201")};
    const std::vector<Label> labels{endo(name, 48)};
    EXPECT_EQ(pair_labels(images, labels, "cavity").pairs.size(), 1U) << name;
  }
}

TEST(Pairing, contours_deeper_than_the_patients_folder_find_it) {
  const std::vector<SourceImage> images{source_image("A", "x.dcm", 48, "1"),
                                        source_image("B", "y.dcm", 48, "2")};
  Label label = endo("expert", 48);
  label.input.folders = {"expert", "contours-manual", "B", "labels"};
  const std::vector<Label> labels{label};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image, &images[1]);
}

TEST(Pairing, the_image_path_that_a_label_states_wins_over_its_patient) {
  SourceImage image = source_image("A", "0048.dcm", 48, "SCD0000101");
  image.input.file = "/data/dicom/A/0048.dcm";
  const std::vector<SourceImage> images{source_image("B", "0048.dcm", 48, "2"), image};
  for (const std::string stated : {"../dicom/A/0048.dcm", "A/0048.dcm", "A\\0048.dcm"}) {
    const std::vector<Label> labels{matlab(stated, 48)};
    const Pairing pairing = pair_labels(images, labels, "myocardium");
    ASSERT_EQ(pairing.pairs.size(), 1U) << stated;
    EXPECT_EQ(pairing.pairs[0].image, &images[1]) << stated;
  }
}

TEST(Pairing, a_label_whose_path_and_instance_disagree_is_not_used) {
  SourceImage image = source_image("A", "0048.dcm", 48, "SCD0000101");
  const std::vector<SourceImage> images{image};
  const std::vector<Label> labels{matlab("A/0048.dcm", 49)};
  const Pairing pairing = pair_labels(images, labels, "myocardium");
  EXPECT_THAT(pairing.pairs, IsEmpty());
  EXPECT_THAT(pairing.unmatched_labels,
              ElementsAre(AllOf(HasSubstr("instance 49"), HasSubstr("0048.dcm has 48"))));
}

TEST(Pairing, among_the_frames_of_one_file_the_instance_is_the_frame) {
  std::vector<SourceImage> images;
  for (int frame = 1; frame <= 3; ++frame) {
    images.push_back(source_image("A", "cine.dcm", frame, "SCD0000101"));
    images.back().stem += fmt::format("_f{:04}", frame);
  }
  const std::vector<Label> labels{matlab("A/cine.dcm", 2)};
  const Pairing pairing = pair_labels(images, labels, "myocardium");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image, &images[1]);
}

TEST(Pairing, of_one_patient_alone_nothing_need_be_named) {
  const std::vector<SourceImage> images{source_image("dicom", "a.dcm", 7, "GIP17")};
  const std::vector<Label> labels{endo("contours", 7)};
  EXPECT_EQ(pair_labels(images, labels, "cavity").pairs.size(), 1U);
}

TEST(Pairing, a_label_of_an_unknown_patient_among_several_is_unmatched) {
  const std::vector<SourceImage> images{source_image("A", "a.dcm", 7, "1"),
                                        source_image("B", "b.dcm", 7, "2")};
  const std::vector<Label> labels{endo("C", 7)};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  EXPECT_THAT(pairing.pairs, IsEmpty());
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("patient C has instance 7")));
  EXPECT_THAT(pairing.unmatched_images, ElementsAre(HasSubstr("no label"), HasSubstr("no label")));
}

TEST(Pairing, a_label_that_fits_two_images_is_unmatched) {
  const std::vector<SourceImage> images{source_image("A", "s1/7.dcm", 7, "1"),
                                        source_image("A", "s2/7.dcm", 7, "1")};
  const std::vector<Label> labels{endo("A", 7)};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  EXPECT_THAT(pairing.pairs, IsEmpty());
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("2 images fit")));
}

TEST(Pairing, a_second_label_of_one_image_is_unmatched) {
  const std::vector<SourceImage> images{source_image("A", "0007.png", 7)};
  const std::vector<Label> labels{endo("A", 7), mask("A", "0007.png"), endo("A", 7)};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[0]);
  EXPECT_EQ(pairing.pairs[0].mask, nullptr);
  EXPECT_THAT(pairing.unmatched_labels,
              ElementsAre(HasSubstr("already labelled"), HasSubstr("already labelled")));
}

TEST(Pairing, the_myocardium_needs_both_contours_and_the_cavity_only_the_inner_one) {
  const std::vector<SourceImage> images{source_image("A", "1.dcm", 1, "A"),
                                        source_image("A", "2.dcm", 2, "A")};
  const std::vector<Label> labels{endo("A", 1), epi("A", 2)};
  const Pairing cavity = pair_labels(images, labels, "cavity");
  ASSERT_EQ(cavity.pairs.size(), 1U);
  EXPECT_EQ(cavity.pairs[0].image, &images[0]);
  EXPECT_THAT(cavity.unmatched_images, ElementsAre(HasSubstr("epicardium only")));
  EXPECT_THAT(pair_labels(images, labels, "myocardium").unmatched_images,
              ElementsAre(HasSubstr("endocardium only"), HasSubstr("epicardium only")));
}

TEST(Pairing, a_mask_belongs_to_the_image_of_the_same_patient_and_stem) {
  const std::vector<SourceImage> images{source_image("A", "0001.png", 1),
                                        source_image("B", "0001.png", 1)};
  const std::vector<Label> labels{mask("B", "0001.png"), mask("C", "0001.png")};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image, &images[1]);
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("no image C/0001")));
}

TEST(Pairing, where_patient_and_stem_collide_the_path_below_the_folder_decides) {
  SourceImage one = source_image("P", "0001.png", 1), two = one;
  one.input.name = "site1/P/0001.png";
  two.input.name = "site2/P/0001.png";
  two.input.file = "/data/images/site2/P/0001.png";
  Label label = mask("P", "0001.png");
  label.input.name = "site2/P/0001.png";
  const std::vector<SourceImage> images{one, two};
  const std::vector<Label> labels{label};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image, &images[1]);
}

Label cell(int slice, int phase) {
  Label label = matlab("", -1);
  label.input.file = "/data/labels/manual_A_cells.mat";
  label.contours.slice = slice;
  label.contours.phase = phase;
  label.contours.slices = 2;
  label.contours.phases = 3;
  return label;
}

TEST(Pairing, a_cell_of_a_whole_series_is_found_by_order) {
  std::vector<SourceImage> images{source_image("B", "z.dcm", 4, "2")};
  for (int i = 6; i > 0; --i) {
    images.push_back(source_image("A", fmt::format("{}.dcm", i), 100 + i, "1"));
  }
  const std::vector<Label> labels{cell(1, 0)};
  const Pairing pairing = pair_labels(images, labels, "myocardium");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image->instance, 104);
}

TEST(Pairing, a_cell_of_a_thinned_series_is_found_by_instance) {
  const std::vector<SourceImage> images{source_image("A", "3.dcm", 3, "1"),
                                        source_image("A", "4.dcm", 4, "1")};
  const std::vector<Label> labels{cell(1, 0), cell(1, 1)};
  const Pairing pairing = pair_labels(images, labels, "myocardium");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image->instance, 4);
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("cell {2, 2}")));
}

TEST(Pairing, a_label_that_says_nothing_about_its_image_is_unmatched) {
  const std::vector<SourceImage> images{source_image("A", "3.dcm", 3, "1")};
  const std::vector<Label> labels{matlab("", -1)};
  EXPECT_THAT(pair_labels(images, labels, "myocardium").unmatched_labels,
              ElementsAre(HasSubstr("neither an instance nor the path")));
}

TEST(Pairing, of_one_patients_images_anothers_labels_take_none) {
  const std::vector<SourceImage> images{source_image("C", "1.dcm", 1, "SCD3"),
                                        source_image("C", "2.dcm", 2, "SCD3")};
  const std::vector<Label> labels{endo("A", 1), endo("C", 1), endo("C", 2)};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 2U);
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[1]);
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("no image of patient A")));
}

TEST(Pairing, the_one_patient_of_all_images_and_labels_needs_no_name) {
  const std::vector<SourceImage> images{source_image("scan", "1.dcm", 1, "SCD3")};
  const std::vector<Label> labels{endo("contours", 1)};
  EXPECT_EQ(pair_labels(images, labels, "cavity").pairs.size(), 1U);
}

TEST(Pairing, a_folder_of_several_patients_names_none_of_them) {
  SourceImage one = source_image("A", "1.dcm", 1, "1"), two = source_image("B", "2.dcm", 2, "2");
  one.input.folders = {"A", "data"};
  two.input.folders = {"B", "data"};
  Label label = endo("unread", 1);
  label.input.folders = {"unread", "data"};
  const std::vector<SourceImage> images{one, two};
  const std::vector<Label> labels{label};
  EXPECT_THAT(pair_labels(images, labels, "cavity").pairs, IsEmpty());
}

TEST(Pairing, a_folder_of_several_patients_labels_names_none_of_them) {
  SourceImage image = source_image("A", "1.dcm", 1, "1");
  image.input.folders = {"A", "data"};
  Label own = endo("A", 1), other = endo("unread", 1);
  own.input.folders = {"A", "data"};
  other.input.folders = {"unread", "data"};
  const std::vector<SourceImage> images{image};
  const std::vector<Label> labels{other, own};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[1]);
}

TEST(Pairing, the_same_path_below_the_folders_of_two_patients_is_told_apart_by_their_names) {
  SourceImage one = source_image("p1", "0001.png", 1), two = source_image("p2", "0001.png", 1);
  one.input.name = two.input.name = "0001.png";
  Label label = mask("p2", "0001.png");
  label.input.name = "0001.png";
  const std::vector<SourceImage> images{one, two};
  const std::vector<Label> labels{label};
  const Pairing pairing = pair_labels(images, labels, "cavity");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image, &images[1]);
}

TEST(Pairing, a_cell_is_found_by_geometry_where_images_are_numbered_phase_by_phase) {
  std::vector<SourceImage> images;
  for (int phase = 0; phase < 3; ++phase) {
    for (int slice = 0; slice < 2; ++slice) {
      const int instance = phase * 2 + slice + 1;
      SourceImage image = source_image("A", fmt::format("{}.dcm", instance), instance, "1");
      image.series = "1.2";
      image.geometry.in_patient = true;
      image.geometry.position = {0, 0, -10.0 * slice};
      image.trigger_time = 40.0 * phase;
      images.push_back(image);
    }
  }
  std::vector<Label> labels{cell(1, 2)};
  const Pairing pairing = pair_labels(images, labels, "myocardium");
  ASSERT_EQ(pairing.pairs.size(), 1U);
  EXPECT_EQ(pairing.pairs[0].image->instance, 6);
  labels[0] = cell(1, 0);
  EXPECT_EQ(pair_labels(images, labels, "myocardium").pairs.at(0).image->instance, 2);
}

}  // namespace
}  // namespace heartlab
