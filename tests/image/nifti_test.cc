#include "heartlab/image/nifti.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab::testing {
namespace {

constexpr std::size_t kOffset = 352;  // of the voxels

std::string unzipped(const Path& file) {
  gzFile stream = gzopen(file.c_str(), "rb");
  std::string bytes;
  char block[4096];
  for (int count = 0; (count = gzread(stream, block, sizeof block)) > 0;) {
    bytes.append(block, static_cast<std::size_t>(count));
  }
  gzclose(stream);
  return bytes;
}

template <typename T>
T value_at(const std::string& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

NiftiVolume oblique_volume() {
  NiftiVolume volume;
  volume.rows = 3;
  volume.columns = 4;
  volume.slices = 2;
  volume.phases = 2;
  volume.first.in_patient = true;
  volume.first.spacing = {1.5, 1.25};
  volume.first.position = {-10, 20, 30};
  volume.first.row_direction = {0.8, 0, 0.6};
  volume.first.column_direction = {0, 1, 0};
  volume.slice_step = {-6 * 0.8, 0, 8 * 0.8};  // along the normal, 8 mm
  volume.phase_step = 40;
  return volume;
}

Raster<std::uint8_t> numbered(int slice, int phase) {
  Raster<std::uint8_t> values(3, 4);
  for (std::size_t i = 0; i < values.pixels.size(); ++i) {
    values.pixels[i] = static_cast<std::uint8_t>(100 * phase + 50 * slice + int(i));
  }
  return values;
}

TEST(Nifti, the_header_says_size_spacing_and_place_in_ras) {
  const TemporaryFolder folder;
  write_nifti(folder / "a.nii.gz", oblique_volume(), numbered);
  const std::string bytes = unzipped(folder / "a.nii.gz");
  ASSERT_EQ(bytes.size(), kOffset + 4 * 3 * 2 * 2);
  EXPECT_EQ(value_at<std::int32_t>(bytes, 0), 348);
  EXPECT_EQ(bytes.substr(344, 4), std::string("n+1\0", 4));
  const std::int16_t dimensions[] = {4, 4, 3, 2, 2};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(value_at<std::int16_t>(bytes, 40 + 2 * i), dimensions[i]);
  }
  const float spacing[] = {1.25F, 1.5F, 8, 40};
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(value_at<float>(bytes, 80 + 4 * i), spacing[i], 1e-5);
  // A voxel (i, j, k) = (1, 2, 1) in LPS, with x and y turned.
  const double lps[] = {-10 + 1.25 * 0.8 - 4.8, 20 + 2 * 1.5, 30 + 1.25 * 0.6 + 6.4};
  const double ras[] = {-lps[0], -lps[1], lps[2]};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t row = 280 + 16 * axis;
    const double place =
        double(value_at<float>(bytes, row)) + 2 * double(value_at<float>(bytes, row + 4)) +
        double(value_at<float>(bytes, row + 8)) + double(value_at<float>(bytes, row + 12));
    EXPECT_NEAR(place, ras[axis], 1e-4);
  }
}

TEST(Nifti, voxels_run_along_columns_rows_slices_and_phases) {
  const TemporaryFolder folder;
  write_nifti(folder / "a.nii.gz", oblique_volume(), numbered);
  const std::string bytes = unzipped(folder / "a.nii.gz");
  EXPECT_EQ(std::uint8_t(bytes[kOffset + 5]), 5);
  EXPECT_EQ(std::uint8_t(bytes[kOffset + 12]), 50);
  EXPECT_EQ(std::uint8_t(bytes[kOffset + 24 + 3]), 103);
}

TEST(Nifti, the_same_volume_gives_the_same_bytes) {
  const TemporaryFolder folder;
  write_nifti(folder / "a.nii.gz", oblique_volume(), numbered);
  write_nifti(folder / "b.nii.gz", oblique_volume(), numbered);
  EXPECT_EQ(read_bytes(folder / "a.nii.gz"), read_bytes(folder / "b.nii.gz"));
}

TEST(Nifti, a_side_beyond_16_bits_is_an_error) {
  const TemporaryFolder folder;
  NiftiVolume volume = oblique_volume();
  volume.slices = 40000;
  expect_error(ErrorKind::kUnsupported, {"a.nii.gz", "32767", "40000"},
               [&] { write_nifti(folder / "a.nii.gz", volume, numbered); });
  EXPECT_FALSE(std::filesystem::exists(folder / "a.nii.gz"));
}

}  // namespace
}  // namespace heartlab::testing
