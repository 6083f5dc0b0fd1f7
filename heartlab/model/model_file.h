#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "heartlab/core/file_mark.h"
#include "heartlab/core/tensor_file.h"
#include "heartlab/model/confidence.h"
#include "heartlab/model/network_options.h"
#include "heartlab/model/quantisation.h"
#include "heartlab/prepare/preparation.h"

namespace heartlab {

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
  // Of the file before it was opened.
  const FileMark& mark() const { return mark_; }

 private:
  Path path_;
  FileMark mark_;
  TensorFile file_;
  ModelDescription description_;
};

// Whether the file is a HeartLab model, and not foreign weights. An Error where it is no
// safetensors file.
bool is_model_file(const Path& path);

// The metadata with which a model's tensors are written (write_tensor_file).
std::map<std::string, std::string> model_metadata(const ModelDescription& description);

// An Error (kUsage) where a model cannot be written there: a folder, or a file that is no HeartLab
// model, which is not replaced; (kNotFound) where its folder is not there.
void check_model_target(const Path& out);

// An Error (kUsage) where it is not 1, 4 or 8; `where` leads the message.
void check_views(int views, const std::string& where);

}  // namespace heartlab
