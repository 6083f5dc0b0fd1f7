#include "bench/random_model.h"

#include "heartlab/core/random.h"
#include "heartlab/nn/network.h"
#include "heartlab/nn/weights.h"
#include "heartlab/segment/onednn/calibrate.h"

namespace heartlab::bench {
namespace {

constexpr int kCalibrationImages = 2;
constexpr double kQuantile = 0.9999;

}  // namespace

std::vector<float> random_input(int side, std::uint64_t seed) {
  Generator generator(seed);
  std::vector<float> input(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  for (auto& value : input) value = static_cast<float>(generator.normal());
  return input;
}

void write_random_model(const Path& file, const NetworkOptions& options, int side) {
  Network network(options);
  initialise(network, Generator(1));
  TensorBytes tensors;
  for (const auto& [name, tensor] : state_of(*network)) {
    tensors.add(name, tensor, ElementType::kBF16);
  }
  ModelDescription description;
  description.network = options;
  description.preparation.size = side;
  description.target = "cavity";
  description.training = nlohmann::ordered_json::object();
  for (int i = 0; i < options.classes; ++i) description.class_names.push_back(std::to_string(i));
  write_tensor_file(file, tensors.views(), model_metadata(description));
}

void add_eight_bits(const Path& file) {
  const ModelFile model(file);
  ModelDescription description = model.description();
  std::vector<std::vector<float>> inputs;
  for (int i = 0; i < kCalibrationImages; ++i) {
    inputs.push_back(
        random_input(description.preparation.size, static_cast<std::uint64_t>(10 + i)));
  }
  description.quantisation.layers = onednn::calibrate(model, inputs, kQuantile);
  description.quantisation.report = nlohmann::ordered_json::object();
  write_tensor_file(file, model.weights().tensors(), model_metadata(description));
}

}  // namespace heartlab::bench
