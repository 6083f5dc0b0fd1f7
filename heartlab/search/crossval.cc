#include "heartlab/search/crossval.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "heartlab/core/error.h"
#include "heartlab/core/log.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/random.h"
#include "heartlab/evaluate/how_drawn.h"
#include "heartlab/evaluate/plots.h"
#include "heartlab/evaluate/tables.h"
#include "heartlab/search/runs.h"
#include "heartlab/segment/engine_options.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::size_t> images_of(const Dataset& data, bool all) {
  std::vector<std::size_t> images = data.subset("all");
  if (!all) {
    std::erase_if(images, [&](std::size_t i) { return data.samples()[i].subset == "test"; });
  }
  return images;
}

Json manifest_of(const CrossvalOptions& options, const Dataset& data, TrainOptions training,
                 const std::vector<std::vector<std::string>>& folds) {
  Json json = make_manifest("crossval");
  json["data_sha256"] = sha256_of_file(data.path());
  json["options"] = training.table().to_json();
  json["validation"] = options.validation;
  json["seed"] = options.seed;
  json["folds"] = folds;
  const int views = options.engine.views > 0 ? options.engine.views : training.views;
  json["drawn"] = how_drawn(views, options.engine);
  return json;
}

Path folder_of(const CrossvalOptions& options, std::size_t fold) {
  return options.out / fmt::format("fold-{}", fold + 1);
}

// Written when a fold's training is done.
Path mark_of(const Path& run) { return run / "trained.json"; }

void train_fold(const Dataset& data, const TrainOptions& training, const CrossvalOptions& options,
                const Path& run, const TrainFunction& train) {
  if (std::filesystem::exists(mark_of(run))) return;
  TrainRequest request;
  request.out = run;
  request.device = options.engine.device;
  request.resume = has_checkpoints(run);
  request.after_validation = [&] { write_training_curves(run); };
  const TrainSummary summary = train(data, training, request);
  write_text(mark_of(run), json_text({{"iterations", summary.iterations},
                                      {"best_score", summary.best_score},
                                      {"best_iteration", summary.best_iteration}}));
}

void add(Evaluation& pooled, Evaluation fold) {
  if (pooled.records.empty()) {
    pooled.data = fold.data;
    pooled.target = fold.target;
    pooled.class_names = fold.class_names;
    pooled.subset = "left-out";
    pooled.patients_seen = std::vector<std::string>{};
  }
  if (!fold.patients_seen) pooled.patients_seen.reset();
  if (pooled.patients_seen) {
    pooled.patients_seen->insert(pooled.patients_seen->end(), fold.patients_seen->begin(),
                                 fold.patients_seen->end());
  }
  for (auto& record : fold.records) {
    record.prediction = {};  // measured already
    pooled.records.push_back(std::move(record));
  }
}

void write_results(const Path& out, const CrossValidation& found) {
  Json json = metrics_json(found.pooled);
  Json folds = Json::array();
  for (std::size_t i = 0; i < found.figures.size(); ++i) {
    Json fold = {{"patients", found.patients[i]}};
    fold["figures"] = found.figures[i].to_json();
    folds.push_back(std::move(fold));
  }
  json["folds"] = std::move(folds);
  write_text(out / "crossval.json", json_text(json));
  write_text(out / "per_image.csv", per_image_csv(found.pooled));
  write_text(out / "tables.md", crossval_markdown(found, out.filename().string()));
}

// The networks of the folds have not seen the patients they judge; another one beside them may
// have.
std::string who_judged(const Evaluation& pooled) {
  if (!pooled.patients_seen) {
    return "Whether a network that judged a patient had seen them in training is not known.";
  }
  if (pooled.patients_seen->empty()) {
    return "Each patient was judged by a network that had not seen them.";
  }
  return fmt::format(
      "**Of the patients a network that judged them had seen {} in training: {}.** The figures are "
      "too good.",
      pooled.patients_seen->size(), fmt::join(*pooled.patients_seen, ", "));
}

}  // namespace

OptionTable CrossvalOptions::table() {
  OptionTable table;
  table.add("data", data, "Data set made by heartlab prepare").required();
  table.add("config", config, "TOML file of training options; empty: the study's DeepLabv3");
  table.add("set", settings, "key=value, over the configuration; may be given several times")
      .whole_words();
  table.add("folds", folds, "Parts that the patients are shared out to").range(2, 1000);
  table
      .add("validation", validation,
           "Share of the patients a fold trains on that choose its weights instead; 0 = none, the "
           "last weights are judged")
      .range(0, 0.9);
  table.add("all", all, "The patients of the test side too; else of train and validation");
  table.add("seed", seed, "Seed of the folds");
  table.add("resume", resume, "Go on with the cross-validation in --out");
  table.add("out", out, "Folder for the folds' runs and the pooled tables").required();
  add_engine_options(table, engine);
  return table;
}

FoldSides sides_of_fold(const std::vector<std::vector<std::string>>& folds, std::size_t fold,
                        const CrossvalOptions& options) {
  FoldSides sides;
  sides.test = folds[fold];
  std::vector<std::string> others;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    if (i != fold) others.insert(others.end(), folds[i].begin(), folds[i].end());
  }
  if (options.validation == 0 || others.size() < 2) return sides;
  std::ranges::sort(others);
  Generator(options.seed).fork(fold + 1).shuffle(others);
  const auto share = std::lround(options.validation * static_cast<double>(others.size()));
  const auto count = std::clamp<std::ptrdiff_t>(share, 1, std::ssize(others) - 1);
  sides.validation.assign(others.begin(), others.begin() + count);
  std::ranges::sort(sides.validation);
  return sides;
}

CrossValidation cross_validate(const CrossvalOptions& options, const TrainFunction& train,
                               const OpenFunction& open) {
  const Dataset data(options.data);
  const TrainOptions training = configured(options.config, options.settings);
  check_options(training, data.side());
  const auto images = images_of(data, options.all);
  CrossValidation found;
  found.patients = share_out_patients(data, images, options.folds, options.seed);
  const FolderLock lock = open_results(
      options.out, manifest_of(options, data, training, found.patients), options.resume);
  for (std::size_t fold = 0; fold < found.patients.size(); ++fold) {
    const Dataset sides = with_sides(data, images, sides_of_fold(found.patients, fold, options));
    const Path run = folder_of(options, fold);
    info("fold {} of {}: {} images to learn from, {} to judge", fold + 1, options.folds,
         sides.subset("train").size(), sides.subset("test").size());
    train_fold(sides, training, options, run, train);
    Segmenter segmenter = open(run / "model.safetensors");
    Evaluation evaluation = evaluate(segmenter, sides, "test");
    found.figures.push_back(figures(evaluation, Selection::kAll));
    add(found.pooled, std::move(evaluation));
    found.drawn = how_drawn_text(segmenter, options.engine);
  }
  std::ranges::sort(found.pooled.records, {}, &ImageRecord::index);
  write_results(options.out, found);
  return found;
}

std::string crossval_markdown(const CrossValidation& found, const std::string& name) {
  Rows rows{
      {"fold", "patients", "images", "missed", "Dice 0, mean over images", "mean over patients"}};
  for (std::size_t i = 0; i < found.figures.size(); ++i) {
    const Figures& fold = found.figures[i];
    rows.push_back({std::to_string(i + 1), std::to_string(fold.patients),
                    std::to_string(fold.images), std::to_string(fold.missed),
                    three_digits(fold.dice_image_mean), three_digits(fold.dice_patient_mean)});
  }
  return tables_markdown(found.pooled, name) + "\n## Fold by fold\n\n" + markdown_table(rows) +
         "\nDrawn by " + found.drawn + ". " + who_judged(found.pooled) +
         " The interval is over patients; the folds share most of their training patients, so they "
         "are no independent repetitions.\n";
}

}  // namespace heartlab
