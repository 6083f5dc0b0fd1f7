#include "heartlab/prepare/dataset.h"

#include <algorithm>

#include "heartlab/core/random.h"
#include "tests/support/support.h"

namespace heartlab {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

PackedSample random_sample(Generator& generator, const std::string& patient,
                           const std::string& subset, int side) {
  PackedSample packed;
  packed.sample = {patient, "0048", patient + "/0048.dcm", subset, 30, 60, {1.5, 1.25}, true};
  packed.image = GreyImage(side, side);
  packed.label = Raster<std::uint8_t>(side, side);
  for (auto& value : packed.image.pixels) value = static_cast<std::uint8_t>(generator.below(256));
  for (auto& value : packed.label.pixels) value = static_cast<std::uint8_t>(generator.below(2));
  packed.label.pixels[0] = kIgnoredClass;
  return packed;
}

std::vector<PackedSample> three_samples(int side) {
  Generator generator(11);
  return {random_sample(generator, "A", "train", side), random_sample(generator, "B", "test", side),
          random_sample(generator, "C", "train", side)};
}

Preparation preparation_of(int side) {
  Preparation preparation;
  preparation.size = side;
  preparation.mean = 20.847;
  return preparation;
}

TEST(Dataset, what_was_packed_comes_back_pixel_by_pixel) {
  TemporaryFolder folder;
  const auto samples = three_samples(17);
  write_packed(folder / "dataset.safetensors", "cavity", preparation_of(17), samples);
  const Dataset dataset(folder.path());
  ASSERT_EQ(dataset.size(), 3U);
  EXPECT_EQ(dataset.target(), "cavity");
  EXPECT_EQ(dataset.preparation().to_json(), preparation_of(17).to_json());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(dataset.image_raster(i), samples[i].image);
    EXPECT_TRUE(std::ranges::equal(dataset.label(i), samples[i].label.pixels));
    EXPECT_EQ(dataset.samples()[i].patient, samples[i].sample.patient);
    EXPECT_EQ(dataset.samples()[i].source, samples[i].sample.source);
    EXPECT_EQ(dataset.samples()[i].spacing, samples[i].sample.spacing);
    EXPECT_TRUE(dataset.samples()[i].dark);
  }
}

TEST(Dataset, the_packed_file_itself_may_be_named) {
  TemporaryFolder folder;
  write_packed(folder / "other.safetensors", "cavity", preparation_of(8), three_samples(8));
  EXPECT_EQ(Dataset(folder / "other.safetensors").size(), 3U);
}

TEST(Dataset, the_structure_is_where_the_class_is_0_and_not_where_nothing_is_judged) {
  TemporaryFolder folder;
  const auto samples = three_samples(8);
  write_packed(folder / "dataset.safetensors", "cavity", preparation_of(8), samples);
  const Mask structure = Dataset(folder.path()).structure(0);
  EXPECT_EQ(structure.pixels[0], 0);
  for (std::size_t i = 0; i < structure.pixels.size(); ++i) {
    EXPECT_EQ(structure.pixels[i], samples[0].label.pixels[i] == kStructureClass ? 1 : 0);
  }
}

TEST(Dataset, subsets_share_out_the_images) {
  TemporaryFolder folder;
  write_packed(folder / "dataset.safetensors", "cavity", preparation_of(8), three_samples(8));
  const Dataset dataset(folder.path());
  EXPECT_EQ(dataset.subset("train"), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(dataset.subset("test"), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(dataset.subset("validation").empty());
  EXPECT_EQ(dataset.subset("all").size(), 3U);
  expect_error(ErrorKind::kUsage, {"train, validation, test, all", "'tset'"},
               [&] { (void)dataset.subset("tset"); });
}

TEST(Dataset, pixels_of_the_square_are_as_large_as_the_scale_makes_them) {
  TemporaryFolder folder;
  write_packed(folder / "dataset.safetensors", "cavity", preparation_of(30), three_samples(30));
  const PixelSpacing spacing = Dataset(folder.path()).square_spacing(0);
  EXPECT_DOUBLE_EQ(spacing.row, 3.0);
  EXPECT_DOUBLE_EQ(spacing.column, 2.5);
}

TEST(Dataset, a_file_of_another_program_is_refused) {
  TemporaryFolder folder;
  const Bytes bytes(16);
  write_tensor_file(folder / "dataset.safetensors", {{"w", {ElementType::kU8, {16}, bytes}}}, {});
  expect_error(ErrorKind::kBadInput, {"dataset.safetensors", "heartlab prepare"},
               [&] { Dataset{folder.path()}; });
  expect_error(ErrorKind::kNotFound, {"absent"}, [&] { Dataset{folder / "absent"}; });
}

TEST(Dataset, values_are_those_that_a_models_preparation_goes_by_whatever_its_own_is) {
  TemporaryFolder folder;
  auto samples = three_samples(17);
  samples[2].sample.patient = samples[0].sample.patient;
  write_packed(folder / "dataset.safetensors", "cavity", preparation_of(17), samples);
  const Dataset data(folder.path());
  Preparation by_patient;
  by_patient.standardise = "patient";
  const Histogram own = data.values(0, preparation_of(17));
  Histogram both = own;
  add_to(both, data.values(2, preparation_of(17)));
  EXPECT_EQ(data.values(0, by_patient), both);
  EXPECT_EQ(data.values(2, by_patient), both);
  EXPECT_NE(own, both);
}

TEST(Dataset, tensors_of_another_shape_are_refused) {
  TemporaryFolder folder;
  write_packed(folder / "good.safetensors", "cavity", preparation_of(8), three_samples(8));
  const TensorFile good(folder / "good.safetensors");
  const Bytes bytes(3 * 8 * 4);
  const TensorView wrong{ElementType::kU8, {3, 8, 4}, bytes};
  write_tensor_file(folder / "dataset.safetensors",
                    {{"images", wrong}, {"labels", good.at("labels")}}, good.metadata());
  expect_error(ErrorKind::kBadInput, {"'images'", "[3, 8, 8]", "[3, 8, 4]"},
               [&] { Dataset{folder.path()}; });
}

TEST(Dataset, a_class_that_does_not_exist_is_named_with_its_image) {
  TemporaryFolder folder;
  auto samples = three_samples(8);
  samples[1].label.pixels[5] = 7;
  write_packed(folder / "dataset.safetensors", "cavity", preparation_of(8), samples);
  const Dataset dataset(folder.path());
  expect_error(ErrorKind::kBadInput, {"B/0048", "found 7"}, [&] { (void)dataset.label(1); });
}

}  // namespace
}  // namespace heartlab
