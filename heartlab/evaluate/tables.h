#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heartlab/evaluate/measures.h"

namespace heartlab {

// A row of the study's tables (Feilles 2018, tables 1 to 4): contour (class 0) and background
// (class 1), images on which nothing was drawn left out.
struct StudyFigures {
  const char* name;
  double mean_iou, mean_dice, mean_accuracy, frequency_weighted_iou, overall_accuracy;
  double iou_0, iou_1, dice_0, dice_1;
};

// The study's networks; none for a target it did not have (it had the myocardium only).
std::span<const StudyFigures> study_figures(const std::string& target);

// "1 patient", "2 patients".
std::string counted(int count, const std::string& noun);
// "0.87" and "0.873"; "–" where undefined.
std::string two_digits(double value);
std::string three_digits(double value);
// "1.84 mm", and how many images it stands for where they are not all of `images`; in pixels of the
// image where no image has a known spacing.
std::string distance_text(const KnownMean& millimetres, const KnownMean& pixels, int images);

// A Markdown table of the given cells, the first row its head, text left and the rest right.
std::string markdown_table(const std::vector<std::vector<std::string>>& rows);

// The rows that stand beside each other in tables.md and the report, heads included.
using Rows = std::vector<std::vector<std::string>>;
struct NamedFigures {
  std::string name;
  Figures figures;
};
Rows mean_rows(std::span<const StudyFigures> study, const std::vector<NamedFigures>& ours);
Rows class_rows(std::span<const StudyFigures> study, const std::vector<NamedFigures>& ours);
Rows image_rows(const std::vector<NamedFigures>& ours);

// Whether the model knew these patients, in a sentence.
std::string standing_of(const Evaluation& evaluation);
// What the figures hold for: how was drawn (how_drawn_text()), whether the model knew the patients,
// and in what its preparation is unlike the data set's.
std::string provenance(const Evaluation& evaluation, const std::string& drawn);

// tables.md: every figure over all images and without the missed ones, only the second beside the
// study's.
std::string tables_markdown(const Evaluation& evaluation, const std::string& model_name);

}  // namespace heartlab
