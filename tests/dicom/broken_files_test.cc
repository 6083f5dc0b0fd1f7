#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "heartlab/core/error.h"
#include "heartlab/dicom/reader.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

void expect_unreadable(DicomFixture& image, ErrorKind kind, std::vector<std::string> words) {
  const TemporaryFolder folder;
  const Path file = folder / "scan.dcm";
  image.save(file);
  words.push_back(file.string());
  expect_error(kind, words, [&] { read_dicom(file); });
}

void expect_not_dicom(const std::string& content) {
  const TemporaryFolder folder;
  write_text(folder / "notes", content);
  EXPECT_FALSE(looks_like_dicom(folder / "notes"));
  expect_error(ErrorKind::kBadInput, {(folder / "notes").string(), "expected a DICOM file"},
               [&] { read_dicom(folder / "notes"); });
}

// Reads the first bytes of a file, at many lengths: nothing but the whole gives an image.
void expect_every_cut_is_an_error(DicomFixture& image, E_TransferSyntax syntax) {
  const TemporaryFolder folder;
  const Bytes whole = image.bytes(syntax);
  for (std::size_t length = 0; length + 2 < whole.size(); length += 1 + length % 23) {
    std::ofstream(folder / "cut", std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.data()), std::streamsize(length));
    try {
      read_dicom(folder / "cut");
      ADD_FAILURE() << "cut to " << length << " of " << whole.size() << " bytes, an image came";
    } catch (const Error& error) {
      EXPECT_EQ(exit_status(error.kind()), exit_status(ErrorKind::kBadInput)) << error.what();
      EXPECT_NE(std::string(error.what()).find("cut"), std::string::npos) << error.what();
    }
  }
}

TEST(broken_dicom, no_such_file_is_named) {
  expect_error(ErrorKind::kNotFound, {"/nowhere/a.dcm"}, [] { read_dicom("/nowhere/a.dcm"); });
}

TEST(broken_dicom, files_of_other_kinds_are_not_dicom) {
  expect_not_dicom("");
  expect_not_dicom("short");
  expect_not_dicom(std::string(1000, 'x'));
  expect_not_dicom(std::string(1000, '\0'));
  constexpr char kOther[] = "\x08\x00 and then anything at all, for more than a few bytes";
  expect_not_dicom(std::string(kOther, sizeof kOther - 1));
}

TEST(broken_dicom, cut_files_of_every_syntax_are_errors) {
  for (const auto syntax : {EXS_LittleEndianImplicit, EXS_LittleEndianExplicit,
                            EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit,
                            EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_RLELossless}) {
    SCOPED_TRACE(DcmXfer(syntax).getXferName());
    DicomFixture image(16, 16);
    expect_every_cut_is_an_error(image, syntax);
  }
}

TEST(broken_dicom, pixel_data_too_short_for_the_size_is_truncated) {
  DicomFixture image(6, 5);
  image.set_number(DCM_Rows, 7);
  expect_unreadable(image, ErrorKind::kBadInput, {"truncated", "70 bytes", "found 60"});
}

TEST(broken_dicom, more_frames_than_pixels_are_truncated) {
  DicomFixture image;
  image.set(DCM_NumberOfFrames, "16000000");
  expect_unreadable(image, ErrorKind::kBadInput, {"truncated", "16000000 frame(s)"});
}

TEST(broken_dicom, more_frames_than_compressed_fragments_are_truncated) {
  const TemporaryFolder folder;
  DicomFixture image;
  image.save(folder / "a", EXS_RLELossless);
  image.set(DCM_NumberOfFrames, "2");
  image.save(folder / "a", EXS_RLELossless);
  expect_error(ErrorKind::kBadInput, {"truncated", "2 frame(s)"},
               [&] { read_dicom(folder / "a"); });
}

TEST(broken_dicom, a_compressed_image_that_claims_to_be_huge_is_an_error) {
  for (const auto syntax : {EXS_RLELossless, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless}) {
    SCOPED_TRACE(DcmXfer(syntax).getXferName());
    const TemporaryFolder folder;
    DicomFixture image;
    image.save(folder / "a", syntax);
    image.set_number(DCM_Rows, 65535);
    image.set_number(DCM_Columns, 65535);
    image.save(folder / "a", syntax);
    expect_error(ErrorKind::kUnsupported, {"at most", "65535 x 65535"},
                 [&] { read_dicom(folder / "a"); });
    image.set_number(DCM_Rows, 30);
    image.set_number(DCM_Columns, 30);
    image.save(folder / "a", syntax);
    expect_error(ErrorKind::kBadInput, {"frame 1"}, [&] { read_dicom(folder / "a"); });
  }
}

TEST(broken_dicom, rle_segments_that_lie_outside_their_fragment_are_an_error) {
  const TemporaryFolder folder;
  DicomFixture image;
  Bytes bytes = image.bytes(EXS_RLELossless);
  const std::vector<std::uint8_t> header = {2, 0, 0, 0, 64, 0, 0, 0};  // segments, first offset
  const auto at = std::search(bytes.begin(), bytes.end(), header.begin(), header.end());
  ASSERT_NE(at, bytes.end());
  for (const std::ptrdiff_t byte : {0, 6, 7, 10, 11}) {
    Bytes broken = bytes;
    broken[std::size_t(at - bytes.begin() + byte)] = 0x7f;
    write_bytes(folder / "a", broken);
    expect_error(ErrorKind::kBadInput, {"cannot decompress frame 1", "RLE"},
                 [&] { read_dicom(folder / "a"); });
  }
}

TEST(broken_dicom, no_pixel_data_is_said) {
  DicomFixture image;
  image.remove(DCM_PixelData);
  expect_unreadable(image, ErrorKind::kBadInput, {"no pixel data"});
}

TEST(broken_dicom, missing_or_impossible_sizes_name_the_attribute) {
  DicomFixture without_rows;
  without_rows.remove(DCM_Rows);
  expect_unreadable(without_rows, ErrorKind::kBadInput, {"Rows", "(0028,0010)", "none"});
  DicomFixture no_columns;
  no_columns.set_number(DCM_Columns, 0);
  expect_unreadable(no_columns, ErrorKind::kBadInput, {"Columns", "found 0"});
  DicomFixture negative_frames;
  negative_frames.set(DCM_NumberOfFrames, "-4");
  expect_unreadable(negative_frames, ErrorKind::kBadInput, {"NumberOfFrames", "found -4"});
  DicomFixture bits;
  bits.set_number(DCM_BitsStored, 17);
  expect_unreadable(bits, ErrorKind::kBadInput, {"17 bits stored"});
}

TEST(broken_dicom, colour_and_other_pixels_are_not_supported) {
  DicomFixture colour;
  colour.set_number(DCM_SamplesPerPixel, 3);
  colour.set(DCM_PhotometricInterpretation, "RGB");
  expect_unreadable(colour, ErrorKind::kUnsupported, {"grey", "RGB"});
  DicomFixture palette;
  palette.set(DCM_PhotometricInterpretation, "PALETTE COLOR");
  expect_unreadable(palette, ErrorKind::kUnsupported, {"PALETTE COLOR"});
  DicomFixture wide;
  wide.set_number(DCM_BitsAllocated, 32);
  expect_unreadable(wide, ErrorKind::kUnsupported, {"8 or 16 bits", "32"});
  DicomFixture floating;
  floating.remove(DCM_PixelData);
  const std::vector<Float32> values(30, 0.5F);
  floating.data().putAndInsertFloat32Array(DCM_FloatPixelData, values.data(), values.size());
  expect_unreadable(floating, ErrorKind::kUnsupported, {"whole-number", "FloatPixelData"});
}

TEST(broken_dicom, jpeg_2000_is_named_with_its_transfer_syntax) {
  const TemporaryFolder folder;
  DicomFixture image;
  Bytes bytes = image.bytes(EXS_JPEGLSLossless);
  const std::string from = "1.2.840.10008.1.2.4.80", to = "1.2.840.10008.1.2.4.90";
  const auto at = std::search(bytes.begin(), bytes.end(), from.begin(), from.end());
  ASSERT_NE(at, bytes.end());
  std::copy(to.begin(), to.end(), at);
  write_bytes(folder / "a", bytes);
  expect_error(ErrorKind::kUnsupported, {"JPEG 2000", to, "gdcmconv"},
               [&] { read_dicom(folder / "a"); });
}

TEST(broken_dicom, deep_nesting_is_an_error_and_no_overflow_of_the_stack) {
  const TemporaryFolder folder;
  DicomFixture image;
  Bytes bytes = image.bytes();
  // (0008,1115) Referenced Series Sequence of undefined length, each in an item of the last.
  const std::string step("\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
                         20);
  for (int i = 0; i < 200000; ++i) bytes.insert(bytes.end(), step.begin(), step.end());
  write_bytes(folder / "deep", bytes);
  expect_error(ErrorKind::kBadInput, {(folder / "deep").string()},
               [&] { read_dicom(folder / "deep"); });
}

}  // namespace
}  // namespace heartlab::testing
