#include "heartlab/dicom/writer.h"

#include "heartlab/dicom/reader.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using heartlab::testing::expect_error;
using heartlab::testing::TemporaryFolder;

MrImage small_image() {
  MrImage mr;
  mr.patient_id = "P1";
  mr.study_uid = make_uid(1, "study");
  mr.series_uid = make_uid(1, "series");
  mr.sop_instance_uid = make_uid(1, "image");
  mr.frame_of_reference_uid = make_uid(1, "frame of reference");
  mr.instance_number = 17;
  mr.trigger_time = 312.5;
  mr.geometry.spacing = {1.25, 1.5};
  mr.geometry.position = {-101.25, 33.5, 12.75};
  mr.geometry.row_direction = {0.6, 0.8, 0};
  mr.geometry.column_direction = {0, 0, -1};
  mr.geometry.slice_thickness = 8;
  mr.geometry.in_patient = true;
  mr.image = Image(3, 4);
  for (std::size_t i = 0; i < 12; ++i) mr.image.pixels[i] = static_cast<float>(100 * i);
  return mr;
}

TEST(DicomWriter, what_is_written_is_read_back) {
  const TemporaryFolder folder;
  const MrImage mr = small_image();
  write_dicom(folder / "a.dcm", mr);
  const auto frames = read_dicom(folder / "a.dcm");
  ASSERT_EQ(frames.size(), 1U);
  const DicomFrame& frame = frames.front();
  EXPECT_EQ(frame.image, mr.image);
  EXPECT_EQ(frame.patient_id, "P1");
  EXPECT_EQ(frame.study_uid, mr.study_uid);
  EXPECT_EQ(frame.series_uid, mr.series_uid);
  EXPECT_EQ(frame.sop_instance_uid, mr.sop_instance_uid);
  EXPECT_EQ(frame.instance_number, 17);
  EXPECT_DOUBLE_EQ(frame.trigger_time, 312.5);
  EXPECT_EQ(frame.geometry.spacing, mr.geometry.spacing);
  EXPECT_DOUBLE_EQ(frame.geometry.slice_thickness, 8);
  EXPECT_TRUE(frame.geometry.in_patient);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(frame.geometry.position[i], mr.geometry.position[i], 1e-6);
    EXPECT_NEAR(frame.geometry.row_direction[i], mr.geometry.row_direction[i], 1e-6);
    EXPECT_NEAR(frame.geometry.column_direction[i], mr.geometry.column_direction[i], 1e-6);
  }
  EXPECT_TRUE(frame.remarks.empty()) << frame.remarks.front();
}

TEST(DicomWriter, signed_pixels_keep_their_sign) {
  const TemporaryFolder folder;
  MrImage mr = small_image();
  mr.is_signed = true;
  mr.image.pixels[3] = -250;
  write_dicom(folder / "a.dcm", mr);
  EXPECT_EQ(read_dicom(folder / "a.dcm").front().image, mr.image);
}

TEST(DicomWriter, the_same_image_gives_the_same_bytes) {
  const TemporaryFolder folder;
  write_dicom(folder / "a.dcm", small_image());
  write_dicom(folder / "b.dcm", small_image());
  EXPECT_EQ(read_bytes(folder / "a.dcm"), read_bytes(folder / "b.dcm"));
}

TEST(DicomWriter, a_pixel_that_does_not_fit_is_refused) {
  const TemporaryFolder folder;
  MrImage mr = small_image();
  mr.image.pixels[5] = -1;
  expect_error(ErrorKind::kInternal, {"a.dcm", "-1"}, [&] { write_dicom(folder / "a.dcm", mr); });
  EXPECT_FALSE(std::filesystem::exists(folder / "a.dcm"));
}

TEST(DicomWriter, a_uid_is_valid_and_depends_on_seed_and_name_alone) {
  const std::string uid = make_uid(7, "image 3");
  EXPECT_EQ(uid, make_uid(7, "image 3"));
  EXPECT_NE(uid, make_uid(8, "image 3"));
  EXPECT_NE(uid, make_uid(7, "image 4"));
  EXPECT_LE(uid.size(), 64U);
  EXPECT_TRUE(uid.starts_with("2.25."));
  EXPECT_NE(uid[5], '0');
  EXPECT_EQ(uid.find_first_not_of("0123456789", 5), std::string::npos);
}

}  // namespace
}  // namespace heartlab
