#include "tests/support/fake_model.h"

#include <cmath>

namespace heartlab::testing {
namespace {

bool inside(const Disc& disc, int row, int column) {
  return std::hypot(row - disc.row, column - disc.column) < disc.radius;
}

}  // namespace

Logits ThresholdEngine::run(const std::vector<float>& input, int side) {
  Logits planes(2, Image(side, side));
  for (std::size_t i = 0; i < input.size(); ++i) planes[0].pixels[i] = input[i] - threshold_;
  return planes;
}

Path write_model(const Path& file, const std::string& target, int size) {
  ModelDescription description;
  description.preparation.size = size;
  description.target = target;
  description.class_names = {target, "background"};
  description.training = {{"iteration", 1000}, {"seed", 1}};
  const Bytes weight(4, 0);
  write_tensor_file(file, {{"weight", {ElementType::kF32, {1}, weight}}},
                    model_metadata(description));
  return file;
}

Segmenter threshold_segmenter(const Path& folder, const std::string& target, int size,
                              float threshold) {
  const ModelFile model(write_model(folder / (target + ".safetensors"), target, size));
  return Segmenter(model, std::make_unique<ThresholdEngine>(threshold));
}

GreyImage disc_image(int rows, int columns, const Disc& disc) {
  GreyImage image(rows, columns, 40);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (inside(disc, row, column)) image.at(row, column) = 200;
    }
  }
  return image;
}

PackedSample disc_sample(const std::string& patient, const std::string& stem,
                         const std::string& subset, int size, const Disc& shown,
                         const Disc& truth) {
  PackedSample packed;
  packed.sample.patient = patient;
  packed.sample.stem = stem;
  packed.sample.source = patient + "/" + stem + ".png";
  packed.sample.subset = subset;
  packed.sample.rows = size;
  packed.sample.columns = size;
  packed.image = disc_image(size, size, shown);
  packed.label = Raster<std::uint8_t>(size, size, kBackgroundClass);
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      if (inside(truth, row, column)) packed.label.at(row, column) = kStructureClass;
    }
  }
  return packed;
}

Path write_dataset(const Path& folder, const std::string& target,
                   const std::vector<PackedSample>& samples) {
  make_folder(folder);
  Preparation preparation;
  preparation.size = samples.front().image.rows;
  write_packed(folder / "dataset.safetensors", target, preparation, samples);
  return folder;
}

}  // namespace heartlab::testing
