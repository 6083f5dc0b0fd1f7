#include "heartlab/evaluate/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>

namespace heartlab {
namespace {

constexpr std::array<StudyFigures, 2> kStudy = {{
    {"Study 2018, DeepLabv2", 0.69, 0.78, 0.77, 0.98, 0.99, 0.39, 0.99, 0.56, 0.99},
    {"Study 2018, DeepLabv3", 0.72, 0.81, 0.90, 0.98, 0.99, 0.46, 0.99, 0.63, 0.99},
}};

std::string interval_text(const Interval& interval) {
  if (!std::isfinite(interval.low)) return "–";
  return fmt::format("{} – {}", three_digits(interval.low), three_digits(interval.high));
}

std::string challenge_text(const ChallengeFigures& figures) {
  if (figures.contours == 0) return "";
  return fmt::format(
      "## As the 2009 challenge scored\n\nGood contours only, so not to be compared with the means "
      "above: {} of {} contours ({:.1f} %) lie less than {:.0f} mm from the physician's on "
      "average; over "
      "these the mean distance is {} mm and the mean Dice {}.\n\n",
      figures.good, figures.contours, 100.0 * figures.good / figures.contours,
      ChallengeFigures::kGood, two_digits(figures.distance_mm), three_digits(figures.dice));
}

std::string patients_table(const Evaluation& evaluation) {
  Rows rows{{"Patient", "Images", "Missed", "Dice, mean over images", "lowest", "highest"}};
  for (const auto& patient : figures_by_patient(evaluation)) {
    double low = 1, high = 0;
    for (const auto* record : patient.records) {
      low = std::min(low, record->dice);
      high = std::max(high, record->dice);
    }
    rows.push_back({patient.patient, std::to_string(patient.records.size()),
                    std::to_string(patient.missed), three_digits(patient.dice_mean),
                    three_digits(low), three_digits(high)});
  }
  return markdown_table(rows);
}

}  // namespace

std::string counted(int count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::span<const StudyFigures> study_figures(const std::string& target) {
  if (target != "myocardium") return {};
  return kStudy;
}

std::string two_digits(double value) {
  return std::isfinite(value) ? fmt::format("{:.2f}", value) : "–";
}

std::string three_digits(double value) {
  return std::isfinite(value) ? fmt::format("{:.3f}", value) : "–";
}

std::string distance_text(const KnownMean& millimetres, const KnownMean& pixels, int images) {
  const bool known = millimetres.images > 0;
  const KnownMean& shown = known ? millimetres : pixels;
  if (shown.images == 0) return "–";
  const std::string text = fmt::format("{:.2f} {}", shown.mean, known ? "mm" : "px");
  return shown.images == images ? text : fmt::format("{} (of {})", text, shown.images);
}

std::string markdown_table(const Rows& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += "|";
    for (const auto& cell : rows[i]) text += fmt::format(" {} |", cell);
    text += "\n";
    if (i > 0) continue;
    text += "|---|";
    for (std::size_t j = 1; j < rows[0].size(); ++j) text += "---:|";
    text += "\n";
  }
  return text;
}

Rows mean_rows(std::span<const StudyFigures> study, const std::vector<NamedFigures>& ours) {
  Rows rows{{"", "mean IoU", "mean Dice", "mean acc", "freq. weighted IoU", "overall acc"}};
  for (const auto& row : study) {
    rows.push_back({row.name, two_digits(row.mean_iou), two_digits(row.mean_dice),
                    two_digits(row.mean_accuracy), two_digits(row.frequency_weighted_iou),
                    two_digits(row.overall_accuracy)});
  }
  for (const auto& [name, figures] : ours) {
    rows.push_back({name, three_digits(figures.mean_iou), three_digits(figures.mean_dice),
                    three_digits(figures.mean_accuracy),
                    three_digits(figures.frequency_weighted_iou),
                    three_digits(figures.pixel_accuracy)});
  }
  return rows;
}

Rows class_rows(std::span<const StudyFigures> study, const std::vector<NamedFigures>& ours) {
  Rows rows{{"", "IoU 0", "IoU 1", "Dice 0", "Dice 1", "acc 0", "acc 1"}};
  for (const auto& row : study) {
    rows.push_back({row.name, two_digits(row.iou_0), two_digits(row.iou_1), two_digits(row.dice_0),
                    two_digits(row.dice_1), "–", "–"});
  }
  for (const auto& [name, figures] : ours) {
    const auto& zero = figures.classes.at(0);
    const auto& one = figures.classes.at(1);
    rows.push_back({name, three_digits(zero.iou), three_digits(one.iou), three_digits(zero.dice),
                    three_digits(one.dice), three_digits(zero.accuracy),
                    three_digits(one.accuracy)});
  }
  return rows;
}

Rows image_rows(const std::vector<NamedFigures>& ours) {
  Rows rows{{"", "images", "missed", "Dice 0, mean over images", "median", "mean over patients",
             "95 % interval", "Hausdorff 95 %", "mean surface distance"}};
  for (const auto& [name, figures] : ours) {
    rows.push_back({name, std::to_string(figures.images), std::to_string(figures.missed),
                    three_digits(figures.dice_image_mean), three_digits(figures.dice_image_median),
                    three_digits(figures.dice_patient_mean),
                    interval_text(figures.dice_patient_ci95),
                    distance_text(figures.hd95_mm, figures.hd95_px, figures.images),
                    distance_text(figures.assd_mm, figures.assd_px, figures.images)});
  }
  return rows;
}

std::string standing_of(const Evaluation& evaluation) {
  if (!evaluation.patients_seen) {
    return "The model file does not say which patients it was trained on; the figures hold for new "
           "patients only where these were not among them.";
  }
  if (evaluation.subset == "train" && !evaluation.patients_seen->empty()) {
    return "The model was trained on these very patients: the figures say nothing about new ones.";
  }
  if (!evaluation.patients_seen->empty()) {
    return fmt::format("The model was trained on {} of these patients ({}), which flatters it.",
                       evaluation.patients_seen->size(),
                       fmt::join(*evaluation.patients_seen, ", "));
  }
  if (evaluation.subset == "validation") {
    return "It was not trained on these patients, but the best moment of its training was chosen "
           "on them, which flatters it a little.";
  }
  return "No patient of these names was among those it was trained on.";
}

std::string provenance(const Evaluation& evaluation, const std::string& drawn) {
  std::string text = "Drawn by " + drawn + ". " + standing_of(evaluation);
  for (const auto& difference : evaluation.otherwise_prepared) {
    text += " Unlike this data set: " + difference + ".";
  }
  return text;
}

std::string tables_markdown(const Evaluation& evaluation, const std::string& model_name) {
  const NamedFigures all{"HeartLab, all images", figures(evaluation, Selection::kAll)};
  const NamedFigures drawn{"HeartLab, without the missed",
                           figures(evaluation, Selection::kWithoutMissed)};
  const auto study = study_figures(evaluation.target);
  std::string text = fmt::format(
      "# {}: {} on the {} images\n\n"
      "{} of {}; on {} of them the model drew nothing though the structure is "
      "there (missed). Class 0 is the {}, class 1 the {}. Missed images count with a Dice of 0; "
      "their distances are undefined and left out of the mean.\n\n",
      model_name, evaluation.target, evaluation.subset, counted(all.figures.images, "image"),
      counted(all.figures.patients, "patient"), all.figures.missed, evaluation.class_names[0],
      evaluation.class_names[1]);
  text += "## Without the missed images" + std::string(study.empty() ? "" : ", beside the study") +
          "\n\n";
  if (!study.empty()) {
    text +=
        "The study left out the images on which nothing was drawn, so only these rows may stand "
        "beside it; they are its tables 1 to 4, both networks in one. Its patients were "
        "others.\n\n";
  }
  text += markdown_table(mean_rows(study, {drawn})) + "\n";
  text += markdown_table(class_rows(study, {drawn})) + "\n";
  text += "## Over all images\n\n";
  text += markdown_table(mean_rows({}, {all})) + "\n";
  text += markdown_table(class_rows({}, {all})) + "\n";
  text += "## By image and by patient\n\n" + markdown_table(image_rows({all, drawn})) + "\n";
  text += challenge_text(all.figures.challenge);
  text += "## Patient by patient\n\nOver all images, the lowest first.\n\n";
  return text + patients_table(evaluation);
}

}  // namespace heartlab
