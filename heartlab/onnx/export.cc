#include "heartlab/onnx/export.h"

#include <filesystem>
#include <fstream>

#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#include "heartlab/model/network_layers.h"
#include "heartlab/onnx/graph.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;
using onnx::Message;

constexpr int kFormat = 7;                        // ONNX's IR version that brought operator set 13
constexpr std::size_t kLargestFile = 0x7fffffff;  // of a protobuf message

constexpr const char* kUse =
    "image: N grey images, square, of the size given, 8 bits, standardised as heartlab.preparation "
    "says; logits: one plane a class, class 0 the structure. Not a medical device.";
constexpr const char* kLicence =
    "The weights are under the licence of the model file they were exported from.";

std::map<std::string, std::string> metadata(const ModelFile& model) {
  ModelDescription description = model.description();
  OptionTable table;
  description.network.add_to(table);
  return {{"heartlab.network", table.to_json().dump()},
          {"heartlab.preparation", description.preparation.to_json().dump()},
          {"heartlab.structure", description.target},
          {"heartlab.class_names", Json(description.class_names).dump()},
          {"heartlab.model_sha256", sha256_of_file(model.path())},
          {"licence", kLicence}};
}

Message graph_of(const ModelFile& model, const Quantisation& quantisation) {
  const ModelDescription& description = model.description();
  const int side = description.preparation.size;
  onnx::Graph graph;
  const auto image = graph.add_input("image", description.network.input_channels, side, side);
  graph.add_output("logits",
                   add_network(graph, image, description.network, model.weights(), quantisation));
  return graph.finish(description.network.network);
}

Quantisation quantisation_of(const ExportOptions& options, const ModelFile& model) {
  const Quantisation& quantisation = model.description().quantisation;
  if (options.precision == "int8" && quantisation.empty()) {
    fail(ErrorKind::kUsage,
         "--precision int8: {} was not made for 8 bits; heartlab quantize makes it so",
         options.model.string());
  }
  return options.precision == "fp32" ? Quantisation{} : quantisation;
}

}  // namespace

OptionTable ExportOptions::table() {
  OptionTable table;
  table.add("model", model, "Model file (RUN/model.safetensors)").required();
  table.add("onnx", onnx, "ONNX file to write").required();
  table
      .add("precision", precision,
           "auto is int8 where the model file has it (heartlab quantize), else fp32")
      .one_of({"auto", "fp32", "int8"});
  return table;
}

namespace {

// What is there already may only be an ONNX file, which begins with the field of its version.
void check_target(const Path& target) {
  std::error_code none;
  const Path folder = target.has_parent_path() ? target.parent_path() : Path(".");
  if (!std::filesystem::is_directory(folder, none)) {
    fail(ErrorKind::kNotFound, "--onnx {}: no such folder {}", target.string(), folder.string());
  }
  if (!std::filesystem::exists(target, none)) return;
  const Message start = Message().integer(1, kFormat);
  std::string found(start.bytes().size(), '\0');
  std::ifstream file(target, std::ios::binary);
  if (file.read(found.data(), static_cast<std::streamsize>(found.size())) &&
      found == start.bytes()) {
    return;
  }
  fail(ErrorKind::kUsage, "--onnx {}: expected an ONNX file to replace, or none, found another",
       target.string());
}

}  // namespace

ExportSummary export_onnx(const ExportOptions& options) {
  check_target(options.onnx);
  const ModelFile model(options.model);
  const Quantisation quantisation = quantisation_of(options, model);
  Message file;
  file.integer(1, kFormat).text(2, "HeartLab").text(3, version()).text(6, kUse);
  file.message(7, graph_of(model, quantisation));
  file.message(8, Message().text(1, "").integer(2, onnx::kOperatorSet));
  for (const auto& [key, value] : metadata(model)) {
    file.message(14, Message().text(1, key).text(2, value));
  }
  if (file.bytes().size() > kLargestFile) {
    fail(ErrorKind::kUnsupported, "{}: {} bytes as ONNX, which holds {} at most",
         options.model.string(), file.bytes().size(), kLargestFile);
  }
  write_text(options.onnx, file.bytes());
  const NetworkOptions& network = model.description().network;
  return {network.network,
          network.input_channels,
          model.description().preparation.size,
          network.classes,
          static_cast<int>(quantisation.layers.size()),
          file.bytes().size()};
}

}  // namespace heartlab
