#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/core/tensor_file.h"
#include "heartlab/model/confidence.h"
#include "heartlab/model/quantisation.h"
#include "heartlab/prepare/preparation.h"

namespace heartlab {

// The shape of a network; together with the weights all that is needed to build it again.
struct NetworkOptions {
  std::string network = "deeplabv3";   // deeplabv2, deeplabv3, deeplabv3plus
  std::string backbone = "resnet101";  // resnet18, 34, 50, 101
  std::string head = "paper";          // paper, torchvision (deeplabv3 only)
  int input_channels = 1;
  int classes = 2;
  int output_stride = 16;  // 8, 16; deeplabv2: 8
  // Dilations of the 3x3 branches at output stride 16; doubled at 8. deeplabv2: as they are.
  // Empty: 6,12,18 (deeplabv3), 6,12,18,24 (deeplabv2), 12,24,36 (torchvision; half of
  // them at 16).
  std::vector<int> atrous_rates;
  std::vector<int> multi_grid = {1, 2, 4};  // of the last stage; two blocks take the first two
  int aspp_channels = 256;
  bool image_level_features = true;
  int decoder_channels = 256;   // deeplabv3plus: filters of the decoder's 3x3 convolutions
  int low_level_channels = 48;  // deeplabv3plus: low-level features after their 1x1
  std::vector<double> scales;   // multi-scale inputs with max fusion; empty = the one scale 1

  void add_to(OptionTable& table);
};

struct ModelDescription {
  NetworkOptions network;
  Preparation preparation;
  std::string target;                    // "myocardium", "cavity"
  std::vector<std::string> class_names;  // class 0 first
  // Mirrored and turned views of an image whose logits are averaged: 1, 4 (mirrored) or 8 (turned
  // by 90 degrees too).
  int views = 1;
  Quantisation quantisation;             // empty: the model was not made for 8 bits
  std::optional<Confidence> confidence;  // nothing: the model was not calibrated
  nlohmann::ordered_json training;       // manifest of the run

  // On whom the weights were trained, in this run and in those that it started from (--init);
  // nothing where the file does not say.
  std::optional<std::set<std::string>> patients_trained_on() const;
};

// A model: *.safetensors with the metadata key "heartlab.model" (JSON of the description).
class ModelFile {
 public:
  // An Error where it is not safetensors, or is, but of another program.
  explicit ModelFile(const Path& path);
  const ModelDescription& description() const { return description_; }
  const TensorFile& weights() const { return file_; }
  const Path& path() const { return path_; }

 private:
  Path path_;
  TensorFile file_;
  ModelDescription description_;
};

// Whether the file is a HeartLab model, and not foreign weights. An Error where it is no
// safetensors file.
bool is_model_file(const Path& path);

// The metadata with which a model's tensors are written (write_tensor_file).
std::map<std::string, std::string> model_metadata(const ModelDescription& description);

// An Error (kUsage) where it is not 1, 4 or 8; `where` leads the message.
void check_views(int views, const std::string& where);

// An Error (kUsage) where the options contradict each other; `where` leads the message.
void check_network(const NetworkOptions& options, const std::string& where);

}  // namespace heartlab
