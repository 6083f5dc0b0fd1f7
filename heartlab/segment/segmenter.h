#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/image/raster.h"
#include "heartlab/model/model_file.h"

namespace heartlab {

// Scores of one square input: one plane of size x size a class.
using Logits = std::vector<Image>;

// The boundary to what computes a network: libtorch today. Called from one thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;
  // `input` holds side x side standardised values; the planes come back with the same side.
  virtual Logits run(const std::vector<float>& input, int side) = 0;
  virtual std::string description() const = 0;  // "libtorch 1.13.1, cpu, bf16"
};

struct EngineOptions {
  std::string device = "auto";     // auto, cpu, cuda
  std::string precision = "auto";  // auto (bf16 where the hardware has it), fp32, bf16
  int threads = 0;                 // 0 = the cores at hand
};

// The libtorch engine for a model file (segment/torch/).
std::unique_ptr<Engine> make_torch_engine(const ModelFile& model, const EngineOptions& options);

struct Segmentation {
  Mask mask;          // in the input's own size: 1 = the structure
  Image probability;  // of the structure, same size
};

// A trained network with the preparation its model file names.
class Segmenter {
 public:
  Segmenter(const ModelFile& model, std::unique_ptr<Engine> engine);

  // `image`: 8-bit grey of any size. Logits are brought to the image's own size before the class
  // is chosen.
  Segmentation segment(const GreyImage& image);
  const ModelDescription& model() const { return description_; }
  std::string engine_description() const { return engine_->description(); }

 private:
  ModelDescription description_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace heartlab
