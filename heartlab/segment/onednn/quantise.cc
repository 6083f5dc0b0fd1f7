#include "heartlab/segment/onednn/quantise.h"

#include <algorithm>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/log.h"
#include "heartlab/core/progress.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/segment/onednn/calibrate.h"
#include "heartlab/segment/onednn/onednn_engine.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;
using Masks = std::vector<Mask>;

constexpr std::size_t kProbes = 4;  // images on which single layers are tried

std::vector<std::size_t> spread(const std::vector<std::size_t>& indices, std::size_t count) {
  std::vector<std::size_t> chosen;
  count = std::min(count, indices.size());
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(indices[i * indices.size() / count]);
  return chosen;
}

double dice(const Mask& one, const Mask& other) {
  std::size_t both = 0;
  for (std::size_t i = 0; i < one.pixels.size(); ++i) {
    both += one.pixels[i] != 0 && other.pixels[i] != 0 ? 1 : 0;
  }
  const auto sum = count_set(one) + count_set(other);
  return sum == 0 ? 1.0 : 2.0 * static_cast<double>(both) / static_cast<double>(sum);
}

double mean_dice(const Masks& one, const Masks& other) {
  double sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) sum += dice(one[i], other[i]);
  return sum / static_cast<double>(one.size());
}

class Quantiser {
 public:
  explicit Quantiser(const QuantiseOptions& options)
      : options_(options), model_(options.model), data_(options.data) {
    if (data_.target() != model_.description().target) {
      fail(ErrorKind::kUsage, "{}: drawn is the {}, the model {} draws the {}",
           options.data.string(), data_.target(), options.model.string(),
           model_.description().target);
    }
    check_model_target(options.out);
    for (const auto& difference : otherwise_prepared(data_, model_.description().preparation)) {
      log_warning(data_.path().string() + ": " + difference);
    }
    const auto training = data_.subset("train");
    judged_ = data_.subset("validation");
    if (judged_.empty()) judged_ = training;
    calibrated_ = spread(training, static_cast<std::size_t>(options.images));
    if (calibrated_.empty()) {
      fail(ErrorKind::kBadInput, "{}: the training side, on which to calibrate, is empty",
           options.data.string());
    }
  }

  QuantiseSummary run() {
    Quantisation quantisation{onednn::calibrate(model_, inputs(calibrated_), options_.quantile),
                              {}};
    const Masks reference = masks("fp32", {});
    std::vector<std::string> worst;
    QuantiseSummary summary;
    Masks found = masks("int8", quantisation);
    for (std::size_t step = 1; mean_dice(found, reference) < options_.agreement; step *= 2) {
      if (worst.empty()) worst = by_damage(quantisation);
      for (std::size_t i = 0; i < step && !worst.empty(); ++i) {
        summary.kept.push_back(worst.back());
        quantisation.layers.erase(worst.back());
        worst.pop_back();
      }
      if (quantisation.empty()) {
        fail(ErrorKind::kBadInput,
             "{}: masks in 8 bits do not reach the agreement of {} with any layer",
             options_.model.string(), options_.agreement);
      }
      found = masks("int8", quantisation);
    }
    summary.calibrated_on = static_cast<int>(calibrated_.size());
    summary.judged_on = static_cast<int>(judged_.size());
    summary.layers = static_cast<int>(quantisation.layers.size());
    summary.figures = {figures("fp32", reference, reference),
                       figures("bf16", masks("bf16", {}), reference),
                       figures("int8", found, reference)};
    write(quantisation, summary);
    return summary;
  }

 private:
  EngineOptions engine_options(const std::string& precision) const {
    EngineOptions options;
    options.precision = precision;
    options.threads = options_.threads;
    options.packed_weights = 0;  // of trials
    return options;
  }

  std::vector<float> input(std::size_t index) const {
    const Preparation& preparation = model_.description().preparation;
    return preparation.standardisation_of(data_.values(index, preparation))
        .apply(preparation.to_square(data_.image_raster(index), data_.square_spacing(index)));
  }

  std::vector<std::vector<float>> inputs(const std::vector<std::size_t>& indices) const {
    std::vector<std::vector<float>> all;
    for (const auto index : indices) all.push_back(input(index));
    return all;
  }

  Masks masks(const std::string& precision, const Quantisation& quantisation) const {
    const EngineOptions options = engine_options(precision);
    Segmenter segmenter(model_, onednn::make_engine(model_, options, quantisation), options);
    Masks all;
    Progress progress("masks in " + precision, judged_.size());
    for (const auto index : judged_) {
      stop_if_interrupted("nothing was written");
      all.push_back(segmenter
                        .segment(data_.image_raster(index),
                                 context_of(data_, index, model_.description().preparation))
                        .mask);
      progress.update(all.size());
    }
    return all;
  }

  // The layers, that last which alone in 8 bits changes the logits most.
  std::vector<std::string> by_damage(const Quantisation& quantisation) const {
    const auto probes = inputs(spread(calibrated_, kProbes));
    const auto exact = onednn::make_engine(model_, engine_options("fp32"), {});
    const int side = model_.description().preparation.size;
    std::vector<Logits> expected;
    for (const auto& probe : probes) expected.push_back(exact->run(probe, side));
    std::vector<std::pair<double, std::string>> damage;
    Progress progress("trying single layers", quantisation.layers.size());
    for (const auto& [name, range] : quantisation.layers) {
      stop_if_interrupted("nothing was written");
      const auto engine =
          onednn::make_engine(model_, engine_options("int8"), {{{name, range}}, {}});
      double sum = 0;
      for (std::size_t i = 0; i < probes.size(); ++i) {
        sum += squared_difference(engine->run(probes[i], side), expected[i]);
      }
      damage.emplace_back(sum, name);
      progress.update(damage.size());
    }
    std::ranges::sort(damage);
    std::vector<std::string> names;
    for (const auto& [sum, name] : damage) names.push_back(name);
    return names;
  }

  static double squared_difference(const Logits& one, const Logits& other) {
    double sum = 0;
    for (std::size_t k = 0; k < one.size(); ++k) {
      for (std::size_t i = 0; i < one[k].pixels.size(); ++i) {
        const double difference = double{one[k].pixels[i]} - other[k].pixels[i];
        sum += difference * difference;
      }
    }
    return sum;
  }

  ArithmeticFigures figures(const std::string& name, const Masks& found,
                            const Masks& reference) const {
    ArithmeticFigures figures{name, 0, mean_dice(found, reference), 0};
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Mask truth = data_.structure(judged_[i]);
      figures.dice += dice(found[i], truth) / static_cast<double>(found.size());
      figures.missed += count_set(truth) > 0 && count_set(found[i]) == 0 ? 1 : 0;
    }
    return figures;
  }

  void write(Quantisation quantisation, const QuantiseSummary& summary) const {
    Json figures = Json::array();
    for (const auto& each : summary.figures) {
      figures.push_back({{"arithmetic", each.name},
                         {"dice_image_mean", each.dice},
                         {"agreement_with_fp32", each.agreement},
                         {"missed", each.missed}});
    }
    quantisation.report = {{"data_sha256", sha256_of_file(data_.path())},
                           {"quantile", options_.quantile},
                           {"calibrated_on", summary.calibrated_on},
                           {"judged_on", summary.judged_on},
                           {"kept", summary.kept},
                           {"figures", figures}};
    ModelDescription description = model_.description();
    description.quantisation = std::move(quantisation);
    if (description.confidence) {
      log_warning(
          "the confidence is of masks in floating point and is left out; heartlab calibrate "
          "on the new model gives it one of its own");
      description.confidence.reset();
    }
    write_tensor_file(options_.out, model_.weights().tensors(), model_metadata(description));
  }

  const QuantiseOptions& options_;
  ModelFile model_;
  Dataset data_;
  std::vector<std::size_t> calibrated_, judged_;
};

}  // namespace

OptionTable QuantiseOptions::table() {
  OptionTable table;
  table.add("model", model, "Model file to start from").required();
  table.add("data", data, "Data set made by heartlab prepare").required();
  table.add("out", out, "Model file to write").required();
  table.add("images", images, "Training images to calibrate on").range(1, 1e6);
  table.add("quantile", quantile, "Share of a layer's values that 8 bits hold; the others are cut")
      .range(0.9, 1);
  table
      .add("agreement", agreement,
           "Mean Dice to reach with the masks in fp32; layers that hurt go back until it is")
      .range(0, 1);
  table.add("threads", threads, "CPU threads; 0 = the cores at hand").range(0, 1024);
  return table;
}

QuantiseSummary quantise(const QuantiseOptions& options) { return Quantiser(options).run(); }

}  // namespace heartlab
