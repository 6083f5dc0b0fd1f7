#include "heartlab/dicom/seg.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "heartlab/dicom/load.h"
#include "tests/dicom/series_fixture.h"

namespace heartlab::testing {
namespace {

using ::testing::HasSubstr;

constexpr double kTenthOfMicron = 1e-4;  // millimetres

void expect_geometry_near(const Geometry& expected, const Geometry& found) {
  EXPECT_NEAR(expected.spacing.row, found.spacing.row, kTenthOfMicron);
  EXPECT_NEAR(expected.spacing.column, found.spacing.column, kTenthOfMicron);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    EXPECT_NEAR(expected.position[axis], found.position[axis], kTenthOfMicron);
    EXPECT_NEAR(expected.row_direction[axis], found.row_direction[axis], 1e-7);
    EXPECT_NEAR(expected.column_direction[axis], found.column_direction[axis], 1e-7);
  }
}

// The frames of a SEG are those drawn, each with its mask, its place and its source.
void expect_frames(const std::vector<SourceFrame>& series,
                   const std::vector<DrawnStructure>& structures, const Seg& seg) {
  using Key = std::tuple<std::size_t, std::string, int>;
  std::map<Key, const SegFrame*> found;
  for (const auto& frame : seg.frames) {
    found[{frame.segment, frame.source_uid, frame.source_frame}] = &frame;
  }
  EXPECT_EQ(found.size(), seg.frames.size());
  std::size_t drawn = 0;
  for (std::size_t s = 0; s < structures.size(); ++s) {
    for (std::size_t i = 0; i < series.size(); ++i) {
      const Patch& patch = structures[s].frames[i];
      if (patch.is_empty()) continue;
      ++drawn;
      const auto entry = found.find(
          {s, series[i].sop_instance_uid, series[i].frames > 1 ? series[i].place.frame : 0});
      ASSERT_NE(entry, found.end()) << "frame " << i << " of segment " << s;
      expect_mask_eq(patch.raster(), entry->second->values.raster());
      expect_geometry_near(series[i].place.geometry, entry->second->geometry);
    }
  }
  EXPECT_EQ(drawn, seg.frames.size());
}

class DicomSeg : public ::testing::Test {
 protected:
  // A structure with something drawn on every frame but the second.
  DrawnStructure boxes(const std::vector<SourceFrame>& series) {
    DrawnStructure structure{"cavity", {"HeartLab", "0.1.0", "m.safetensors", "abc"}, {}};
    for (std::size_t i = 0; i < series.size(); ++i) {
      Mask mask(series[i].rows, series[i].columns);
      if (i != 1) mask.at(static_cast<int>(i), 3) = 1;
      structure.frames.emplace_back(mask);
    }
    return structure;
  }

  DerivedObject write(const std::vector<SourceFrame>& series,
                      const std::vector<DrawnStructure>& structures,
                      SegKind kind = SegKind::kBinary) {
    return write_seg(folder_ / "seg.dcm", series, structures, kind);
  }

  TemporaryFolder folder_;
  Generator generator_{11};
};

TEST_F(DicomSeg, a_round_trip_keeps_masks_and_geometry_whatever_the_orientation) {
  for (int round = 0; round < 40; ++round) {
    SeriesLayout layout;
    layout.slices = 2 + static_cast<int>(generator_.below(4));
    layout.phases = 1 + static_cast<int>(generator_.below(3));
    layout.rows = 9 + static_cast<int>(generator_.below(20));
    layout.columns = 9 + static_cast<int>(generator_.below(20));
    layout.spacing =
        fmt::format("{:.4f}\\{:.4f}", generator_.uniform(0.5, 3), generator_.uniform(0.5, 3));
    layout.gap = generator_.uniform(3, 12) * (generator_.below(2) == 0 ? -1 : 1);
    const Path images = folder_ / fmt::format("round-{}", round);
    const bool enhanced = round % 4 > 1;
    const auto series =
        (enhanced ? write_enhanced : write_series)(images, random_orientation(generator_), layout);
    ASSERT_EQ(series.size(), std::size_t(layout.slices * layout.phases));
    ASSERT_EQ(series[0].frames, enhanced ? layout.slices * layout.phases : 1);
    std::vector<DrawnStructure> structures{random_structure("cavity", series, generator_)};
    structures[0].frames[0] = Patch(Mask(layout.rows, layout.columns, 1));
    if (round % 2 == 0) {
      structures.push_back(random_structure("myocardium", series, generator_));
      structures[1].frames.back() = Patch(Mask(layout.rows, layout.columns, 1));
    }
    write(series, structures);
    expect_frames(series, structures, read_seg(folder_ / "seg.dcm"));
  }
}

TEST_F(DicomSeg, probabilities_come_back_as_they_were) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  DrawnStructure structure = boxes(series);
  for (auto& patch : structure.frames) {
    Raster<std::uint8_t> values(24, 20);
    for (auto& value : values.pixels) value = static_cast<std::uint8_t>(generator_.below(256));
    patch = Patch(values);
  }
  write(series, {structure}, SegKind::kProbability);
  const Seg seg = read_seg(folder_ / "seg.dcm");
  EXPECT_EQ(seg.kind, SegKind::kProbability);
  EXPECT_EQ(seg.maximum, 255);
  ASSERT_EQ(seg.frames.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(seg.frames[i].values, structure.frames[i]);
}

TEST_F(DicomSeg, frames_of_a_multi_frame_source_are_named_by_their_numbers) {
  DicomFixture image(24, 20, 3);
  image.set(DCM_FrameOfReferenceUID, "1.2.3.99");
  image.place("0\\0\\0", "1\\0\\0\\0\\1\\0");
  make_folder(folder_ / "in");
  image.save(folder_ / "in/image.dcm");
  const auto series = read_series(folder_ / "in");
  ASSERT_EQ(series.size(), 3U);
  const DrawnStructure structure = boxes(series);
  write(series, {structure});
  const Seg seg = read_seg(folder_ / "seg.dcm");
  ASSERT_EQ(seg.frames.size(), 2U);
  EXPECT_EQ(seg.frames[0].source_frame, 0);
  EXPECT_EQ(seg.frames[1].source_frame, 2);
  expect_frames(series, {structure}, seg);
}

TEST_F(DicomSeg, a_compressed_source_is_referred_to_like_any_other) {
  SeriesLayout layout;
  layout.syntax = EXS_RLELossless;
  const auto series = write_series(folder_ / "in", random_orientation(generator_), layout);
  const DrawnStructure structure = boxes(series);
  write(series, {structure});
  expect_frames(series, {structure}, read_seg(folder_ / "seg.dcm"));
}

TEST_F(DicomSeg, it_joins_the_study_patient_and_frame_of_reference_of_its_source) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  const DerivedObject object = write(series, {boxes(series)});
  EXPECT_EQ(object.study_uid, "1.2.3");
  const Seg seg = read_seg(folder_ / "seg.dcm");
  EXPECT_EQ(seg.study_uid, "1.2.3");
  EXPECT_EQ(seg.series_uid, object.series_uid);
  EXPECT_EQ(seg.sop_instance_uid, object.sop_instance_uid);
  EXPECT_EQ(seg.frame_of_reference_uid, "1.2.3.99");
  ASSERT_EQ(seg.segments.size(), 1U);
  EXPECT_EQ(seg.segments[0].label, "Left ventricular cavity");
  EXPECT_EQ(seg.segments[0].type_code, "87612001");
}

TEST_F(DicomSeg, frames_with_nothing_drawn_are_left_out_but_an_empty_segment_keeps_one) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  DrawnStructure structure = boxes(series);
  write(series, {structure});
  EXPECT_EQ(read_seg(folder_ / "seg.dcm").frames.size(), 3U);
  structure.frames.assign(series.size(), Patch(Mask(24, 20)));
  write(series, {structure});
  const Seg empty = read_seg(folder_ / "seg.dcm");
  ASSERT_EQ(empty.frames.size(), 1U);
  EXPECT_TRUE(empty.frames[0].values.is_empty());
}

TEST_F(DicomSeg, dimension_indices_follow_slice_and_phase_without_gaps) {
  SeriesLayout layout;
  layout.phases = 2;
  const auto series = write_series(folder_ / "in", random_orientation(generator_), layout);
  DrawnStructure structure = boxes(series);
  structure.frames[0] = Patch(Mask(24, 20));  // with the second: the whole first slice
  write(series, {structure});
  std::vector<std::vector<Uint32>> indices;
  with_data_set(folder_ / "seg.dcm", [&](DcmDataset& data) {
    DcmItem *frame = nullptr, *content = nullptr;
    for (long i = 0;
         data.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, frame, i).good(); ++i) {
      ASSERT_TRUE(frame->findAndGetSequenceItem(DCM_FrameContentSequence, content).good());
      const Uint32* values = nullptr;
      unsigned long count = 0;
      ASSERT_TRUE(content->findAndGetUint32Array(DCM_DimensionIndexValues, values, &count).good());
      indices.emplace_back(values, values + count);
    }
  });
  EXPECT_EQ(indices, (std::vector<std::vector<Uint32>>{
                         {1, 1, 1}, {1, 1, 2}, {1, 2, 1}, {1, 2, 2}, {1, 3, 1}, {1, 3, 2}}));
}

TEST_F(DicomSeg, the_same_work_gives_the_same_bytes_and_other_pixels_another_instance) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  DrawnStructure structure = boxes(series);
  const DerivedObject first = write(series, {structure});
  const Bytes bytes = read_bytes(folder_ / "seg.dcm");
  write(series, {structure});
  EXPECT_EQ(read_bytes(folder_ / "seg.dcm"), bytes);
  structure.frames[1] = structure.frames[0];
  const DerivedObject other = write(series, {structure});
  EXPECT_EQ(other.series_uid, first.series_uid);
  EXPECT_NE(other.sop_instance_uid, first.sop_instance_uid);
}

TEST_F(DicomSeg, wrong_values_of_the_source_are_mended_and_named_and_its_uids_kept) {
  DicomFixture image;
  image.set(DCM_StudyInstanceUID, "1.2.003");
  image.set(DCM_SeriesInstanceUID, "1.2.003.4");
  image.set(DCM_StudyDate, "20120000");
  image.set(DCM_AccessionNumber, "a number of more than sixteen characters");
  image.set(DCM_PatientSex, "unknown");
  image.place("0\\0\\0", "1\\0\\0\\0\\1\\0");
  make_folder(folder_ / "in");
  image.save(folder_ / "in/image.dcm");
  const auto series = read_series(folder_ / "in");
  const DerivedObject object = write(series, {boxes(series)});
  EXPECT_EQ(object.study_uid, "1.2.003");
  EXPECT_EQ(read_seg(folder_ / "seg.dcm").study_uid, "1.2.003");
  const std::string mended = fmt::format("{}", fmt::join(object.mended, "\n"));
  for (const char* name :
       {"StudyDate", "AccessionNumber", "PatientSex", "FrameOfReferenceUID", "19000101"}) {
    EXPECT_THAT(mended, HasSubstr(name));
  }
  with_data_set(folder_ / "seg.dcm", [&](DcmDataset& data) {
    OFString value;
    EXPECT_TRUE(data.findAndGetOFString(DCM_StudyDate, value).good());
    EXPECT_EQ(value, "");
    data.findAndGetOFString(DCM_ContentDate, value);
    EXPECT_EQ(value, "19000101");
  });
}

TEST_F(DicomSeg, the_content_has_the_first_valid_date_of_the_source) {
  DicomFixture image;
  image.set(DCM_ContentDate, "20120000");
  image.set(DCM_SeriesDate, "20120304");
  image.set(DCM_SeriesTime, "101112");
  image.place("0\\0\\0", "1\\0\\0\\0\\1\\0");
  make_folder(folder_ / "in");
  image.save(folder_ / "in/image.dcm");
  const auto series = read_series(folder_ / "in");
  write(series, {boxes(series)});
  with_data_set(folder_ / "seg.dcm", [&](DcmDataset& data) {
    OFString date, time;
    data.findAndGetOFString(DCM_ContentDate, date);
    data.findAndGetOFString(DCM_ContentTime, time);
    EXPECT_EQ(date, "20120304");
    EXPECT_EQ(time, "101112");
  });
}

TEST_F(DicomSeg, images_without_a_place_are_referred_to_pixel_by_pixel) {
  make_folder(folder_ / "in");
  for (int i = 1; i <= 3; ++i) {
    DicomFixture image;
    image.set(DCM_SOPInstanceUID, fmt::format("1.2.3.4.{}", i));
    image.set(DCM_InstanceNumber, std::to_string(i));
    image.save(folder_ / fmt::format("in/{}.dcm", i));
  }
  const auto series = read_series(folder_ / "in");
  write(series, {boxes(series)});
  const Seg seg = read_seg(folder_ / "seg.dcm");
  ASSERT_EQ(seg.frames.size(), 2U);
  EXPECT_FALSE(seg.frames[0].geometry.in_patient);
  EXPECT_EQ(seg.frame_of_reference_uid, "");
  EXPECT_EQ(seg.frames[1].source_uid, "1.2.3.4.3");
}

TEST_F(DicomSeg, series_and_sizes_are_told_apart) {
  SeriesLayout layout;
  write_series(folder_ / "in/a", random_orientation(generator_), layout);
  layout.series_uid = "1.2.3.5";
  write_series(folder_ / "in/b", random_orientation(generator_), layout);
  layout.rows = 30;
  layout.slices = 1;
  layout.series_uid = "1.2.3.5";
  write_series(folder_ / "in/c", random_orientation(generator_), layout);
  const auto frames = read_series(folder_ / "in");
  std::vector<std::size_t> sizes;
  for (const auto& members : group_by_series(frames)) sizes.push_back(members.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{4, 4, 1}));
  expect_error(ErrorKind::kBadInput, {"1.2.3.4", "1.2.3.5"}, [&] {
    write(frames, {DrawnStructure{"cavity", {}, std::vector<Patch>(frames.size())}});
  });
}

TEST_F(DicomSeg, a_source_without_uids_cannot_be_referred_to) {
  DicomFixture image;
  image.remove(DCM_SeriesInstanceUID);
  make_folder(folder_ / "in");
  image.save(folder_ / "in/image.dcm");
  const auto series = read_series(folder_ / "in");
  expect_error(ErrorKind::kBadInput, {"image.dcm", "expected the UIDs"},
               [&] { write(series, {boxes(series)}); });
  EXPECT_FALSE(std::filesystem::exists(folder_ / "seg.dcm"));
}

TEST_F(DicomSeg, a_segmentation_is_not_read_as_an_image) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  write(series, {boxes(series)}, SegKind::kProbability);
  expect_error(ErrorKind::kUnsupported, {"seg.dcm", "segmentation"},
               [&] { read_dicom(folder_ / "seg.dcm"); });
}

TEST_F(DicomSeg, what_is_no_sound_segmentation_is_an_error) {
  const auto series = write_series(folder_ / "in", random_orientation(generator_), {});
  expect_error(ErrorKind::kBadInput, {"000.dcm", "expected a segmentation"},
               [&] { read_seg(folder_ / "in/000.dcm"); });
  write(series, {boxes(series)});
  const auto broken = [&](const std::function<void(DcmDataset&)>& change) {
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile((folder_ / "seg.dcm").c_str()).good());
    change(*format.getDataset());
    ASSERT_TRUE(format.saveFile((folder_ / "broken.dcm").c_str()).good());
  };
  const auto expect_broken = [&](const std::vector<std::string>& words) {
    expect_error(ErrorKind::kBadInput, words, [&] { read_seg(folder_ / "broken.dcm"); });
  };
  broken([](DcmDataset& data) { data.putAndInsertString(DCM_NumberOfFrames, "4"); });
  expect_broken({"broken.dcm", "functional groups", "4", "3"});
  broken([](DcmDataset& data) { data.putAndInsertUint16(DCM_Rows, 60000); });
  expect_broken({"broken.dcm", "truncated", "60000"});
  broken([](DcmDataset& data) { data.putAndInsertString(DCM_SegmentationType, "LABELMAP"); });
  expect_broken({"broken.dcm", "BINARY or FRACTIONAL", "LABELMAP"});
  broken([](DcmDataset& data) { data.findAndDeleteElement(DCM_SegmentSequence); });
  expect_broken({"broken.dcm", "segments"});
  broken([](DcmDataset& data) { data.findAndDeleteElement(DCM_PixelData); });
  expect_broken({"broken.dcm", "pixel data"});
}

}  // namespace
}  // namespace heartlab::testing
