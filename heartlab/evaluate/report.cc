#include "heartlab/evaluate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heartlab/core/manifest.h"
#include "heartlab/evaluate/markup.h"
#include "heartlab/evaluate/overlays.h"
#include "heartlab/evaluate/page.h"
#include "heartlab/evaluate/plots.h"
#include "heartlab/evaluate/reliability.h"
#include "heartlab/evaluate/tables.h"

namespace heartlab {
namespace {

// One sentence on the size of a mean Dice.
std::string in_words(double dice) {
  if (dice >= 0.9) return "the two outlines are hard to tell apart on most images";
  if (dice >= 0.8) return "the outlines agree well, with differences that are visible";
  if (dice >= 0.6)
    return "the outlines agree in place and rough shape, and differ clearly in detail";
  return "the outlines often disagree";
}

std::string summary(const ReportSubject& subject, const Figures& all) {
  const Evaluation& evaluation = subject.evaluation;
  std::string html = "<div class=\"lead\">\n";
  html += paragraph(fmt::format(
      "The model outlined {} on {} of {} ({} side of the data set). Its outlines were compared "
      "with "
      "those a physician had drawn on the same images. {}",
      structure_name(evaluation.target), counted(all.images, "short-axis image"),
      counted(all.patients, "patient"), evaluation.subset, standing_of(evaluation)));
  html += paragraph(fmt::format(
      "The overlap of the two (Dice: 1 is the same outline, 0 is no overlap) is {} on average over "
      "patients: {}. Half of the images reach {} or more.",
      two_digits(all.dice_patient_mean), in_words(all.dice_patient_mean),
      two_digits(all.dice_image_median)));
  if (evaluation.target == "myocardium") {
    html += paragraph(
        "The muscle is a thin ring: an outline that is one or two pixels off loses much of the "
        "overlap, so its Dice is lower than the cavity's for the same care.");
  }
  if (all.missed == 0) {
    html += paragraph("On no image did the model miss the structure altogether.");
  } else {
    html += paragraph(fmt::format(
        "On {} the model drew nothing although the structure is there. They count as failures "
        "(Dice 0) in every figure here unless said otherwise, and each is shown below.",
        counted(all.missed, "image")));
  }
  return html + "</div>\n";
}

std::string key_tiles(const Figures& all) {
  const bool known = all.hd95_mm.images > 0;
  const char* unit = known ? "mm" : "px";
  return tiles(
      {{two_digits(all.dice_patient_mean), "Dice",
        fmt::format("mean over patients; 95 % interval {} to {}",
                    two_digits(all.dice_patient_ci95.low), two_digits(all.dice_patient_ci95.high)),
        false},
       {std::to_string(all.missed), fmt::format("of {}", all.images),
        "images on which the structure was missed", all.missed > 0},
       {two_digits(known ? all.assd_mm.mean : all.assd_px.mean), unit,
        "mean distance between the two outlines", false},
       {two_digits(known ? all.hd95_mm.mean : all.hd95_px.mean), unit,
        "the distance that 95 % of the outline stays within (Hausdorff 95 %)", false}});
}

std::string figures_section(const Evaluation& evaluation, const Figures& all) {
  const NamedFigures every{"All images", all};
  const NamedFigures drawn{"Without the missed", figures(evaluation, Selection::kWithoutMissed)};
  const auto study = study_figures(evaluation.target);
  std::string html = html_table(image_rows({every, drawn}), {1});
  html += "<h3>Over all images, pixels pooled</h3>\n";
  html += html_table(mean_rows({}, {every})) + html_table(class_rows({}, {every}));
  html += study.empty() ? "<h3>Without the missed images</h3>\n"
                        : "<h3>Without the missed images, beside the study of 2018</h3>\n";
  if (!study.empty()) {
    html += paragraph(
        "The study left out the images on which nothing was drawn; so do these rows. Its patients "
        "were others, which makes this a comparison of orders of magnitude.");
  }
  const std::vector<std::size_t> ours{study.size() + 1};
  html +=
      html_table(mean_rows(study, {drawn}), ours) + html_table(class_rows(study, {drawn}), ours);
  return html + paragraph(fmt::format("Class 0 is the {}, class 1 the {}.",
                                      evaluation.class_names[0], evaluation.class_names[1]));
}

std::string patients_section(const Evaluation& evaluation, const Figures& all) {
  std::vector<Strip> strips;
  for (const auto& patient : figures_by_patient(evaluation)) {
    Strip strip{patient.patient, patient.dice_mean, {}};
    for (const auto* record : patient.records) {
      strip.points.push_back({record->dice, record->missed,
                              fmt::format("{} {}: {}", record->patient, record->stem,
                                          record->missed ? "missed" : two_digits(record->dice))});
    }
    strips.push_back(std::move(strip));
  }
  std::vector<double> drawn;
  for (const auto& record : evaluation.records) {
    if (!record.missed) drawn.push_back(record.dice);
  }
  return paragraph(
             "Every dot is one image, the orange bar the patient's mean; a red cross is a missed "
             "image. The patients with the lowest mean come first.") +
         "<figure class=\"chart\">" + strip_plot(strips) + "</figure>\n" +
         "<h3>How often which overlap</h3>\n<figure class=\"chart\">" +
         dice_histogram(drawn, all.missed) + "</figure>\n";
}

std::string confidence_section(const Evaluation& evaluation) {
  std::vector<ScatterPoint> images, bins;
  for (const auto& record : evaluation.records) {
    if (!record.confidence) continue;
    images.push_back({*record.confidence, record.dice,
                      fmt::format("{} {}: expected {}, came {}", record.patient, record.stem,
                                  two_digits(*record.confidence), two_digits(record.dice)),
                      1});
  }
  const Reliability kept = reliability(forecasts(evaluation));
  for (const auto& bin : kept.bins) {
    if (bin.images == 0) continue;
    bins.push_back({bin.confidence, bin.dice,
                    fmt::format("{}: expected {}, came {}", counted(bin.images, "image"),
                                two_digits(bin.confidence), two_digits(bin.dice)),
                    bin.images});
  }
  std::string text = fmt::format(
      "With every outline the model says which Dice is to be expected of it. Every blue dot is one "
      "image, every orange one the mean of images of like confidence, the larger the more they "
      "are; "
      "on the diagonal the model keeps its word. The mean distance from it (expected calibration "
      "error) is {} over {}.",
      three_digits(kept.expected_calibration_error), counted(kept.images, "image"));
  if (!evaluation.calibrated_on.empty()) {
    text += fmt::format(
        " The confidence was fitted on {} of these patients, which flatters it: what a fit on the "
        "other patients gives stands in the model file.",
        evaluation.calibrated_on.size());
  }
  return paragraph(text) + "<figure class=\"chart\">" + reliability_diagram(images, bins) +
         "</figure>\n";
}

std::string caption(const Dataset& dataset, const ImageRecord& record) {
  std::string text = fmt::format("{} · {}", record.patient, record.stem);
  if (record.missed) return text + ", nothing drawn";
  if (record.millimetres) {
    text += fmt::format(", outlines {:.1f} mm apart", record.millimetres->average);
  } else if (record.pixels) {
    text += fmt::format(", outlines {:.1f} px apart", record.pixels->average);
  }
  return text + (dataset.samples()[record.index].dark ? ", dark image" : "");
}

std::string pictures(const Dataset& dataset, const std::vector<ShownImage>& examples,
                     const std::string& role, const std::string& heading) {
  std::vector<Picture> shown;
  for (const auto& example : examples) {
    if (example.role != role) continue;
    shown.push_back({overlay_svg(dataset, *example.record),
                     "Dice " + two_digits(example.record->dice),
                     caption(dataset, *example.record)});
  }
  if (shown.empty()) return "";
  return fmt::format("<h3>{}</h3>\n", escape(heading)) + gallery(shown);
}

std::string all_pictures(const Dataset& dataset, const Evaluation& evaluation, int count) {
  const auto examples = choose_examples(evaluation, count);
  return pictures(dataset, examples, "best", "The best") +
         pictures(dataset, examples, "median", "In the middle") +
         pictures(dataset, examples, "worst", "The worst on which something was drawn") +
         pictures(dataset, examples, "missed", "Missed altogether");
}

// Whether the model saw the patients of the data set's training side, as far as its file says.
std::string who_was_seen(const Evaluation& side, int patients) {
  if (!side.patients_seen) {
    return "Whether the model was trained on them, its file does not say.";
  }
  const auto seen = static_cast<int>(side.patients_seen->size());
  if (seen == 0) return "The model was trained on none of them: this is another data set's.";
  return fmt::format(
      "The model was trained on {} of them. A large distance to the figures above would mean that "
      "it learnt its patients by heart.",
      seen == patients ? "all" : fmt::format("{}", seen));
}

std::string training_section(const ReportSubject& subject) {
  const Figures all = figures(*subject.training_side, Selection::kAll);
  return paragraph(fmt::format(
             "The same model on the data set's training side, {} of {}: mean Dice over patients "
             "{}, {} missed. {}",
             counted(all.images, "image"), counted(all.patients, "patient"),
             two_digits(all.dice_patient_mean), all.missed,
             who_was_seen(*subject.training_side, all.patients))) +
         outline_legend() + all_pictures(subject.dataset, *subject.training_side, subject.examples);
}

std::string limits(const Figures& all) {
  std::string html = "<ul>\n";
  const auto item = [&](const std::string& text) { html += "<li>" + escape(text) + "</li>\n"; };
  item("Research software. Nothing here is cleared for diagnosis, treatment or any clinical use.");
  item(fmt::format(
      "{} are few. The interval says how far the mean would move with other patients of "
      "the same kind; it says nothing about other scanners, sequences or diseases.",
      counted(all.patients, "patient")));
  item(
      "The physician's outlines are taken as the truth. Two physicians differ among themselves, "
      "most at the base and the apex.");
  item("Images are judged one by one. Volumes and ejection fractions are not part of this report.");
  item(
      "Missed images have no outline and so no distance: the distances are means over the other "
      "images.");
  return html + "</ul>\n";
}

// "rate 0.00025, momentum 0.9" of an object, "a, b" of a list.
std::string plain_text(const nlohmann::ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, item] : value.items()) {
    const std::string part = plain_text(item);
    if (part.empty()) continue;
    text += (text.empty() ? "" : ", ") + (value.is_object() ? key + " " : "") + part;
  }
  return text;
}

std::string standardisation_text(const Preparation& preparation) {
  const std::string& by = preparation.standardise;
  if (by == "image") return "each image to zero mean and unit variance";
  if (by == "patient") return "each patient's images together to zero mean and unit variance";
  if (by == "nyul") return "Nyul's standard scale of the training images";
  return fmt::format("mean pixel {:.1f} subtracted", preparation.mean);
}

std::string input_text(const Preparation& preparation) {
  std::string text = fmt::format("{0} x {0} pixels", preparation.size);
  if (preparation.spacing > 0) text += fmt::format(" of {} mm", preparation.spacing);
  if (preparation.n4) text += "; bias field corrected by N4";
  text += preparation.intensity == "window"   ? "; 8 bits by the DICOM window"
          : preparation.intensity == "robust" ? "; 8 bits by the image's percentiles 0.5 and 99.5"
                                              : "; 8 bits by the image's own minimum and maximum";
  if (preparation.clahe > 0) {
    text += fmt::format("; contrast equalised locally, limit {}", preparation.clahe);
  }
  return text + "; " + standardisation_text(preparation);
}

std::string model_section(const ReportSubject& subject) {
  const ModelDescription& model = subject.model;
  const NetworkOptions& network = model.network;
  std::string html = "<table class=\"facts\">\n";
  const auto row = [&](const std::string& name, const std::string& value) {
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escape(name), escape(value));
  };
  row("Model file", subject.model_name);
  row("Network",
      fmt::format("{}, {} backbone, output stride {}", network.network,
                  has_backbone(network) ? network.backbone : "no", network.output_stride));
  row("Finds", structure_name(model.target));
  row("Input", input_text(model.preparation));
  for (const auto& difference : subject.evaluation.otherwise_prepared) {
    row("Unlike this data set", difference);
  }
  row("Computed with", subject.engine);
  row("Data set", subject.evaluation.data);
  row("HeartLab", version());
  if (model.training.is_object()) {
    for (const auto& [key, value] : model.training.items()) {
      row("Training: " + key, plain_text(value));
    }
  }
  return html + "</table>\n";
}

std::string definitions() {
  return paragraph(
             "Dice = 2TP / (2TP + FP + FN) and IoU = TP / (TP + FP + FN), in pixels of class 0 "
             "against class 1. “Pooled” adds up the pixels of all images first; “mean over images” "
             "takes each image's own Dice; “mean over patients” takes each patient's mean of "
             "those, "
             "so that a patient with many images does not count more. The interval is a percentile "
             "bootstrap over patients. Padding around an image that is not square is not judged.") +
         paragraph(
             "An image is missed when the structure is there and the model drew nothing. An image "
             "without the structure on which nothing is drawn has a Dice of 1. Distances are "
             "between "
             "the borders of the two areas: the mean both ways, and the larger of the two 95th "
             "percentiles (Hausdorff 95 %), in millimetres where the pixel spacing is known, else "
             "in pixels of the image.");
}

}  // namespace

std::string structure_name(const std::string& target) {
  if (target == "myocardium") return "the muscle of the left ventricle (myocardium)";
  if (target == "cavity") return "the cavity of the left ventricle";
  return "the " + target;
}

std::string html_report(const ReportSubject& subject) {
  const Evaluation& evaluation = subject.evaluation;
  const Figures all = figures(evaluation, Selection::kAll);
  std::string body = page_header(
      "HeartLab evaluation",
      evaluation.target == "cavity" ? "Outlining the cavity of the left ventricle"
                                    : "Outlining the muscle of the left ventricle",
      fmt::format("{} · {} · {} images", subject.model_name, evaluation.data, evaluation.subset));
  body += section("In plain words", summary(subject, all) + key_tiles(all));
  body += section("Figures", figures_section(evaluation, all));
  body += section("Patient by patient", patients_section(evaluation, all));
  if (!forecasts(evaluation).empty()) {
    body += section("How far an outline can be trusted", confidence_section(evaluation));
  }
  body +=
      section("Pictures", paragraph("Point at a picture to hide the outlines.") + outline_legend() +
                              all_pictures(subject.dataset, evaluation, subject.examples));
  if (subject.training_side) body += section("On the training side", training_section(subject));
  body += section("Limits", limits(all));
  body += section("The model", model_section(subject));
  body += section("How it was measured", definitions());
  body += "<footer>Made by HeartLab. Research software, not for clinical use.</footer>\n";
  return html_page("HeartLab evaluation: " + subject.model_name, body);
}

}  // namespace heartlab
