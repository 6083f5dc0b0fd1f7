#include "heartlab/evaluate/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "heartlab/core/csv.h"
#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/log.h"
#include "heartlab/core/progress.h"
#include "heartlab/evaluate/reliability.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kResamples = 10000;
constexpr std::uint64_t kBootstrapSeed = 2018;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string field(double value) { return std::isfinite(value) ? fmt::format("{:.6f}", value) : ""; }

KnownMean known_mean(const std::vector<const ImageRecord*>& records,
                     std::optional<SurfaceDistances> ImageRecord::*distances,
                     double SurfaceDistances::*distance) {
  std::vector<double> values;
  for (const auto* record : records) {
    if (record->*distances) values.push_back((*(record->*distances)).*distance);
  }
  return {mean(values), static_cast<int>(values.size())};
}

std::vector<const ImageRecord*> select(const Evaluation& evaluation, Selection selection) {
  std::vector<const ImageRecord*> records;
  for (const auto& record : evaluation.records) {
    if (selection == Selection::kAll || !record.missed) records.push_back(&record);
  }
  return records;
}

std::map<std::string, std::vector<double>> dice_by_patient(
    const std::vector<const ImageRecord*>& records) {
  std::map<std::string, std::vector<double>> dice;
  for (const auto* record : records) dice[record->patient].push_back(record->dice);
  return dice;
}

void add_class_0(Json& entry, const Figures& figures) {
  const auto distance = [&](const char* key, const KnownMean& known) {
    entry[key] = number(known.mean);
    entry[std::string(key) + "_images"] = known.images;
  };
  entry["dice_image_mean"] = number(figures.dice_image_mean);
  entry["dice_image_median"] = number(figures.dice_image_median);
  entry["dice_patient_mean"] = number(figures.dice_patient_mean);
  entry["dice_patient_ci95"] = {number(figures.dice_patient_ci95.low),
                                number(figures.dice_patient_ci95.high)};
  distance("hd95_mm", figures.hd95_mm);
  distance("assd_mm", figures.assd_mm);
  distance("hd95_px", figures.hd95_px);
  distance("assd_px", figures.assd_px);
}

// The patients of these images who are among the others.
std::vector<std::string> shared_patients(const Dataset& dataset,
                                         const std::vector<std::size_t>& indices,
                                         const std::set<std::string>& others) {
  std::set<std::string> shared;
  for (const std::size_t index : indices) {
    const std::string& patient = dataset.samples()[index].patient;
    if (others.contains(patient)) shared.insert(patient);
  }
  return {shared.begin(), shared.end()};
}

}  // namespace

std::string folder_name(const Dataset& dataset) {
  const Path file = std::filesystem::absolute(dataset.path()).lexically_normal();
  return file.parent_path().filename().string();
}

ImageRecord judge(const Dataset& dataset, std::size_t index, Mask prediction) {
  const Sample& sample = dataset.samples()[index];
  const auto label = dataset.label(index);
  std::vector<std::uint8_t> classes(label.size());
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] == kIgnoredClass) prediction.pixels[i] = 0;
    classes[i] = prediction.pixels[i] != 0 ? kStructureClass : kBackgroundClass;
  }
  ImageRecord record;
  record.index = index;
  record.patient = sample.patient;
  record.stem = sample.stem;
  record.source = sample.source;
  record.dark = sample.dark;
  record.confusion.add(label, classes);
  const bool has_truth = record.confusion.at(0, 0) + record.confusion.at(0, 1) > 0;
  const bool has_prediction = record.confusion.at(0, 0) + record.confusion.at(1, 0) > 0;
  record.empty_truth = !has_truth;
  record.in_millimetres = sample.spacing.known();
  record.missed = has_truth && !has_prediction;
  record.dice = has_truth || has_prediction ? record.confusion.dice(0) : 1;
  record.iou = has_truth || has_prediction ? record.confusion.iou(0) : 1;
  const Mask truth = dataset.structure(index);
  const PixelSpacing spacing = dataset.square_spacing(index);
  if (has_truth && has_prediction) {
    record.pixels = surface_distances(truth, prediction, dataset.source_pixels(index));
    if (spacing.known()) record.millimetres = surface_distances(truth, prediction, spacing);
  }
  if (spacing.known()) {
    record.contours = challenge_contours(dataset.target(), truth, prediction, spacing);
  }
  record.prediction = std::move(prediction);
  return record;
}

Evaluation evaluate(Segmenter& segmenter, const Dataset& dataset, const std::string& subset) {
  const ModelDescription& model = segmenter.model();
  if (model.target != dataset.target()) {
    fail(ErrorKind::kUsage, "{}: expected a data set of the model's target {}, found {}",
         dataset.path().string(), model.target, dataset.target());
  }
  auto indices = dataset.subset(subset);
  std::erase_if(indices, [&](std::size_t index) { return dataset.samples()[index].partial; });
  if (indices.empty()) {
    fail(ErrorKind::kUsage, "{}: the subset '{}' holds no image; give another --subset",
         dataset.path().string(), subset);
  }
  Evaluation evaluation;
  evaluation.data = folder_name(dataset);
  evaluation.target = dataset.target();
  evaluation.subset = subset;
  evaluation.class_names = model.class_names;
  if (const auto trained = model.patients_trained_on()) {
    evaluation.patients_seen = shared_patients(dataset, indices, *trained);
  }
  if (model.confidence) {
    evaluation.calibrated_on = shared_patients(dataset, indices, model.confidence->patients());
  }
  if (evaluation.class_names.size() != 2) evaluation.class_names = {model.target, "background"};
  if (evaluation.patients_seen && !evaluation.patients_seen->empty() && subset != "train") {
    log_warning(fmt::format("the model was trained on {} of the patients of the {} images",
                            evaluation.patients_seen->size(), subset));
  }
  evaluation.otherwise_prepared = otherwise_prepared(dataset, model.preparation);
  for (const auto& difference : evaluation.otherwise_prepared) {
    log_warning(dataset.path().string() + ": " + difference);
  }
  Progress progress("segmenting the " + subset + " images", indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    stop_if_interrupted("the evaluation was not finished and nothing was written");
    Segmentation segmentation = segmenter.segment(
        dataset.image_raster(indices[i]), context_of(dataset, indices[i], model.preparation));
    ImageRecord record = judge(dataset, indices[i], std::move(segmentation.mask));
    record.evidence = segmentation.evidence;
    record.confidence = segmentation.confidence;
    evaluation.records.push_back(std::move(record));
    progress.update(i + 1);
  }
  return evaluation;
}

Figures figures(const Evaluation& evaluation, Selection selection) {
  const auto records = select(evaluation, selection);
  Confusion pooled(2);
  Figures result;
  std::vector<double> dice, patient_dice;
  for (const auto* record : records) {
    pooled.add(record->confusion);
    dice.push_back(record->dice);
    result.missed += record->missed ? 1 : 0;
    result.empty_truth += record->empty_truth ? 1 : 0;
  }
  for (const auto& [patient, values] : dice_by_patient(records)) {
    patient_dice.push_back(mean(values));
  }
  result.images = static_cast<int>(records.size());
  result.patients = static_cast<int>(patient_dice.size());
  result.pixel_accuracy = pooled.pixel_accuracy();
  result.mean_accuracy = pooled.mean_accuracy();
  result.mean_iou = pooled.mean_iou();
  result.mean_dice = pooled.mean_dice();
  result.frequency_weighted_iou = pooled.frequency_weighted_iou();
  for (int i = 0; i < pooled.classes(); ++i) {
    result.classes.push_back({evaluation.class_names.at(static_cast<std::size_t>(i)), pooled.iou(i),
                              pooled.dice(i), pooled.class_accuracy(i)});
  }
  result.dice_image_mean = mean(dice);
  result.dice_image_median = median(dice);
  result.dice_patient_mean = mean(patient_dice);
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  result.dice_patient_ci95 = patient_dice.empty()
                                 ? Interval{kUndefined, kUndefined}
                                 : bootstrap_interval(patient_dice, kResamples, kBootstrapSeed);
  result.hd95_mm = known_mean(records, &ImageRecord::millimetres, &SurfaceDistances::hausdorff95);
  result.assd_mm = known_mean(records, &ImageRecord::millimetres, &SurfaceDistances::average);
  result.hd95_px = known_mean(records, &ImageRecord::pixels, &SurfaceDistances::hausdorff95);
  result.assd_px = known_mean(records, &ImageRecord::pixels, &SurfaceDistances::average);
  std::vector<ChallengeContour> contours;
  for (const auto* record : records) {
    contours.insert(contours.end(), record->contours.begin(), record->contours.end());
  }
  result.challenge = challenge_figures(contours);
  return result;
}

std::vector<PatientFigures> figures_by_patient(const Evaluation& evaluation) {
  std::map<std::string, PatientFigures> by_name;
  for (const auto& record : evaluation.records) {
    PatientFigures& patient = by_name[record.patient];
    patient.patient = record.patient;
    patient.records.push_back(&record);
    patient.missed += record.missed ? 1 : 0;
    patient.dice_mean += record.dice;
  }
  std::vector<PatientFigures> patients;
  for (auto& [name, patient] : by_name) {
    patient.dice_mean /= static_cast<double>(patient.records.size());
    patients.push_back(std::move(patient));
  }
  std::stable_sort(patients.begin(), patients.end(),
                   [](const auto& a, const auto& b) { return a.dice_mean < b.dice_mean; });
  return patients;
}

Json Figures::to_json() const {
  Json json;
  json["images"] = images;
  json["patients"] = patients;
  json["missed"] = missed;
  json["empty_truth"] = empty_truth;
  json["pixel_accuracy"] = number(pixel_accuracy);
  json["mean_accuracy"] = number(mean_accuracy);
  json["mean_iou"] = number(mean_iou);
  json["mean_dice"] = number(mean_dice);
  json["frequency_weighted_iou"] = number(frequency_weighted_iou);
  json["classes"] = Json::array();
  for (const auto& item : classes) {
    Json entry{{"name", item.name},
               {"iou", number(item.iou)},
               {"dice", number(item.dice)},
               {"accuracy", number(item.accuracy)}};
    if (json["classes"].empty()) add_class_0(entry, *this);
    json["classes"].push_back(std::move(entry));
  }
  if (challenge.contours > 0) {
    json["challenge2009"] = {{"contours", challenge.contours},
                             {"good", challenge.good},
                             {"share_of_good", double(challenge.good) / challenge.contours},
                             {"average_perpendicular_distance_mm", number(challenge.distance_mm)},
                             {"dice_of_good", number(challenge.dice)}};
  }
  return json;
}

Json metrics_json(const Evaluation& evaluation) {
  Json json{
      {"data", evaluation.data}, {"target", evaluation.target}, {"subset", evaluation.subset}};
  json["otherwise_prepared"] = evaluation.otherwise_prepared;
  json["patients_seen_in_training"] =
      evaluation.patients_seen ? Json(*evaluation.patients_seen) : Json(nullptr);
  json.update(figures(evaluation, Selection::kAll).to_json());
  json["without_missed"] = figures(evaluation, Selection::kWithoutMissed).to_json();
  if (const auto kept = forecasts(evaluation); !kept.empty()) {
    json["confidence"] = reliability(kept).to_json();
    json["confidence"]["patients_seen_in_calibration"] = evaluation.calibrated_on;
  }
  return json;
}

std::string per_image_csv(const Evaluation& evaluation) {
  std::string text =
      "patient,stem,source,dice,iou,pixel_accuracy,missed,empty_truth,dark,hd95_mm,assd_mm,"
      "hd95_px,assd_px,truth_px,prediction_px,confidence\n";
  for (const auto& record : evaluation.records) {
    const auto distance = [&](const std::optional<SurfaceDistances>& distances, auto member) {
      return distances ? field((*distances).*member) : "";
    };
    const Confusion& confusion = record.confusion;
    text +=
        csv_line({record.patient, record.stem, record.source, field(record.dice), field(record.iou),
                  field(confusion.pixel_accuracy()), record.missed ? "1" : "0",
                  record.empty_truth ? "1" : "0", record.dark ? "1" : "0",
                  distance(record.millimetres, &SurfaceDistances::hausdorff95),
                  distance(record.millimetres, &SurfaceDistances::average),
                  distance(record.pixels, &SurfaceDistances::hausdorff95),
                  distance(record.pixels, &SurfaceDistances::average),
                  std::to_string(confusion.at(0, 0) + confusion.at(0, 1)),
                  std::to_string(confusion.at(0, 0) + confusion.at(1, 0)),
                  record.confidence ? field(*record.confidence) : ""});
  }
  return text;
}

}  // namespace heartlab
