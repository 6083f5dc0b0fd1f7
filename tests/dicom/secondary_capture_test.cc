#include "heartlab/dicom/secondary_capture.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmimage/diregist.h>
#include <dcmtk/dcmimgle/dcmimage.h>
#include <gtest/gtest.h>

#include "tests/dicom/series_fixture.h"

namespace heartlab {
namespace {

using testing::TemporaryFolder;

ColourImage picture(int rows, int columns, std::uint8_t red) {
  ColourImage image(rows, columns, {red, 20, 30});
  image.at(0, columns - 1) = {1, 2, 3};
  return image;
}

std::vector<SourceFrame> source(const TemporaryFolder& folder, const char* series = "1.2.3.4") {
  testing::SeriesLayout layout;
  layout.slices = 2;
  layout.series_uid = series;
  return testing::write_series(folder / series, {}, layout);
}

std::string value(const Path& file, const DcmTagKey& tag) {
  DcmFileFormat format;
  EXPECT_TRUE(format.loadFile(file.c_str()).good());
  OFString text;
  format.getDataset()->findAndGetOFStringArray(tag, text);
  return {text.c_str(), text.length()};
}

TEST(SecondaryCapture, another_reader_finds_the_same_pixels) {
  const TemporaryFolder folder;
  // An odd number of bytes is made even.
  const ColourImage shown = picture(5, 3, 200);
  write_secondary_captures({folder / "a.dcm"}, {shown}, source(folder), {});
  DicomImage read((folder / "a.dcm").c_str());
  ASSERT_EQ(read.getStatus(), EIS_Normal);
  ASSERT_FALSE(read.isMonochrome());
  ASSERT_EQ(read.getWidth(), 3U);
  ASSERT_EQ(read.getHeight(), 5U);
  std::vector<Uint8> pixels(5 * 3 * 3);
  ASSERT_TRUE(read.getOutputData(pixels.data(), pixels.size(), 8, 0, 0) != 0);
  for (std::size_t i = 0; i < shown.pixels.size(); ++i) {
    const Colour found{pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]};
    EXPECT_EQ(found, shown.pixels[i]) << i;
  }
}

TEST(SecondaryCapture, the_pages_are_one_series_in_the_study_of_their_source) {
  const TemporaryFolder folder;
  const auto frames = source(folder);
  const auto objects = write_secondary_captures({folder / "a.dcm", folder / "b.dcm"},
                                                {picture(4, 4, 1), picture(4, 4, 2)}, frames, {});
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].study_uid, frames.front().place.study);
  EXPECT_EQ(objects[0].series_uid, objects[1].series_uid);
  EXPECT_NE(objects[0].series_uid, frames.front().place.series);
  EXPECT_NE(objects[0].sop_instance_uid, objects[1].sop_instance_uid);
  EXPECT_EQ(value(folder / "a.dcm", DCM_InstanceNumber), "1");
  EXPECT_EQ(value(folder / "b.dcm", DCM_InstanceNumber), "2");
  EXPECT_EQ(value(folder / "b.dcm", DCM_BurnedInAnnotation), "NO");
}

TEST(SecondaryCapture, says_that_its_source_was_compressed_with_loss) {
  const TemporaryFolder folder;
  auto frames = source(folder);
  write_secondary_captures({folder / "a.dcm"}, {picture(4, 4, 1)}, frames, {}, 7);
  EXPECT_EQ(value(folder / "a.dcm", DCM_LossyImageCompression), "00");
  EXPECT_EQ(value(folder / "a.dcm", DCM_InstanceNumber), "7");

  const Path last = frames.back().place.file;
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(last.c_str()).good());
  format.getDataset()->putAndInsertString(DCM_LossyImageCompressionRatio, "8");
  ASSERT_TRUE(format.saveFile(last.c_str()).good());
  frames.back().lossy = true;
  write_secondary_captures({folder / "b.dcm"}, {picture(4, 4, 1)}, frames, {});
  EXPECT_EQ(value(folder / "b.dcm", DCM_LossyImageCompression), "01");
  EXPECT_EQ(value(folder / "b.dcm", DCM_LossyImageCompressionRatio), "8");

  // Of another series than the first one's, too.
  for (auto& frame : frames) frame.lossy = false;
  frames.push_back(frames.back());
  frames.back().place.series += ".1";
  frames.back().lossy = true;
  write_secondary_captures({folder / "c.dcm"}, {picture(4, 4, 1)}, frames, {});
  EXPECT_EQ(value(folder / "c.dcm", DCM_LossyImageCompression), "01");
}

TEST(SecondaryCapture, the_same_picture_gives_the_same_bytes) {
  const TemporaryFolder folder;
  const auto frames = source(folder);
  for (const char* name : {"a.dcm", "b.dcm"}) {
    write_secondary_captures({folder / name}, {picture(4, 4, 1)}, frames, {});
  }
  EXPECT_EQ(read_bytes(folder / "a.dcm"), read_bytes(folder / "b.dcm"));
}

}  // namespace
}  // namespace heartlab
