#include "heartlab/measure/report_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "heartlab/core/manifest.h"
#include "heartlab/image/draw.h"
#include "heartlab/image/painter.h"
#include "heartlab/measure/crop.h"
#include "heartlab/measure/pictures.h"

namespace heartlab {
namespace {

using Anchor = Painter::Anchor;

constexpr int kPageWidth = 1296;
constexpr int kEdge = 32;  // free on every side
constexpr int kRemarkHeight = 9, kRemarkLine = 22;
constexpr std::size_t kMostRemarkLines = 24;
constexpr int kTableTop = 150, kTableLine = 44;
constexpr std::size_t kShortName = 3;         // bytes: shorter ones are parts of many words
constexpr Colour kOuterColour{77, 208, 225};  // of the epicardium, whoever drew it
constexpr int kPictureSide = 240;             // pixels of a slice on the page of contours, at least

std::string full_name(const std::string& column) {
  static const std::pair<const char*, const char*> kNames[] = {
      {"LVEDV", "end-diastolic volume"},
      {"LVESV", "end-systolic volume"},
      {"LVSV", "stroke volume"},
      {"LVEF", "ejection fraction"},
      {"LVM", "mass"},
      {"HR", "heart rate"},
      {"LVCO", "cardiac output"},
      {"LGE_SD_percent", "enhanced, deviations"},
      {"LGE_SD", "enhanced, deviations"},
      {"LGE_FWHM_percent", "enhanced, half maximum"},
      {"LGE_FWHM", "enhanced, half maximum"}};
  const auto* known =
      std::ranges::find(kNames, column, &std::pair<const char*, const char*>::first);
  return known == std::end(kNames) ? column : known->second;
}

std::vector<NamedQuantity> all_quantities(const StackMeasurements& measurements) {
  auto quantities = quantities_of(measurements);
  const auto enhanced = enhancement_quantities_of(measurements);
  quantities.insert(quantities.end(), enhanced.begin(), enhanced.end());
  return quantities;
}

void draw_table(Painter& painter, const std::vector<NamedQuantity>& quantities) {
  double y = kTableTop + 20;
  for (const auto& quantity : quantities) {
    const auto& value = quantity.measured->value;
    painter.text({kEdge, y}, full_name(quantity.column), kInk, 10, Anchor::kStart);
    painter.text({kEdge + 300.0, y}, value ? fmt::format("{:.1f}", *value) : "-",
                 value ? kAccent : kFaintInk, 13, Anchor::kEnd);
    painter.text({kEdge + 312.0, y}, quantity.unit, kFaintInk, 10, Anchor::kStart);
    painter.lines({{{kEdge, y + 15}, {kEdge + 360.0, y + 15}}}, kGrid, 1);
    y += kTableLine;
  }
}

// The remarks as lines of the page.
std::vector<std::string> remark_lines(const std::vector<std::string>& remarks) {
  const int width = static_cast<int>((kPageWidth - 2 * kEdge) * kCapitalHeight / kRemarkHeight);
  std::vector<std::string> lines;
  for (const auto& remark : remarks) {
    for (auto& line : wrapped(remark, width)) lines.push_back(std::move(line));
  }
  if (lines.size() <= kMostRemarkLines) return lines;
  lines.resize(kMostRemarkLines);
  lines.emplace_back("and more: in the structured report and measurements.json");
  return lines;
}

// One pixel of every `step` in both directions.
GreyImage thinned(const GreyImage& image, int step) {
  GreyImage small((image.rows + step - 1) / step, (image.columns + step - 1) / step);
  for (int row = 0; row < small.rows; ++row) {
    for (int column = 0; column < small.columns; ++column) {
      small.at(row, column) = image.at(row * step, column * step);
    }
  }
  return small;
}

// A picture of a slice, cut and brought to about kPictureSide pixels, with its borders.
ColourImage drawn_slice(const ContourPhase::Slice& slice, const CropBox& around, bool given) {
  const CropBox box = around.within(slice.grey->rows, slice.grey->columns);
  const int side = std::max(box.bottom - box.top, box.right - box.left) + 1;
  const int factor = (kPictureSide + side - 1) / side, step = std::max(1, side / kPictureSide);
  const double scale = static_cast<double>(factor) / step;
  const GreyImage part = stretch(thinned(cut(*slice.grey, box), step));
  ColourImage picture = to_colour(enlarge(part, factor));
  const Colour inner = given ? kTruthColour : kPredictionColour;
  for (const auto& [outline, colour] : {std::pair(&slice.drawn->epicardium, kOuterColour),
                                        std::pair(&slice.drawn->endocardium, inner)}) {
    if (outline->empty()) continue;
    std::vector<Point> line;
    const Contour& contour = outline->contour;
    for (const Point& point : (given ? contour : unstepped(contour)).points) {
      line.push_back(
          {(point.x - box.left + 0.5) * scale - 0.5, (point.y - box.top + 0.5) * scale - 0.5});
    }
    line.push_back(line.front());
    Painter(picture).lines({line}, colour, 2);
  }
  return picture;
}

bool is_letter(char byte) {
  return (byte & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(byte)) != 0;
}

bool holds_word(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

bool holds_name(const std::string& remark, const std::string& name) {
  if (name.size() >= kShortName) return remark.find(name) != std::string::npos;
  const bool number =
      std::ranges::all_of(name, [](unsigned char byte) { return std::isdigit(byte) != 0; });
  return !number && holds_word(remark, name);
}

CropBox around_hearts(const std::vector<ContourPhase>& phases) {
  CropBox box;
  for (const auto& phase : phases) {
    for (const auto& slice : phase.slices) {
      for (const auto* outline : {&slice.drawn->endocardium, &slice.drawn->epicardium}) {
        for (const Point& point : outline->contour.points) {
          box.take_in(static_cast<int>(point.y), static_cast<int>(point.x));
        }
      }
    }
  }
  return box;
}

}  // namespace

std::vector<std::string> nameless(const std::vector<std::string>& remarks,
                                  const std::vector<std::string>& names) {
  std::vector<std::string> kept;
  for (const auto& remark : remarks) {
    const bool named = std::ranges::any_of(
        names, [&](const std::string& name) { return holds_name(remark, name); });
    if (!named) kept.push_back(remark);
  }
  const std::size_t left_out = remarks.size() - kept.size();
  if (left_out == 0) return kept;
  kept.push_back(fmt::format("{} that {} files: in the structured report and measurements.json",
                             left_out == 1 ? "1 remark" : fmt::format("{} remarks", left_out),
                             left_out == 1 ? "names" : "name"));
  return kept;
}

ColourImage figures_page(const StackMeasurements& measurements, const ReportPage& page) {
  const auto quantities = all_quantities(measurements);
  const ColourImage curve = volume_curve(measurements);
  const ColourImage eyes = thickness_picture(measurements.walls);
  const auto lines = remark_lines(page.remarks);
  const int table_bottom = kTableTop + kTableLine * static_cast<int>(quantities.size());
  const int curve_top = kTableTop - 30;
  const int eyes_top = std::max(table_bottom, curve_top + curve.rows) + 10;
  const int remarks_top = eyes_top + eyes.rows + 30;
  const int bottom = remarks_top + kRemarkLine * static_cast<int>(lines.size()) + 60;

  ColourImage picture(bottom, kPageWidth, kPaper);
  Painter painter(picture);
  painter.text(
      {kEdge, 58},
      page.stack == 1 ? "Left ventricle" : fmt::format("Left ventricle, stack {}", page.stack),
      kInk, 20, Anchor::kStart);
  painter.text({kEdge, 92}, fmt::format("HeartLab {}; {}", version(), page.drawn_by), kFaintInk, 9,
               Anchor::kStart);
  draw_table(painter, quantities);
  if (!curve.empty()) paste(picture, curve, curve_top, kPageWidth - curve.columns - 8);
  if (!eyes.empty()) paste(picture, eyes, eyes_top, (kPageWidth - eyes.columns) / 2);
  double y = remarks_top;
  for (const auto& line : lines) {
    painter.text({kEdge, y}, line, kInk, kRemarkHeight, Anchor::kStart);
    y += kRemarkLine;
  }
  painter.text({kEdge, bottom - 28.0}, "Not a medical device. Not for clinical use.", kWarning, 10,
               Anchor::kStart);
  return picture;
}

ColourImage contours_page(const std::vector<ContourPhase>& phases, const ReportPage& report,
                          bool given) {
  constexpr int kMostPerRow = 6;
  const CropBox box = around_hearts(phases);
  std::size_t most = 0;
  for (const auto& phase : phases) most = std::max(most, phase.slices.size());
  if (most == 0) return {};
  const int slices = static_cast<int>(most);
  const int rows = (slices + kMostPerRow - 1) / kMostPerRow;
  const int per_row = (slices + rows - 1) / rows;
  std::vector<ColourImage> sheets;
  int width = 0, height = 0;
  for (const auto& phase : phases) {
    if (phase.slices.empty()) continue;
    std::vector<ColourImage> pictures;
    std::vector<std::string> captions;
    for (const auto& slice : phase.slices) {
      pictures.push_back(drawn_slice(slice, box, given));
      const std::string stack = report.stack == 1 ? "" : fmt::format("stack {}, ", report.stack);
      captions.push_back(fmt::format("{}slice {}, {}", stack, slice.number, phase.name));
    }
    sheets.push_back(contact_sheet(pictures, captions, per_row));
    width = std::max(width, sheets.back().columns);
    height += sheets.back().rows;
  }
  ColourImage page(height, width, sheets.front().at(0, 0));
  int top = 0;
  for (const auto& sheet : sheets) {
    paste(page, sheet, top, 0);
    top += sheet.rows;
  }
  return page;
}

}  // namespace heartlab
