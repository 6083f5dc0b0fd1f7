#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "heartlab/dicom/reader.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

using ::testing::ElementsAre;

DicomFrame saved(DicomFixture& image) {
  const TemporaryFolder folder;
  image.save(folder / "a");
  return read_dicom(folder / "a").at(0);
}

TEST(dicom_remarks, a_conformant_file_has_none) {
  DicomFixture image;
  image.set(DCM_StudyDate, "20090131");
  EXPECT_THAT(saved(image).remarks, ElementsAre());
}

TEST(dicom_remarks, faulty_uids_and_dates_are_accepted_and_named) {
  DicomFixture image;
  image.set(DCM_SOPInstanceUID, "1.2.03");
  image.set(DCM_StudyInstanceUID, "1.x.3");
  image.set(DCM_SeriesInstanceUID, "1..3");
  image.set(DCM_StudyDate, "20120000");
  image.set(DCM_PatientBirthDate, "00000000");
  const DicomFrame frame = saved(image);
  EXPECT_EQ(frame.sop_instance_uid, "1.2.03");
  EXPECT_THAT(frame.remarks,
              ElementsAre("SOPInstanceUID has a component with a leading zero",
                          "StudyInstanceUID has characters other than digits and dots",
                          "SeriesInstanceUID has an empty component", "StudyDate is not a date",
                          "PatientBirthDate is not a date"));
}

TEST(dicom_remarks, missing_identity_is_accepted_and_named) {
  DicomFixture image;
  image.remove(DCM_PatientID);
  image.remove(DCM_SeriesInstanceUID);
  image.remove(DCM_InstanceNumber);
  const DicomFrame frame = saved(image);
  EXPECT_EQ(frame.patient_id, "");
  EXPECT_EQ(frame.instance_number, -1);
  EXPECT_EQ(frame.trigger_time, -1);
  EXPECT_THAT(frame.remarks, ElementsAre("SeriesInstanceUID is missing"));
}

TEST(dicom_remarks, identity_is_valid_utf8_without_padding_or_control_characters) {
  DicomFixture image;
  image.set(DCM_PatientID, "M\xfcller\n 7  ");
  EXPECT_EQ(saved(image).patient_id, "M\xc3\xbcller 7");
}

}  // namespace
}  // namespace heartlab::testing
