#include <gtest/gtest.h>

#include "heartlab/core/error.h"
#include "heartlab/dicom/reader.h"
#include "tests/dicom/fixture.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

std::vector<float> as_floats(const std::vector<Uint16>& words) {
  return {words.begin(), words.end()};
}

class transfer_syntaxes : public ::testing::TestWithParam<E_TransferSyntax> {};

TEST_P(transfer_syntaxes, every_lossless_one_gives_the_stored_values) {
  const TemporaryFolder folder;
  DicomFixture image(25, 17);
  image.save(folder / "a", GetParam());
  const auto frames = read_dicom(folder / "a");
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].image.rows, 25);
  EXPECT_EQ(frames[0].image.columns, 17);
  EXPECT_EQ(frames[0].image.pixels, as_floats(ramp(25 * 17)));
}

TEST_P(transfer_syntaxes, every_frame_is_read_in_order) {
  const TemporaryFolder folder;
  DicomFixture image(16, 24, 3);
  image.save(folder / "a", GetParam());
  const auto frames = read_dicom(folder / "a");
  ASSERT_EQ(frames.size(), 3U);
  std::vector<float> all;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(frames[std::size_t(i)].frame, i);
    EXPECT_EQ(frames[std::size_t(i)].frames, 3);
    const auto& pixels = frames[std::size_t(i)].image.pixels;
    all.insert(all.end(), pixels.begin(), pixels.end());
  }
  EXPECT_EQ(all, as_floats(ramp(16 * 24 * 3)));
}

TEST_P(transfer_syntaxes, signed_values_keep_their_sign) {
  const TemporaryFolder folder;
  DicomFixture image;
  image.set_number(DCM_PixelRepresentation, 1);
  image.set_number(DCM_BitsStored, 16);
  image.set_number(DCM_HighBit, 15);
  std::vector<Uint16> words(24 * 20);
  std::vector<float> values(words.size());
  const std::vector<std::pair<Uint16, float>> kPairs = {
      {1, 1.0F}, {0x7fff, 32767.0F}, {0x8000, -32768.0F}, {0xffff, -1.0F}, {0xfffe, -2.0F}};
  for (std::size_t i = 0; i < kPairs.size(); ++i) {
    words[50 * i] = kPairs[i].first;
    values[50 * i] = kPairs[i].second;
  }
  image.set_pixels(words);
  image.save(folder / "a", GetParam());
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, values);
}

TEST_P(transfer_syntaxes, eight_bits_are_read_with_an_odd_number_of_pixels) {
  const TemporaryFolder folder;
  DicomFixture image(17, 19);
  std::vector<Uint8> bytes;
  for (int i = 0; i < 17 * 19; ++i) bytes.push_back(static_cast<Uint8>(i % 19 < 9 ? 7 : i));
  image.set_pixels_8(bytes);
  image.save(folder / "a", GetParam());
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels,
            (std::vector<float>(bytes.begin(), bytes.end())));
}

INSTANTIATE_TEST_SUITE_P(, transfer_syntaxes,
                         ::testing::Values(EXS_LittleEndianImplicit, EXS_LittleEndianExplicit,
                                           EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit,
                                           EXS_JPEGProcess14, EXS_JPEGProcess14SV1,
                                           EXS_JPEGLSLossless, EXS_RLELossless),
                         [](const auto& item) {
                           std::string name;
                           for (const char c : std::string(DcmXfer(item.param).getXferName())) {
                             if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
                           }
                           return name;
                         });

TEST(dicom_pixels, bits_above_the_stored_ones_are_ignored) {
  const TemporaryFolder folder;
  DicomFixture image(1, 3);
  image.set_pixels({0xf123, 0x0fff, 0x8000});
  image.save(folder / "a");
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{0x123, 0xfff, 0}));
}

TEST(dicom_pixels, signed_values_of_twelve_bits_are_extended) {
  const TemporaryFolder folder;
  DicomFixture image(1, 3);
  image.set_number(DCM_PixelRepresentation, 1);
  image.set_pixels({0x0800, 0x0fff, 0x07ff});
  image.save(folder / "a");
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{-2048, -1, 2047}));
}

TEST(dicom_pixels, rescale_is_applied) {
  const TemporaryFolder folder;
  DicomFixture image(1, 3);
  image.set(DCM_RescaleSlope, "2.5");
  image.set(DCM_RescaleIntercept, "-10");
  image.set_pixels({0, 4, 100});
  image.save(folder / "a");
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{-10, 0, 240}));
}

TEST(dicom_pixels, a_slope_of_zero_is_ignored_with_a_remark) {
  const TemporaryFolder folder;
  DicomFixture image(1, 2);
  image.set(DCM_RescaleSlope, "0");
  image.set_pixels({3, 4});
  image.save(folder / "a");
  const auto frame = read_dicom(folder / "a")[0];
  EXPECT_EQ(frame.image.pixels, (std::vector<float>{3, 4}));
  ASSERT_EQ(frame.remarks.size(), 1U);
  EXPECT_EQ(frame.remarks[0], "RescaleSlope makes no sense and was ignored");
}

TEST(dicom_pixels, monochrome1_is_turned_and_looks_the_same_through_its_window) {
  const TemporaryFolder folder;
  DicomFixture image;
  image.set(DCM_WindowCenter, "1800");
  image.set(DCM_WindowWidth, "2001");
  image.save(folder / "upright");
  image.set(DCM_PhotometricInterpretation, "MONOCHROME1");
  std::vector<Uint16> turned;
  for (const Uint16 value : ramp(24 * 20)) turned.push_back(static_cast<Uint16>(4095 - value));
  image.set_pixels(turned);
  image.set(DCM_WindowCenter, "2296");
  image.save(folder / "turned");
  const auto upright = read_dicom(folder / "upright")[0];
  const auto back = read_dicom(folder / "turned")[0];
  EXPECT_EQ(upright.image, back.image);
  EXPECT_EQ(upright.window_centre, back.window_centre);
  EXPECT_EQ(upright.window_width, back.window_width);
}

TEST(dicom_pixels, padding_is_black_and_no_minimum) {
  const TemporaryFolder folder;
  for (const auto syntax : {EXS_LittleEndianExplicit, EXS_LittleEndianImplicit}) {
    DicomFixture image(1, 4);
    image.set_number(DCM_PixelRepresentation, 1);
    image.set_number(DCM_BitsStored, 16);
    image.set_number(DCM_HighBit, 15);
    image.set(DCM_RescaleSlope, "2");
    image.set(DCM_RescaleIntercept, "5");
    ASSERT_TRUE(
        image.data().putAndInsertSint16(DcmTag(DCM_PixelPaddingValue, EVR_SS), -2000).good());
    image.set_pixels({Uint16(-2000), 10, 300, Uint16(-2000)});
    image.save(folder / "a", syntax);
    EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{25, 25, 605, 25}));
  }
}

TEST(dicom_pixels, a_range_of_padding_is_black_with_both_its_ends) {
  const TemporaryFolder folder;
  DicomFixture image(1, 5);
  image.set_number(DCM_PixelPaddingValue, 20);
  image.set_number(DCM_PixelPaddingRangeLimit, 10);
  image.set_pixels({10, 15, 20, 21, 30});
  image.save(folder / "a");
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{21, 21, 21, 21, 30}));
  image.set_pixels({10, 15, 20, 20, 10});
  image.save(folder / "a");
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{10, 15, 20, 20, 10}));
}

TEST(dicom_pixels, padding_of_monochrome1_is_as_dark_as_what_is_shown_darkest) {
  const TemporaryFolder folder;
  DicomFixture image(1, 3);
  image.set(DCM_PhotometricInterpretation, "MONOCHROME1");
  image.set_number(DCM_PixelPaddingValue, 4095);
  image.set_pixels({4095, 100, 3000});
  image.save(folder / "a");
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, (std::vector<float>{1095, 3995, 1095}));
}

TEST(dicom_pixels, a_file_without_preamble_is_read) {
  const TemporaryFolder folder;
  DicomFixture image;
  ASSERT_TRUE(image.data().saveFile((folder / "a").c_str(), EXS_LittleEndianImplicit).good());
  EXPECT_TRUE(looks_like_dicom(folder / "a"));
  EXPECT_EQ(read_dicom(folder / "a")[0].image.pixels, as_floats(ramp(24 * 20)));
}

}  // namespace
}  // namespace heartlab::testing
