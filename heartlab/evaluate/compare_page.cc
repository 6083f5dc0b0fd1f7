#include <fmt/format.h>

#include <array>

#include "heartlab/evaluate/compare.h"
#include "heartlab/evaluate/overlays.h"
#include "heartlab/evaluate/page.h"
#include "heartlab/evaluate/plots.h"
#include "heartlab/evaluate/report.h"
#include "heartlab/evaluate/tables.h"

namespace heartlab {
namespace {

constexpr std::array<Colour, 6> kModelColours = {
    {{29, 78, 137}, {213, 94, 0}, {0, 140, 105}, {150, 60, 150}, {90, 90, 90}, {190, 38, 51}}};

Colour colour_of(std::size_t model) { return kModelColours[model % kModelColours.size()]; }

// A line a patient, a dot a model at the patient's mean Dice.
std::string patients_plot(const std::vector<NamedEvaluation>& models) {
  std::vector<Strip> strips;
  for (const auto& patient : figures_by_patient(models.front().evaluation)) {
    strips.push_back({patient.patient, patient.dice_mean, {}});
  }
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (const auto& patient : figures_by_patient(models[i].evaluation)) {
      for (auto& strip : strips) {
        if (strip.name != patient.patient) continue;
        strip.points.push_back({patient.dice_mean, false,
                                fmt::format("{}: {:.2f}", models[i].name, patient.dice_mean),
                                colour_of(i)});
      }
    }
  }
  return strip_plot(strips, StripMeans::kHidden);
}

std::string model_legend(const std::vector<NamedEvaluation>& models) {
  std::string html = "<p class=\"legend\">";
  for (std::size_t i = 0; i < models.size(); ++i) {
    html += fmt::format(
        "<span class=\"model\"><svg width=\"12\" height=\"12\" viewBox=\"0 0 12 12\">"
        "<circle cx=\"6\" cy=\"6\" r=\"5\" fill=\"{}\"/></svg> {}</span>",
        hex(colour_of(i)), escape(models[i].name));
  }
  return html + "</p>\n";
}

std::string figures_tables(const std::vector<NamedEvaluation>& models) {
  std::vector<NamedFigures> all, drawn;
  for (const auto& [name, evaluation, how] : models) {
    all.push_back({name, figures(evaluation, Selection::kAll)});
    drawn.push_back({name, figures(evaluation, Selection::kWithoutMissed)});
  }
  const auto study = study_figures(models.front().evaluation.target);
  Rows differences{
      {"Mean Dice by patient against " + models.front().name, "difference", "95 % interval"}};
  for (const auto& [name, difference, interval] : paired_differences(models)) {
    differences.push_back({name, fmt::format("{:+.3f}", difference), difference_text(interval)});
  }
  return "<h3>Over all images</h3>\n" + html_table(image_rows(all)) + html_table(differences) +
         html_table(mean_rows({}, all)) + html_table(class_rows({}, all)) +
         fmt::format("<h3>Without the images each model missed{}</h3>\n",
                     study.empty() ? "" : ", beside the study of 2018") +
         html_table(image_rows(drawn)) + html_table(mean_rows(study, drawn)) +
         html_table(class_rows(study, drawn));
}

std::string side_by_side(const Dataset& dataset, const std::vector<NamedEvaluation>& models,
                         int count) {
  std::string html;
  for (const std::size_t index : telling_images(models, count)) {
    std::vector<const ImageRecord*> records;
    for (const auto& model : models) records.push_back(&model.evaluation.records[index]);
    const auto drawings = overlay_svgs(dataset, records);
    std::vector<Picture> pictures;
    for (std::size_t i = 0; i < models.size(); ++i) {
      pictures.push_back({drawings[i], models[i].name,
                          records[i]->missed ? "missed: nothing drawn"
                                             : fmt::format("Dice {:.2f}", records[i]->dice)});
    }
    html +=
        fmt::format("<h3>{} · {}</h3>\n", escape(records[0]->patient), escape(records[0]->stem)) +
        gallery(pictures, models.size() == 4 ? 4 : 3);
  }
  return html;
}

}  // namespace

std::string comparison_html(const Dataset& dataset, const std::vector<NamedEvaluation>& models,
                            int count) {
  const Evaluation& first = models.front().evaluation;
  const Figures all = figures(first, Selection::kAll);
  std::string body = page_header(
      "HeartLab comparison", fmt::format("{} models side by side", models.size()),
      fmt::format("{} · {} · {} images of {} patients ({})", structure_name(first.target),
                  first.data, all.images, all.patients, first.subset));
  std::string lines;
  for (const auto& line : model_lines(models)) lines += paragraph(line);
  body += section("Figures", lines + figures_tables(models));
  body += section("Patient by patient",
                  paragraph("Every dot is a model's mean Dice over the patient's images.") +
                      model_legend(models) + "<figure class=\"chart\">" + patients_plot(models) +
                      "</figure>\n");
  body += section("The same images",
                  paragraph("First the images on which the models differ most, then those on which "
                            "they are best together, in the middle, and worst.") +
                      outline_legend() + side_by_side(dataset, models, count));
  body += "<footer>Made by HeartLab. Research software, not for clinical use.</footer>\n";
  return html_page("HeartLab comparison", body);
}

}  // namespace heartlab
