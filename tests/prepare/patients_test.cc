// Whose a label is: nobody's contours land on another's images.
#include <gmock/gmock.h>

#include "heartlab/prepare/pairing.h"
#include "tests/prepare/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using ::testing::AllOf;
using testing::contour_label;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::source_image;
using testing::square_contour;

using Folders = std::vector<std::string>;  // innermost first

InputFile input_in(const Folders& folders, const std::string& file) {
  InputFile result{"/data", "", folders};
  for (std::size_t i = folders.size(); i-- > 0;) {
    result.file /= folders[i];
    if (i + 1 < folders.size()) result.name += folders[i] + "/";
  }
  result.file /= file;
  result.name += file;
  return result;
}

SourceImage image_in(const Folders& folders, int instance, const std::string& patient) {
  SourceImage image =
      source_image(folders[0], fmt::format("{:04}.dcm", instance), instance, patient);
  image.input = input_in(folders, fmt::format("{:04}.dcm", instance));
  return image;
}

Label text_in(const Folders& folders, int instance, const std::string& by = "manual") {
  Label label = contour_label("", "", instance);
  label.input = input_in(folders, fmt::format("IM-0001-{:04}-icontour-{}.txt", instance, by));
  label.contours.patient = folders[0];
  label.contours.endocardium = square_contour(10, 10, 20, 20);
  return label;
}

Label stating(const std::string& file, const std::string& patient, const std::string& image,
              int instance) {
  Label label = contour_label("", "", instance);
  label.input = input_in({"labels"}, file);
  label.contours.patient = patient;
  label.contours.image_name = image;
  label.contours.endocardium = square_contour(10, 10, 20, 20);
  return label;
}

Label mask_in(const Folders& folders, const std::string& file) {
  Label label = contour_label("", "", -1);
  label.input = input_in(folders, file);
  label.mask = Mask(40, 40, 1);
  return label;
}

Pairing paired(const std::vector<SourceImage>& images, const std::vector<Label>& labels) {
  return pair_labels(images, labels, "cavity");
}

TEST(Patients, labels_in_equal_folders_of_two_patients_are_not_of_one) {
  const std::vector<SourceImage> images{image_in({"SC-HF-I-01", "dicom"}, 48, "SCD1"),
                                        image_in({"SC-HF-I-01", "dicom"}, 60, "SCD1")};
  const auto expert = [](const std::string& patient, int instance) {
    return text_in({"IRCCI-expert", "contours-manual", patient, "labels"}, instance);
  };
  const std::vector<Label> both{expert("SC-HF-I-01", 48), expert("SC-HF-I-02", 60)};
  const Pairing pairing = paired(images, both);
  ASSERT_THAT(pairing.pairs, SizeIs(1));
  EXPECT_EQ(pairing.pairs[0].endocardium, &both[0]);
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("SC-HF-I-02")));
  const std::vector<Label> others{expert("SC-HF-I-02", 48), expert("SC-HF-I-03", 60)};
  EXPECT_THAT(paired(images, others).pairs, IsEmpty());
}

TEST(Patients, masks_in_equal_folders_of_two_patients_are_not_of_one) {
  SourceImage image = source_image("P2", "0001.png", 1);
  image.input = input_in({"masks", "P2", "images"}, "0001.png");
  image.patient = "masks";
  const std::vector<SourceImage> images{image};
  const std::vector<Label> labels{mask_in({"masks", "P1", "lab"}, "0001.png"),
                                  mask_in({"masks", "P2", "lab"}, "0001.png")};
  const Pairing pairing = paired(images, labels);
  ASSERT_THAT(pairing.pairs, SizeIs(1));
  EXPECT_EQ(pairing.pairs[0].mask, &labels[1]);
}

TEST(Patients, the_same_path_below_two_label_folders_without_a_name_tells_nothing) {
  SourceImage image = source_image("P2", "0001.png", 1);
  image.input.name = "0001.png";
  Label one = mask_in({"masks"}, "0001.png"), two = one;
  one.input.file = "/data/P1/masks/0001.png";
  two.input.file = "/data/P3/masks/0001.png";
  const std::vector<SourceImage> images{image};
  const std::vector<Label> labels{one, two};
  EXPECT_THAT(paired(images, labels).pairs, IsEmpty());
}

TEST(Patients, a_folder_around_the_labels_of_several_names_none_of_them) {
  const std::vector<SourceImage> images{image_in({"P2", "data"}, 48, "SCD2")};
  const std::vector<Label> labels{text_in({"P1", "data"}, 48), text_in({"P3", "data"}, 48)};
  EXPECT_THAT(paired(images, labels).pairs, IsEmpty());
}

TEST(Patients, folders_that_name_two_patients_name_none) {
  const std::vector<SourceImage> images{image_in({"cine", "P1", "dicom"}, 48, "SCD1"),
                                        image_in({"other", "P2", "dicom"}, 48, "SCD2")};
  const std::vector<Label> labels{text_in({"cine", "P2", "labels"}, 48)};
  EXPECT_THAT(paired(images, labels).pairs, IsEmpty());
}

TEST(Patients, a_name_within_a_files_is_no_patients_where_files_of_two_are_called_so) {
  const std::vector<SourceImage> images{image_in({"cine", "P1", "dicom"}, 48, "SCD1"),
                                        image_in({"other", "P2", "dicom"}, 48, "SCD2")};
  const auto cine = [](const std::string& patient) {
    Label label = stating("cine_expert.mat", "", "", 48);
    label.input = input_in({patient, "labels"}, "cine_expert.mat");
    return label;
  };
  const std::vector<Label> labels{cine("P2"), cine("P3")};
  const Pairing pairing = paired(images, labels);
  ASSERT_THAT(pairing.pairs, SizeIs(1));
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[0]);
  EXPECT_EQ(pairing.pairs[0].image, &images[1]);
}

TEST(Patients, the_series_of_a_patient_may_lie_in_folders_of_their_own) {
  const std::vector<SourceImage> images{
      image_in({"s1", "P", "dicom"}, 1, "SCD1"), image_in({"s2", "P", "dicom"}, 2, "SCD1"),
      image_in({"s1", "Q", "dicom"}, 1, "SCD2"), image_in({"s2", "Q", "dicom"}, 2, "SCD2")};
  const std::vector<Label> labels{text_in({"s1", "P", "labels"}, 1),
                                  text_in({"s2", "P", "labels"}, 2),
                                  text_in({"s2", "Q", "labels"}, 2)};
  EXPECT_THAT(paired(images, labels).pairs, SizeIs(3));
}

TEST(Patients, the_one_patient_of_all_images_and_labels_is_remarked_on_where_no_name_tells) {
  const std::vector<SourceImage> images{image_in({"scan"}, 1, "SCD3")};
  const Pairing pairing = paired(images, {text_in({"contours"}, 1)});
  EXPECT_THAT(pairing.pairs, SizeIs(1));
  EXPECT_THAT(pairing.remarks, ElementsAre(Pair(HasSubstr("SCD3"), 1)));
  EXPECT_THAT(paired(images, {text_in({"SCD3"}, 1)}).remarks, IsEmpty());
}

TEST(Patients, a_patient_that_a_matlab_label_states_is_not_overruled_by_a_file_name) {
  const std::vector<SourceImage> images{image_in({"P2", "dicom"}, 1, "PHANTOM-002")};
  const std::vector<Label> labels{stating("A.mat", "PHANTOM-001", "0001.dcm", 1),
                                  stating("B.mat", "PHANTOM-002", "0001.dcm", 1)};
  const Pairing pairing = paired(images, labels);
  ASSERT_THAT(pairing.pairs, SizeIs(1));
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[1]);
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("no image of patient PHANTOM-001")));
  EXPECT_THAT(paired(images, {labels[0]}).unmatched_labels,
              ElementsAre(AllOf(HasSubstr("states patient PHANTOM-001"),
                                HasSubstr("0001.dcm is of PHANTOM-002"))));
}

TEST(Patients, a_patient_that_a_matlab_label_states_is_not_overruled_where_images_are_png) {
  SourceImage image = source_image("P2", "0001.png", 1);
  const std::vector<SourceImage> images{image};
  const std::vector<Label> labels{stating("A.mat", "P1", "0001.png", 1),
                                  stating("B.mat", "P2", "0001.png", 1)};
  const Pairing pairing = paired(images, labels);
  ASSERT_THAT(pairing.pairs, SizeIs(1));
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[1]);
}

TEST(Patients, of_images_with_one_file_name_patient_and_instance_decide) {
  const std::vector<SourceImage> images{image_in({"P1", "dicom"}, 1, "PHANTOM-001"),
                                        image_in({"P2", "dicom"}, 1, "PHANTOM-002")};
  const std::vector<Label> labels{stating("A.mat", "PHANTOM-001", "0001.dcm", 1),
                                  stating("B.mat", "PHANTOM-002", "0001.dcm", 1)};
  const Pairing pairing = paired(images, labels);
  ASSERT_THAT(pairing.pairs, SizeIs(2));
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[0]);
  EXPECT_EQ(pairing.pairs[1].endocardium, &labels[1]);
}

TEST(Patients, a_bare_file_name_of_two_unknown_patients_tells_nothing) {
  const std::vector<SourceImage> images{image_in({"P2", "dicom"}, 1, "PHANTOM-002")};
  const std::vector<Label> labels{stating("a.mat", "", "0001.dcm", 1),
                                  stating("b.mat", "", "0001.dcm", 1)};
  EXPECT_THAT(paired(images, labels).pairs, IsEmpty());
}

TEST(Patients, a_PatientID_with_a_space_is_found_by_what_a_label_states) {
  SourceImage image = image_in({"x", "dicom"}, 1, "A_1");
  image.dicom.place.patient = "A 1";
  const std::vector<SourceImage> images{image, image_in({"y", "dicom"}, 1, "B")};
  EXPECT_THAT(paired(images, {stating("m.mat", "A 1", "", 1)}).pairs, SizeIs(1));
}

TEST(Patients, manual_contours_come_before_automatic_ones) {
  const std::vector<SourceImage> images{image_in({"P1", "dicom"}, 48, "P1"),
                                        image_in({"P1", "dicom"}, 60, "P1")};
  const std::vector<Label> labels{text_in({"contours-auto", "P1", "labels"}, 48, "auto"),
                                  text_in({"contours-auto", "P1", "labels"}, 60, "auto"),
                                  text_in({"contours-manual", "P1", "labels"}, 48)};
  const Pairing pairing = paired(images, labels);
  ASSERT_THAT(pairing.pairs, SizeIs(2));
  EXPECT_EQ(pairing.pairs[0].endocardium, &labels[2]);
  EXPECT_EQ(pairing.pairs[1].endocardium, &labels[1]);
  EXPECT_THAT(pairing.remarks, ElementsAre(Pair(HasSubstr("automatic"), 1)));
  EXPECT_THAT(pairing.unmatched_labels, ElementsAre(HasSubstr("already labelled")));
}

}  // namespace
}  // namespace heartlab
