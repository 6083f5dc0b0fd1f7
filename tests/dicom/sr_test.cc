#include "heartlab/dicom/sr.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrdoc.h>
#include <gtest/gtest.h>

#include "heartlab/dicom/writer.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::TemporaryFolder;

// Three slices of one study and series; `study` as its UID.
std::vector<SourceFrame> source(const TemporaryFolder& folder, const std::string& study = "1.2.3") {
  std::vector<SourceFrame> frames;
  for (int i = 1; i <= 3; ++i) {
    MrImage mr;
    mr.patient_id = "P1";
    mr.study_uid = study;
    mr.series_uid = study + ".4";
    mr.sop_instance_uid = fmt::format("{}.4.{}", study, i);
    mr.frame_of_reference_uid = study + ".5";
    mr.instance_number = i;
    mr.geometry.spacing = {1.5, 1.5};
    mr.geometry.position = {0, 0, 10.0 * i};
    mr.geometry.slice_thickness = 8;
    mr.image = Image(8, 8);
    const Path file = folder / fmt::format("{}-{}.dcm", study, i);
    write_dicom(file, mr);
    frames.push_back(source_of(read_dicom(file).front()));
  }
  return frames;
}

SrReport report() {
  SrReport report;
  SrGroup volumes{"Left ventricle", {"87878005", "SCT", "Left Ventricle"}, {}, std::nullopt};
  volumes.numbers.push_back({{"18026-5", "LN", "Left Ventricular End Diastolic Volume"},
                             123.456,
                             {"ml", "UCUM", "milliliter"},
                             std::nullopt});
  report.groups.push_back(volumes);
  SrGroup wall{
      "Segment 1", {"264850008", "SCT", "Left ventricle basal anterior segment"}, {}, std::nullopt};
  wall.numbers.push_back({{"122445", "DCM", "Wall Thickness"},
                          9.5,
                          {"mm", "UCUM", "millimeter"},
                          Code{"416190007", "SCT", "End diastole"}});
  report.groups.push_back(wall);
  report.comments = {"a remark"};
  return report;
}

// The document as DCMTK prints it, its content checked against the IOD while it is read.
std::string printed(const Path& file) {
  DcmFileFormat format;
  EXPECT_TRUE(format.loadFile(file.c_str()).good());
  DSRDocument document;
  const OFCondition status = document.read(*format.getDataset());
  EXPECT_TRUE(status.good()) << status.text();
  std::ostringstream text;
  document.print(text, DSRTypes::PF_printAllCodes | DSRTypes::PF_printSOPInstanceUID |
                           DSRTypes::PF_printTemplateIdentification);
  return text.str();
}

TEST(StructuredReport, dcmtk_reads_back_the_numbers_with_their_codes) {
  const TemporaryFolder folder;
  write_sr(folder / "sr.dcm", source(folder), report(), {});
  const std::string text = printed(folder / "sr.dcm");
  for (const char* words : {"TID 1500", "18026-5", "123.456", "264850008", "9.5", "416190007",
                            "1.2.3.4.2", "a remark", "Imaging Measurement Report"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << " in\n" << text;
  }
}

TEST(StructuredReport, it_stands_in_the_study_of_its_source_and_lists_every_image_as_evidence) {
  const TemporaryFolder folder;
  const DerivedObject object = write_sr(folder / "sr.dcm", source(folder), report(), {});
  EXPECT_EQ(object.study_uid, "1.2.3");
  EXPECT_EQ(object.sop_class_uid, UID_ComprehensiveSRStorage);
  EXPECT_TRUE(object.mended.empty());
  DcmFileFormat format;
  format.loadFile((folder / "sr.dcm").c_str());
  DSRDocument document;
  ASSERT_TRUE(document.read(*format.getDataset()).good());
  EXPECT_EQ(document.getCurrentRequestedProcedureEvidence().getNumberOfInstances(), 3U);
}

TEST(StructuredReport, a_group_refers_to_the_segment_it_was_measured_on) {
  const TemporaryFolder folder;
  SrReport with = report();
  DerivedObject seg;
  seg.study_uid = "1.2.3";
  seg.series_uid = "1.2.3.7";
  seg.sop_class_uid = UID_SegmentationStorage;
  seg.sop_instance_uid = "1.2.3.7.1";
  with.groups[0].segment = SrSegment{seg, 2};
  write_sr(folder / "sr.dcm", source(folder), with, {});
  const std::string text = printed(folder / "sr.dcm");
  EXPECT_NE(text.find("1.2.3.7.1"), std::string::npos) << text;
  EXPECT_NE(text.find("Referenced Segment"), std::string::npos);
  EXPECT_NE(text.find("TID 1411"), std::string::npos);
}

TEST(StructuredReport, the_same_content_gives_the_same_bytes) {
  const TemporaryFolder folder;
  const auto frames = source(folder);
  write_sr(folder / "a.dcm", frames, report(), {});
  write_sr(folder / "b.dcm", frames, report(), {});
  EXPECT_EQ(read_bytes(folder / "a.dcm"), read_bytes(folder / "b.dcm"));
  SrReport other = report();
  other.groups[0].numbers[0].value = 1;
  const auto first = write_sr(folder / "a.dcm", frames, report(), {});
  EXPECT_NE(write_sr(folder / "b.dcm", frames, other, {}).sop_instance_uid, first.sop_instance_uid);
}

TEST(StructuredReport, a_source_uid_with_leading_zeros_is_kept_as_it_is) {
  const TemporaryFolder folder;
  const DerivedObject object = write_sr(folder / "sr.dcm", source(folder, "1.2.003"), report(), {});
  EXPECT_EQ(object.study_uid, "1.2.003");
}

TEST(StructuredReport, images_of_two_studies_are_an_error) {
  const TemporaryFolder folder;
  auto frames = source(folder);
  frames.push_back(source(folder, "1.2.9").front());
  testing::expect_error(ErrorKind::kBadInput, {"one study"},
                        [&] { write_sr(folder / "sr.dcm", frames, report(), {}); });
  EXPECT_FALSE(std::filesystem::exists(folder / "sr.dcm"));
}

}  // namespace
}  // namespace heartlab
