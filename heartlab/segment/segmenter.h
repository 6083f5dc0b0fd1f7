#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/core/files.h"
#include "heartlab/image/raster.h"
#include "heartlab/model/model_file.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/segment/clean_up.h"
#include "heartlab/segment/profile.h"

namespace heartlab {

// Scores of one square input: one plane of size x size a class.
using Logits = std::vector<Image>;

// The boundary to what computes a network: oneDNN (segment/onednn/) or libtorch (segment/torch/).
class Engine {
 public:
  virtual ~Engine() = default;
  // `input` holds side x side standardised values, the side one of input_sides(); the planes come
  // back with the same side. May be called from several threads at once.
  virtual Logits run(const std::vector<float>& input, int side) = 0;
  // What the answers follow from: "oneDNN 2.6.3, cpu, bf16".
  virtual std::string description() const = 0;
  // Its operations, where the engine can tell, and their times in the runs so far, where the
  // options asked for them.
  virtual Profile profile() const { return {}; }
};

struct EngineOptions {
  std::string engine = "auto";  // onednn, torch; auto = torch with device cuda, else onednn
  std::string device = "auto";  // cpu, cuda; auto = cpu, with engine torch a GPU where there is one
  std::string precision = "auto";  // auto (bf16 where the hardware has it), fp32, bf16
  int threads = 0;                 // 0 = the cores at hand
  std::vector<Path> with;          // other models, whose answers are averaged with the one's
  int views = 0;                   // as in ModelDescription; 0 = what the model file says
  std::vector<double> scales;      // of the network's input, averaged; empty = 1 alone
  // A second look at the part of the square, of this share of its side, around what the first look
  // found; 0 = none.
  double focus = 0;
  CleanUp clean_up;
  // Where the weights of a network take at least so many MB, they are kept beside the model for the
  // next start, as this processor computes with them (oneDNN); 0 = never.
  double packed_weights = 64;
  bool profile = false;  // time every operation (oneDNN)
  int calls = 1;         // of run() at once, which share the threads
};

// The sides of the squares that the network is shown first, one a scale: pixels.
std::vector<int> first_sides(const ModelDescription& model, const EngineOptions& options);
// The side of a second look at a square of this side: pixels.
int second_side(int first, double focus);
// All of them.
std::vector<int> input_sides(const ModelDescription& model, const EngineOptions& options);

// What of the options decides how sure a mask is, beside the model: a confidence holds for the
// values that it was fitted with (heartlab calibrate).
nlohmann::ordered_json conditions_of(int views, const EngineOptions& options);

// The engine on oneDNN for a model file; an Error names what the file lacks. The engine on libtorch
// (segment/torch/) gives the same answers.
std::unique_ptr<Engine> make_onednn_engine(const ModelFile& model, const EngineOptions& options);

// What is known of an image beside its pixels.
struct ImageContext {
  PixelSpacing spacing;
  // Of a model that standardises by patient: of all his images on the network's square, added up;
  // nothing = the image stands for itself.
  std::optional<Histogram> values;
};
// Of an image of a data set, for a model with this preparation.
ImageContext context_of(const Dataset& data, std::size_t index, const Preparation& preparation);

struct Segmentation {
  Mask mask;          // in the input's own size: 1 = the structure
  Image probability;  // of the structure, same size
  // Nothing where nothing was drawn; the confidence only of a model that was calibrated for it.
  std::optional<MaskEvidence> evidence;
  std::optional<double> confidence;  // the Dice to expect with a physician's contour
};

// Whether all pixels have one value: there is nothing to see on such an image.
bool is_flat(const GreyImage& image);

// A trained network, or several whose answers are averaged, each with the preparation its model
// file names.
class Segmenter {
 public:
  // Of the options, `views`, `scales`, `focus` and `clean_up` are for the segmenter; the others
  // made the engine. Where they are not those that the model's confidence was fitted with, it is
  // left out.
  Segmenter(const ModelFile& model, std::unique_ptr<Engine> engine,
            const EngineOptions& options = {});

  // `image`: 8-bit grey of any size. Logits are brought to the image's own size before the class
  // is chosen. On a flat image nothing is drawn. May be called from several threads at once.
  // An Error (kBadInput) where the model needs a spacing that is unknown, or its network gives what
  // is no number.
  Segmentation segment(const GreyImage& image, const ImageContext& context = {}) const;
  // Of the network's square of an image.
  Histogram values_of(const GreyImage& image, PixelSpacing spacing) const;
  // From now on the logits are the mean with another network's: model() was trained on the patients
  // of both, and the confidence of one is not that of several. An Error (kUsage) where the two
  // could not answer for one another: other targets, classes or preparations, but for the numbers
  // that each learned from its own training images.
  void join(const ModelFile& other, std::unique_ptr<Engine> engine);
  const ModelDescription& model() const { return description_; }
  // Why the model's confidence is left out; empty where it is not, or there is none.
  const std::string& left_out() const { return left_out_; }
  std::string engine_description() const;
  // Of the first network.
  Profile engine_profile() const { return members_.front().engine->profile(); }

 private:
  struct Member {
    Path file;
    Preparation preparation;
    std::unique_ptr<Engine> engine;
  };
  using Standardisations = std::vector<Standardisation>;  // one a member

  // In the image's own size, the mean over the scales, where there is a focus by a second look.
  Logits logits_of(const GreyImage& image, PixelSpacing spacing,
                   const Standardisations& standardisations) const;
  // The mean over the views, each turned back.
  Logits logits_of_square(const GreyImage& square, const Standardisations& standardisations) const;
  // The mean over the networks.
  Logits logits_of_view(const GreyImage& view, const Standardisations& standardisations) const;

  ModelDescription description_;
  std::vector<Member> members_;
  std::vector<int> sides_;
  double focus_;
  CleanUp clean_up_;
  std::string left_out_;
};

}  // namespace heartlab
