#include "heartlab/evaluate/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#include "heartlab/evaluate/how_drawn.h"
#include "heartlab/evaluate/overlays.h"
#include "heartlab/image/png.h"
#include "heartlab/segment/engine_options.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

std::map<std::string, double> patient_means(const Evaluation& evaluation) {
  std::map<std::string, double> means;
  for (const auto& patient : figures_by_patient(evaluation)) {
    means[patient.patient] = patient.dice_mean;
  }
  return means;
}

bool all_different(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

Json comparison_json(const std::vector<NamedEvaluation>& models) {
  Json json{{"target", models.front().evaluation.target},
            {"subset", models.front().evaluation.subset},
            {"models", Json::array()}};
  for (const auto& [name, evaluation, drawn] : models) {
    Json entry{{"name", name}};
    entry.update(metrics_json(evaluation));
    json["models"].push_back(std::move(entry));
  }
  for (const auto& [name, difference, interval] : paired_differences(models)) {
    json["dice_patient_difference"].push_back({{"model", name},
                                               {"against", models.front().name},
                                               {"mean", difference},
                                               {"ci95", {interval.low, interval.high}}});
  }
  return json;
}

void write_sheets(const Path& folder, const Dataset& dataset,
                  const std::vector<NamedEvaluation>& models, int count) {
  make_folder(folder);
  int number = 0;
  for (const std::size_t index : telling_images(models, count)) {
    std::vector<ColourImage> pictures;
    std::vector<std::string> captions;
    for (const auto& [name, evaluation, drawn] : models) {
      const ImageRecord& record = evaluation.records[index];
      pictures.push_back(overlay_picture(dataset, record));
      captions.push_back(fmt::format("{}: {:.2f}", name, record.dice));
    }
    const ShownImage example{"image", &models.front().evaluation.records[index]};
    write_png(folder / file_name(example, ++number),
              contact_sheet(pictures, captions, static_cast<int>(models.size())));
  }
}

}  // namespace

OptionTable CompareOptions::table() {
  OptionTable table;
  table.add("model", models, "Model files, two or more").required();
  table.add("data", data, "Data set, as heartlab prepare writes it").required();
  table.add("subset", subset, "Side of the data set to judge on")
      .one_of({"train", "validation", "test", "all"});
  table.add("out", out, "Folder for tables, report and overlays").required();
  table.add("examples", examples, "Images of each kind to show").range(1, 50);
  add_engine_options(table, engine);
  return table;
}

std::vector<PairedDifference> paired_differences(const std::vector<NamedEvaluation>& models) {
  constexpr int kResamples = 10000;
  constexpr std::uint64_t kSeed = 2018;
  std::vector<PairedDifference> differences;
  const auto first = patient_means(models.front().evaluation);
  for (std::size_t i = 1; i < models.size(); ++i) {
    std::vector<double> values;
    for (const auto& [patient, dice] : patient_means(models[i].evaluation)) {
      values.push_back(dice - first.at(patient));
    }
    differences.push_back(
        {models[i].name, mean(values), bootstrap_interval(values, kResamples, kSeed)});
  }
  return differences;
}

std::vector<std::string> distinct_names(const std::vector<Path>& models) {
  std::vector<std::string> names;
  // What a training run calls its networks says nothing of which run it was.
  const auto is_of_run = [](const Path& model) {
    return model.stem() == "model" || model.stem() == "last";
  };
  for (const auto& model : models) names.push_back(model.stem().string());
  if (all_different(names) && std::ranges::none_of(models, is_of_run)) return names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Path folder = std::filesystem::absolute(models[i]).lexically_normal().parent_path();
    names[i] = (folder.filename() / models[i].stem()).string();
  }
  if (all_different(names)) return names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] += fmt::format(" ({})", i + 1);
  return names;
}

std::vector<std::size_t> telling_images(const std::vector<NamedEvaluation>& models, int count) {
  const std::size_t total = models.front().evaluation.records.size();
  std::vector<double> means(total), spreads(total);
  for (std::size_t i = 0; i < total; ++i) {
    double low = 1, high = 0;
    for (const auto& model : models) {
      const double dice = model.evaluation.records[i].dice;
      means[i] += dice / static_cast<double>(models.size());
      low = std::min(low, dice);
      high = std::max(high, dice);
    }
    spreads[i] = high - low;
  }
  const auto sorted_by = [total](const std::vector<double>& keys) {
    std::vector<std::size_t> order(total);
    for (std::size_t i = 0; i < total; ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
    return order;
  };
  std::vector<std::size_t> chosen;
  const auto take = [&](const std::vector<std::size_t>& order, std::size_t first) {
    int taken = 0;
    for (std::size_t i = first; i < total && taken < count; ++i) {
      if (std::find(chosen.begin(), chosen.end(), order[i]) != chosen.end()) continue;
      chosen.push_back(order[i]);
      ++taken;
    }
  };
  const auto by_mean = sorted_by(means);
  take(sorted_by(spreads), 0);
  take(by_mean, 0);
  take(by_mean, total / 2);
  take({by_mean.rbegin(), by_mean.rend()}, 0);
  return chosen;
}

std::vector<std::string> model_lines(const std::vector<NamedEvaluation>& models) {
  std::vector<std::string> lines;
  for (const auto& [name, evaluation, drawn] : models) {
    lines.push_back(fmt::format("{}: {}", name, provenance(evaluation, drawn)));
  }
  return lines;
}

std::string difference_text(const Interval& interval) {
  if (!std::isfinite(interval.low)) return "–";
  return fmt::format("{:+.3f} to {:+.3f}", interval.low, interval.high);
}

std::string comparison_markdown(const std::vector<NamedEvaluation>& models) {
  const Evaluation& first = models.front().evaluation;
  std::vector<NamedFigures> all, drawn;
  for (const auto& [name, evaluation, how] : models) {
    all.push_back({name, figures(evaluation, Selection::kAll)});
    drawn.push_back({name, figures(evaluation, Selection::kWithoutMissed)});
  }
  const auto study = study_figures(first.target);
  std::string text =
      fmt::format("# {} models: {} on the {} images\n\n{} of {}.\n\n", models.size(), first.target,
                  first.subset, counted(all[0].figures.images, "image"),
                  counted(all[0].figures.patients, "patient"));
  for (const auto& line : model_lines(models)) text += "- " + line + "\n";
  text += "\n## Over all images\n\n" + markdown_table(image_rows(all)) + "\n" +
          markdown_table(mean_rows({}, all)) + "\n" + markdown_table(class_rows({}, all)) + "\n";
  text += fmt::format("## Without the images each model missed{}\n\n",
                      study.empty() ? "" : ", beside the study");
  text += markdown_table(image_rows(drawn)) + "\n" + markdown_table(mean_rows(study, drawn)) +
          "\n" + markdown_table(class_rows(study, drawn)) + "\n";
  text += "## Difference by patient\n\nMean Dice by patient, this model minus " +
          models.front().name + ", over all images, with a bootstrap interval over patients.\n\n";
  Rows rows{{"", "difference", "95 % interval"}};
  for (const auto& [name, difference, interval] : paired_differences(models)) {
    rows.push_back({name, fmt::format("{:+.3f}", difference), difference_text(interval)});
  }
  return text + markdown_table(rows);
}

std::vector<NamedEvaluation> write_comparison(const std::function<Segmenter(const Path&)>& open,
                                              const Dataset& dataset,
                                              const CompareOptions& options) {
  if (options.models.size() < 2) {
    fail(ErrorKind::kUsage, "--model: expected two models or more, found {}",
         options.models.size());
  }
  for (const auto& model : options.models) {  // a bad one is found before the first is run
    const std::string target = ModelFile(model).description().target;
    if (target == dataset.target()) continue;
    fail(ErrorKind::kUsage, "{}: finds the {}, expected the data set's target {}", model.string(),
         target, dataset.target());
  }
  std::vector<NamedEvaluation> models;
  write_folder(options.out, "comparison.json", [&](const Path& folder) {
    const auto names = distinct_names(options.models);
    auto manifest = make_manifest("compare");
    manifest["data_sha256"] = sha256_of_file(dataset.path());
    manifest["subset"] = options.subset;
    for (std::size_t i = 0; i < names.size(); ++i) {
      Segmenter segmenter = open(options.models[i]);
      models.push_back({names[i], evaluate(segmenter, dataset, options.subset),
                        how_drawn_text(segmenter, options.engine)});
      manifest["models"].push_back({{"name", names[i]},
                                    {"sha256", sha256_of_file(options.models[i])},
                                    {"engine", segmenter.engine_description()},
                                    {"drawn", how_drawn(segmenter.model().views, options.engine)}});
    }
    write_sheets(folder / "overlays", dataset, models, options.examples);
    write_text(folder / "comparison.md", comparison_markdown(models));
    write_text(folder / "comparison.json", json_text(comparison_json(models)));
    write_text(folder / "comparison.html", comparison_html(dataset, models, options.examples));
    write_text(folder / "manifest.json", json_text(manifest));
  });
  return models;
}

}  // namespace heartlab
