#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heartlab/evaluate/challenge.h"
#include "heartlab/metrics/confusion.h"
#include "heartlab/metrics/interval.h"
#include "heartlab/metrics/surface.h"
#include "heartlab/prepare/dataset.h"
#include "heartlab/segment/segmenter.h"

namespace heartlab {

// What a model did on one image of a data set. Pixels of the ignored class are not judged.
struct ImageRecord {
  std::size_t index = 0;  // in the data set
  std::string patient;
  std::string stem;
  std::string source;
  bool dark = false;
  Confusion confusion{2};
  double dice = 0;              // of class 0; 1 where neither truth nor prediction has it
  double iou = 0;               // the same
  bool missed = false;          // the truth has class 0 and the prediction none
  bool empty_truth = false;     // the truth has no class 0
  bool in_millimetres = false;  // the spacing is known
  std::optional<SurfaceDistances> millimetres;  // where both have class 0 and the spacing is known
  std::optional<SurfaceDistances> pixels;       // of the source image; where both have class 0
  std::vector<ChallengeContour> contours;       // of the truth, where the spacing is known
  Mask prediction;                              // on the data set's square
  std::optional<MaskEvidence> evidence;         // of Segmentation, as the next
  std::optional<double> confidence;
};

// A model on a subset of a data set, image by image in the data set's order.
struct Evaluation {
  std::string data;  // the data set's folder, without what is above it
  std::string target;
  std::string subset;
  std::vector<std::string> class_names;    // class 0 first
  std::vector<std::string> calibrated_on;  // patients of the subset who made the confidence
  // Patients of the subset on whom the model was trained; nothing where its file does not say.
  std::optional<std::vector<std::string>> patients_seen;
  // What the data set's images are that those which the model was trained on were not: "images of
  // 128 x 128, but the model was trained on images of 384 x 384".
  std::vector<std::string> otherwise_prepared;
  std::vector<ImageRecord> records;
};

// Runs the model on every image of the subset but those with a partial label. An Error where the
// model was made for another target than the data set's, or the subset is empty.
Evaluation evaluate(Segmenter& segmenter, const Dataset& dataset, const std::string& subset);

// Judges one prediction (1 = class 0), which has the data set's side.
ImageRecord judge(const Dataset& dataset, std::size_t index, Mask prediction);

// The name of a data set's folder, without what is above it.
std::string folder_name(const Dataset& dataset);

// The mean of what is known, and of how many images; NaN of none.
struct KnownMean {
  double mean = 0;
  int images = 0;
};

struct ClassFigures {
  std::string name;
  double iou = 0, dice = 0, accuracy = 0;
};

// The study's measures over a set of images (DESIGN.md, Metrics). NaN = undefined.
struct Figures {
  int images = 0, patients = 0, missed = 0, empty_truth = 0;
  double pixel_accuracy = 0, mean_accuracy = 0, mean_iou = 0, mean_dice = 0;
  double frequency_weighted_iou = 0;
  std::vector<ClassFigures> classes;  // all pixels pooled
  // Of class 0: the mean over images, and the mean over patients of their own mean over images.
  double dice_image_mean = 0, dice_image_median = 0, dice_patient_mean = 0;
  Interval dice_patient_ci95;  // bootstrap over patients
  KnownMean hd95_mm, assd_mm, hd95_px, assd_px;
  ChallengeFigures challenge;

  nlohmann::ordered_json to_json() const;
};

enum class Selection { kAll, kWithoutMissed };

Figures figures(const Evaluation& evaluation, Selection selection);

// One patient's images.
struct PatientFigures {
  std::string patient;
  std::vector<const ImageRecord*> records;
  int missed = 0;
  double dice_mean = 0;
};

// By patient, the lowest mean Dice first.
std::vector<PatientFigures> figures_by_patient(const Evaluation& evaluation);

// metrics.json: the figures over all images at the top, those over the others in `without_missed`.
nlohmann::ordered_json metrics_json(const Evaluation& evaluation);
// per_image.csv with its header.
std::string per_image_csv(const Evaluation& evaluation);

}  // namespace heartlab
