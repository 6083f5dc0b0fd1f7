#include "heartlab/evaluate/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "heartlab/core/error.h"
#include "heartlab/segment/engine_options.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCoefficients = 3;
using Vector = std::array<double, kCoefficients>;
using Matrix = std::array<Vector, kCoefficients>;

Vector features(const MaskEvidence& evidence) {
  return {1, log_odds(evidence.soft_dice), std::log(evidence.area)};
}

// The x of a x = b; a is symmetric and positive definite (Gauss without exchanges).
Vector solve(Matrix a, Vector b) {
  for (std::size_t i = 0; i < kCoefficients; ++i) {
    for (std::size_t row = i + 1; row < kCoefficients; ++row) {
      const double share = a[row][i] / a[i][i];
      for (std::size_t k = i; k < kCoefficients; ++k) a[row][k] -= share * a[i][k];
      b[row] -= share * b[i];
    }
  }
  for (std::size_t i = kCoefficients; i-- > 0;) {
    for (std::size_t k = i + 1; k < kCoefficients; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

std::set<std::string> patients_of(const std::vector<JudgedMask>& masks) {
  std::set<std::string> patients;
  for (const auto& mask : masks) patients.insert(mask.patient);
  return patients;
}

void check_patients(const Evaluation& evaluation, const std::set<std::string>& patients,
                    const CalibrateOptions& options) {
  constexpr std::size_t kFewest = 3;
  if (patients.size() < kFewest) {
    fail(ErrorKind::kBadInput,
         "{}: the subset '{}' gives masks of {} patients; to calibrate needs {}; give another "
         "--subset",
         options.data.string(), options.subset, patients.size(), kFewest);
  }
  if (evaluation.patients_seen && !evaluation.patients_seen->empty()) {
    fail(ErrorKind::kBadInput,
         "{}: the model was trained on {} of the subset '{}', and would be surer of them than of "
         "others; give another --subset",
         options.data.string(), fmt::join(*evaluation.patients_seen, ", "), options.subset);
  }
}

}  // namespace

Confidence fit_confidence(const std::vector<JudgedMask>& masks) {
  constexpr int kSteps = 50;
  constexpr Vector kStart{0, 1, 0};    // the soft Dice as it is
  constexpr Vector kPull{0.01, 1, 1};  // towards it, in masks
  Vector x = kStart;
  for (int step = 0; step < kSteps; ++step) {
    Vector gradient{};
    Matrix curvature{};
    for (std::size_t i = 0; i < kCoefficients; ++i) {
      gradient[i] = kPull[i] * (x[i] - kStart[i]);
      curvature[i][i] = kPull[i];
    }
    for (const auto& mask : masks) {
      const double expected = Confidence{x[0], x[1], x[2], {}}.expected_dice(mask.evidence);
      const Vector f = features(mask.evidence);
      for (std::size_t i = 0; i < kCoefficients; ++i) {
        gradient[i] += (expected - mask.dice) * f[i];
        for (std::size_t k = 0; k < kCoefficients; ++k) {
          curvature[i][k] += expected * (1 - expected) * f[i] * f[k];
        }
      }
    }
    const Vector change = solve(curvature, gradient);
    double longest = 1;  // long steps overshoot where confidences are near 0 or 1
    for (const double each : change) longest = std::max(longest, std::abs(each));
    for (std::size_t i = 0; i < kCoefficients; ++i) x[i] -= change[i] / longest;
  }
  return {x[0], x[1], x[2], {}};
}

std::vector<Forecast> cross_validated(const std::vector<JudgedMask>& masks) {
  std::vector<Forecast> forecasts;
  for (const auto& patient : patients_of(masks)) {
    std::vector<JudgedMask> others;
    std::ranges::copy_if(masks, std::back_inserter(others),
                         [&](const JudgedMask& mask) { return mask.patient != patient; });
    const Confidence confidence = fit_confidence(others);
    for (const auto& mask : masks) {
      if (mask.patient != patient) continue;
      forecasts.push_back({confidence.expected_dice(mask.evidence), mask.dice});
    }
  }
  return forecasts;
}

OptionTable CalibrateOptions::table() {
  OptionTable table;
  table.add("model", model, "Model file to start from").required();
  table.add("data", data, "Data set made by heartlab prepare").required();
  table.add("subset", subset, "Side of the data set that the model was not trained on")
      .one_of({"validation", "test", "all"});
  table.add("out", out, "Model file to write").required();
  add_engine_options(table, engine);
  return table;
}

CalibrationSummary calibrate(Segmenter& segmenter, const Dataset& dataset,
                             const CalibrateOptions& options) {
  if (!options.engine.with.empty()) {
    fail(ErrorKind::kUsage, "--with: a confidence is of one model; leave it out");
  }
  check_model_target(options.out);
  const Evaluation evaluation = evaluate(segmenter, dataset, options.subset);
  CalibrationSummary summary;
  std::vector<JudgedMask> masks;
  std::vector<Forecast> as_it_is;
  for (const auto& record : evaluation.records) {
    if (!record.evidence) {
      ++summary.empty;
      continue;
    }
    masks.push_back({record.patient, *record.evidence, record.dice});
    as_it_is.push_back({record.evidence->soft_dice, record.dice});
  }
  const auto patients = patients_of(masks);
  check_patients(evaluation, patients, options);
  summary.patients = static_cast<int>(patients.size());
  summary.soft_dice = reliability(as_it_is);
  summary.calibrated = reliability(cross_validated(masks));

  const ModelFile model(options.model);
  ModelDescription description = model.description();
  Confidence fitted = fit_confidence(masks);
  fitted.report = {{"data_sha256", sha256_of_file(dataset.path())},
                   {"subset", options.subset},
                   {"patients", patients},
                   {"engine", segmenter.engine_description()}};
  fitted.report.update(conditions_of(segmenter.model().views, options.engine));
  fitted.report["soft_dice"] = summary.soft_dice.to_json();
  fitted.report["by_a_fit_on_other_patients"] = summary.calibrated.to_json();
  // By the way that reading takes, so that nothing is written that cannot be read.
  description.confidence = Confidence::from_json(fitted.to_json(), options.out.string());
  write_tensor_file(options.out, model.weights().tensors(), model_metadata(description));
  return summary;
}

}  // namespace heartlab
