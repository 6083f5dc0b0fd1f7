#include <gmock/gmock.h>

#include <fstream>

#include "heartlab/dicom/writer.h"
#include "heartlab/prepare/dataset.h"
#include "tests/image/shapes.h"
#include "tests/prepare/fixture.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::circle;
using testing::dice;
using ::testing::HasSubstr;
using testing::heart_image;
using ::testing::SizeIs;
using testing::TemporaryFolder;

constexpr int kRows = 60, kColumns = 80;
constexpr Point kCentre{38, 31};

// One slice at dicom/<folder>/<instance>.dcm; its file name says nothing about its order.
void write_slice(const Path& data, const std::string& folder, const std::string& patient,
                 int instance, const std::string& study = "") {
  MrImage mr;
  mr.patient_id = patient;
  mr.study_uid = make_uid(1, study.empty() ? patient : study);
  mr.series_uid = make_uid(2, patient + study);
  mr.frame_of_reference_uid = make_uid(3, patient);
  mr.sop_instance_uid = make_uid(4, patient + study + std::to_string(instance));
  mr.instance_number = instance;
  mr.geometry.spacing = {1.5, 1.25};
  mr.geometry.position = {0, 0, 8.0 * instance};
  mr.geometry.in_patient = true;
  const GreyImage grey = heart_image(kRows, kColumns, kCentre, 10);
  mr.image = Image(kRows, kColumns);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    mr.image.pixels[i] = static_cast<float>(4 * grey.pixels[i]);
  }
  make_folder(data / "dicom" / folder);
  write_dicom(data / "dicom" / folder / fmt::format("{:04}.dcm", 9000 - instance), mr);
}

LabelledContours drawn(int instance) {
  LabelledContours contours;
  contours.instance_number = instance;
  contours.rows = kRows;
  contours.columns = kColumns;
  contours.endocardium = circle(kCentre, 10);
  contours.epicardium = circle(kCentre, 14);
  return contours;
}

// The text contours of one slice, 1-based.
void write_text_contours(const Path& data, const std::string& patient, int instance) {
  make_folder(data / "contours" / patient);
  const LabelledContours contours = drawn(instance);
  for (const auto& [letter, contour] :
       {std::pair{'i', contours.endocardium}, std::pair{'o', contours.epicardium}}) {
    std::ofstream file(data / "contours" / patient /
                       fmt::format("IM-0001-{:04}-{}contour-manual.txt", instance, letter));
    for (const auto& [x, y] : contour.points) file << x + 1 << ' ' << y + 1 << '\n';
  }
}

PrepareOptions dicom_options(const Path& data, const std::string& labels, const Path& out) {
  PrepareOptions options;
  options.images = {data / "dicom"};
  options.labels = {data / labels};
  options.size = 80;
  options.out = out;
  return options;
}

TEST(PrepareDicom, matlab_and_text_contours_give_the_same_data_set) {
  TemporaryFolder folder;
  for (const char* patient : {"P1", "P2"}) {
    std::vector<LabelledContours> labels;
    for (const int instance : {3, 14}) {
      write_slice(folder.path(), patient, patient, instance);
      write_text_contours(folder.path(), patient, instance);
      labels.push_back(drawn(instance));
    }
    make_folder(folder / "matlab");
    write_matlab_contours(folder / "matlab" / (std::string(patient) + ".mat"), patient, labels, 1.5,
                          1.25);
  }
  for (const char* labels : {"contours", "matlab"}) {
    const auto summary =
        prepare_dataset(dicom_options(folder.path(), labels, folder / labels / "../set"));
    EXPECT_EQ(summary.images, 4) << labels;
    EXPECT_THAT(summary.unmatched_labels, SizeIs(0)) << labels;
    const Dataset dataset(folder / "set");
    EXPECT_EQ(dataset.samples()[0].patient, "P1");
    EXPECT_EQ(dataset.samples()[0].spacing, (PixelSpacing{1.5, 1.25}));
    Mask expected = rasterise(circle({38, 41}, 14), 80, 80);
    const Mask hole = rasterise(circle({38, 41}, 10), 80, 80);
    for (std::size_t i = 0; i < hole.pixels.size(); ++i) expected.pixels[i] ^= hole.pixels[i];
    for (std::size_t i = 0; i < 4; ++i) EXPECT_GT(dice(dataset.structure(i), expected), 0.99);
  }
}

TEST(PrepareDicom, contours_in_a_folder_named_otherwise_than_PatientID_find_their_images) {
  TemporaryFolder folder;
  write_slice(folder.path(), "SC-HF-I-01", "SCD0000101", 3);
  write_slice(folder.path(), "SC-HF-I-02", "SCD0000201", 3);
  write_text_contours(folder.path(), "SC-HF-I-01", 3);
  write_text_contours(folder.path(), "SC-HF-I-02", 3);
  const auto summary = prepare_dataset(dicom_options(folder.path(), "contours", folder / "set"));
  EXPECT_EQ(summary.images, 2);
  EXPECT_THAT(summary.subsets[0].patients, ::testing::Contains(HasSubstr("SCD0000")));
}

TEST(PrepareDicom, a_file_cut_in_half_is_skipped_and_named) {
  TemporaryFolder folder;
  write_slice(folder.path(), "A", "A", 1);
  write_slice(folder.path(), "A", "A", 2);
  write_text_contours(folder.path(), "A", 1);
  write_text_contours(folder.path(), "A", 2);
  const Path cut = folder / "dicom/A/8998.dcm";
  const Bytes whole = read_bytes(cut);
  write_bytes(cut, std::span(whole).first(whole.size() / 2));
  const auto summary = prepare_dataset(dicom_options(folder.path(), "contours", folder / "set"));
  EXPECT_EQ(summary.images, 1);
  EXPECT_THAT(summary.skipped, ::testing::ElementsAre(HasSubstr("8998.dcm")));
  EXPECT_THAT(summary.unmatched_labels, SizeIs(2));
}

TEST(PrepareDicom, one_contour_outside_its_image_costs_that_image_alone) {
  TemporaryFolder folder;
  write_slice(folder.path(), "A", "A", 1);
  write_slice(folder.path(), "A", "A", 2);
  auto far = drawn(2);
  far.epicardium.points[0].x = 95;
  make_folder(folder / "matlab");
  write_matlab_contours(folder / "matlab/A.mat", "A", {drawn(1), far}, 1.5, 1.25);
  const auto summary = prepare_dataset(dicom_options(folder.path(), "matlab", folder / "set"));
  EXPECT_EQ(summary.images, 1);
  EXPECT_THAT(summary.skipped,
              ::testing::ElementsAre(::testing::AllOf(
                  HasSubstr("A.mat instance 2"), HasSubstr("x 95.00"), HasSubstr("80 columns"))));
}

// The slice again as a file without PatientID in another folder.
void write_anonymous(const Path& data, const std::string& folder, const std::string& study,
                     int instance) {
  write_slice(data, folder, "", instance, study);
}

TEST(PrepareDicom, without_PatientID_all_series_of_a_study_are_of_one_patient) {
  TemporaryFolder folder;
  for (const std::string patient : {"P1", "P2"}) {
    write_anonymous(folder.path(), patient + "/s1", "study of " + patient, 1);
    write_anonymous(folder.path(), patient + "/s2", "study of " + patient, 2);
    write_text_contours(folder.path(), patient, 1);
    write_text_contours(folder.path(), patient, 2);
  }
  const auto summary = prepare_dataset(dicom_options(folder.path(), "contours", folder / "set"));
  EXPECT_EQ(summary.images, 4);
  EXPECT_EQ(summary.patients, 2);
  EXPECT_EQ(Dataset(folder / "set").samples()[0].patient, "P1");
}

TEST(PrepareDicom, without_PatientID_studies_in_folders_of_one_name_are_told_apart) {
  TemporaryFolder folder;
  for (const std::string patient : {"P1", "P2"}) {
    write_anonymous(folder.path(), patient + "/s1", "study of " + patient, 1);
    write_text_contours(folder.path(), patient, 1);
  }
  prepare_dataset(dicom_options(folder.path(), "contours", folder / "set"));
  const Dataset dataset(folder / "set");
  ASSERT_EQ(dataset.size(), 2U);
  EXPECT_EQ(dataset.samples()[0].patient, "P1_s1");
  EXPECT_EQ(dataset.samples()[1].patient, "P2_s1");
}

TEST(PrepareDicom, PatientIDs_that_differ_in_what_no_folder_is_called_stay_two_patients) {
  TemporaryFolder folder;
  write_slice(folder.path(), "x", "A 1", 1);
  write_slice(folder.path(), "y", "A/1", 2);
  write_text_contours(folder.path(), "x", 1);
  write_text_contours(folder.path(), "y", 2);
  const auto summary = prepare_dataset(dicom_options(folder.path(), "contours", folder / "set"));
  EXPECT_EQ(summary.patients, 2);
  EXPECT_THAT(summary.remarks, ::testing::Contains(HasSubstr("'A/1' becomes A_1_2")));
}

TEST(PrepareDicom, one_bad_contour_of_a_file_costs_that_image_alone) {
  TemporaryFolder folder;
  write_slice(folder.path(), "A", "A", 1);
  write_slice(folder.path(), "A", "A", 2);
  auto bad = drawn(2);
  bad.epicardium.points.resize(2);
  make_folder(folder / "matlab");
  write_matlab_contours(folder / "matlab/A.mat", "A", {drawn(1), bad}, 1.5, 1.25);
  auto options = dicom_options(folder.path(), "matlab", folder / "set");
  const auto summary = prepare_dataset(options);
  EXPECT_EQ(summary.images, 1);
  EXPECT_THAT(summary.skipped, ::testing::ElementsAre(::testing::AllOf(
                                   HasSubstr("A.mat"), HasSubstr("contours(2).epi"))));
  options.strict = true;
  testing::expect_error(ErrorKind::kBadInput, {"A.mat", "contours(2).epi"},
                        [&] { prepare_dataset(options); });
}

}  // namespace
}  // namespace heartlab
