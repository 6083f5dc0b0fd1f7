#include "heartlab/dicom/header.h"

#include <gtest/gtest.h>

#include "heartlab/dicom/reader.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

class Header : public ::testing::Test {
 protected:
  Header() : image_(24, 20, 3) {
    image_.set(DCM_PatientID, "P1");
    image_.set(DCM_StudyInstanceUID, "1.2.3");
    image_.set(DCM_SeriesInstanceUID, "1.2.3.4");
    image_.set(DCM_SeriesNumber, "7");
  }

  void expect_the_header_of_its_frames() {
    const auto header = read_dicom_header(file_);
    ASSERT_TRUE(header);
    const auto frames = read_dicom(file_);
    EXPECT_EQ(header->patient_id, frames[0].patient_id);
    EXPECT_EQ(header->study_uid, frames[0].study_uid);
    EXPECT_EQ(header->series_uid, frames[0].series_uid);
    EXPECT_EQ(header->series_number, frames[0].series_number);
    EXPECT_EQ(header->rows, frames[0].image.rows);
    EXPECT_EQ(header->columns, frames[0].image.columns);
    EXPECT_EQ(header->frames, frames[0].frames);
  }

  TemporaryFolder folder_;
  Path file_ = folder_ / "scan.dcm";
  DicomFixture image_;
};

TEST_F(Header, says_what_the_frames_say_in_every_syntax) {
  for (const auto syntax :
       {EXS_LittleEndianImplicit, EXS_LittleEndianExplicit, EXS_BigEndianExplicit,
        EXS_DeflatedLittleEndianExplicit, EXS_RLELossless, EXS_JPEGProcess14SV1}) {
    image_.save(file_, syntax);
    expect_the_header_of_its_frames();
  }
}

TEST_F(Header, the_tag_of_pixel_data_in_an_earlier_value_ends_nothing) {
  image_.set(DCM_StudyDescription, std::string("ab\xe0\x7f\x10\x00yz", 8));
  image_.save(file_);
  expect_the_header_of_its_frames();
}

TEST_F(Header, more_frames_than_the_file_can_hold_count_as_one) {
  for (const char* frames : {"2000000000", "0", "-3"}) {
    image_.set(DCM_NumberOfFrames, frames);
    image_.save(file_);
    const auto header = read_dicom_header(file_);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->frames, 1) << frames;
  }
}

TEST_F(Header, pixels_that_are_cut_away_are_not_missed) {
  image_.save(file_);
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 1000);
  const auto header = read_dicom_header(file_);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->study_uid, "1.2.3");
  EXPECT_EQ(header->rows, 24);
}

TEST_F(Header, what_is_no_dicom_has_none) {
  write_text(file_, "anything else, and more than eight bytes");
  EXPECT_FALSE(read_dicom_header(file_));
  EXPECT_FALSE(read_dicom_header(folder_ / "absent"));
}

TEST_F(Header, deep_nesting_does_no_harm) {
  Bytes bytes = image_.bytes();
  const std::string step("\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
                         20);
  Bytes nested;
  for (int i = 0; i < 20000; ++i) nested.insert(nested.end(), step.begin(), step.end());
  constexpr std::uint8_t kPixels[] = {0xe0, 0x7f, 0x10, 0x00};
  const auto pixels = std::ranges::search(bytes, kPixels).begin();
  ASSERT_NE(pixels, bytes.end());
  bytes.insert(pixels, nested.begin(), nested.end());
  write_bytes(file_, bytes);
  read_dicom_header(file_);
}

}  // namespace
}  // namespace heartlab::testing
