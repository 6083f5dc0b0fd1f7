#include "heartlab/evaluate/output.h"

#include <map>
#include <optional>

#include "heartlab/core/manifest.h"
#include "heartlab/evaluate/how_drawn.h"
#include "heartlab/evaluate/overlays.h"
#include "heartlab/evaluate/report.h"
#include "heartlab/evaluate/tables.h"
#include "heartlab/image/png.h"
#include "heartlab/segment/engine_options.h"

namespace heartlab {
namespace {

void write_overlays(const Path& folder, const Dataset& dataset, const Evaluation& evaluation,
                    int count) {
  make_folder(folder);
  std::map<std::string, int> numbers;
  for (const auto& example : choose_examples(evaluation, count)) {
    write_png(folder / file_name(example, ++numbers[example.role]),
              overlay_picture(dataset, *example.record));
  }
}

std::optional<Evaluation> training_side(Segmenter& segmenter, const Dataset& dataset,
                                        const EvaluateOptions& options) {
  const bool seen = options.subset == "train" || options.subset == "all";
  if (seen || options.without_training_side || dataset.subset("train").empty()) return {};
  return evaluate(segmenter, dataset, "train");
}

nlohmann::ordered_json manifest(const Segmenter& segmenter, const Dataset& dataset,
                                const std::string& data, const EvaluateOptions& options) {
  auto json = make_manifest("evaluate");
  json["model"] = options.model.filename().string();
  json["data"] = data;
  json["data_sha256"] = sha256_of_file(dataset.path());
  json["subset"] = options.subset;
  if (!options.model.empty()) json["model_sha256"] = sha256_of_file(options.model);
  json["engine"] = segmenter.engine_description();
  json["drawn"] = how_drawn(segmenter.model().views, options.engine);
  return json;
}

}  // namespace

OptionTable EvaluateOptions::table() {
  OptionTable table;
  table.add("model", model, "Model file (RUN/model.safetensors)").required();
  table.add("data", data, "Data set, as heartlab prepare writes it").required();
  table.add("subset", subset, "Side of the data set to judge on")
      .one_of({"train", "validation", "test", "all"});
  table.add("out", out, "Folder for tables, report and overlays").required();
  table.add("examples", examples, "Best, median and worst images to show, each").range(1, 50);
  table.add("without_training_side", without_training_side,
            "Do not run the model on the training side for its pictures");
  add_engine_options(table, engine);
  return table;
}

Evaluation write_evaluation(Segmenter& segmenter, const Dataset& dataset,
                            const EvaluateOptions& options) {
  Evaluation evaluation;
  write_folder(options.out, "metrics.json", [&](const Path& folder) {
    evaluation = evaluate(segmenter, dataset, options.subset);
    const std::string name = options.model.filename().string();
    const ReportSubject subject{dataset,
                                segmenter.model(),
                                name,
                                how_drawn_text(segmenter, options.engine),
                                evaluation,
                                training_side(segmenter, dataset, options),
                                options.examples};
    auto metrics = metrics_json(evaluation);
    if (subject.training_side) {
      metrics["training_side"] = figures(*subject.training_side, Selection::kAll).to_json();
      write_overlays(folder / "overlays" / "train", dataset, *subject.training_side,
                     options.examples);
    }
    write_overlays(folder / "overlays" / options.subset, dataset, evaluation, options.examples);
    write_text(folder / "metrics.json", json_text(metrics));
    write_text(folder / "per_image.csv", per_image_csv(evaluation));
    write_text(folder / "tables.md", tables_markdown(evaluation, name) + "\n" +
                                         provenance(evaluation, subject.engine) + "\n");
    write_text(folder / "report.html", html_report(subject));
    write_text(folder / "manifest.json",
               json_text(manifest(segmenter, dataset, evaluation.data, options)));
  });
  return evaluation;
}

}  // namespace heartlab
