#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heartlab/core/tensor_file.h"
#include "heartlab/image/geometry.h"
#include "heartlab/image/raster.h"
#include "heartlab/prepare/preparation.h"

namespace heartlab {

// The side of images that are on none.
inline constexpr const char* kLeftOut = "left out";

// One image of a data set.
struct Sample {
  std::string patient;
  std::string stem;           // name of the image below DATASET/png/*/<patient>/
  std::string source;         // path of the source file below its input folder
  std::string subset;         // "train", "validation", "test"; kLeftOut after with_subsets()
  int rows = 0, columns = 0;  // of the source
  PixelSpacing spacing;       // of the source; unknown for PNG
  bool dark = false;          // by the rule of docs/how-to/prepare.md
  bool partial = false;       // the label knows a part of the structure: --partial-labels
};

// A prepared data set: DATASET/dataset.safetensors, memory-mapped. Tensors `images` and `labels`,
// both U8 [N, size, size]; labels hold class indices: 0 = structure, 1 = background, 255 = not to
// be judged (padding). Metadata "heartlab.dataset" is JSON: target, preparation, samples.
class Dataset {
 public:
  explicit Dataset(const Path& folder);  // the folder, or the packed file itself

  std::size_t size() const { return samples_.size(); }
  int side() const { return preparation_.size; }
  const std::vector<Sample>& samples() const { return samples_; }
  const Preparation& preparation() const { return preparation_; }
  const std::string& target() const { return target_; }  // "myocardium" or "cavity"
  const Path& path() const { return path_; }             // of the packed file

  std::span<const std::uint8_t> image(std::size_t index) const;  // side x side
  std::span<const std::uint8_t> label(std::size_t index) const;  // side x side class indices
  GreyImage image_raster(std::size_t index) const;
  // Where the label is the structure (1), else 0.
  Mask structure(std::size_t index) const;
  // What the standardisation of a preparation goes by: the image's values; where it says "patient",
  // those of all images of the patient here.
  Histogram values(std::size_t index, const Preparation& by) const;
  Standardisation standardisation(std::size_t index) const;
  // Pixels of the source that one of the square is long.
  PixelSpacing source_pixels(std::size_t index) const;
  // Millimetres between the pixels of the square (source spacing over the scale).
  PixelSpacing square_spacing(std::size_t index) const;

  // Indices of a subset in order; "all" gives every image. An Error for another word.
  std::vector<std::size_t> subset(const std::string& name) const;

  // The same images on other sides, one a sample; the pixels are shared. What the preparation
  // learned from the training side (mean, Nyul's scale) it learns anew from the one that is now.
  Dataset with_subsets(const std::vector<std::string>& subsets) const;

 private:
  void learn_from_training_side();
  Histogram own_values(std::size_t index) const;

  Path path_;
  std::shared_ptr<const TensorFile> file_;
  std::string target_;
  Preparation preparation_;
  std::vector<Sample> samples_;
  std::map<std::string, Histogram> by_patient_;  // where preparation() says "patient"
};

inline constexpr std::uint8_t kStructureClass = 0;
inline constexpr std::uint8_t kBackgroundClass = 1;
inline constexpr std::uint8_t kIgnoredClass = 255;

// How often each grey value occurs where the label judges.
Histogram judged_values(std::span<const std::uint8_t> image, std::span<const std::uint8_t> label);

struct PackedSample {
  Sample sample;
  GreyImage image;             // side x side
  Raster<std::uint8_t> label;  // class indices
};

// Writes the packed file of a data set (atomically).
void write_packed(const Path& file, const std::string& target, const Preparation& preparation,
                  const std::vector<PackedSample>& samples);

// What was done to the images of a data set, where it is not what was done to those that a model
// was trained on: "images of 128 x 128, but the model was trained on images of 384 x 384".
std::vector<std::string> otherwise_prepared(const Dataset& dataset, const Preparation& model);

}  // namespace heartlab
