#include "heartlab/measure/report.h"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <string_view>

namespace heartlab {
namespace {

constexpr Code kLeftVentricle{"87878005", "SCT", "Left Ventricle"};
constexpr Code kMyocardium{"49848007", "SCT", "Left Ventricle Myocardium"};
constexpr Code kWallThickness{"122445", "DCM", "Wall Thickness"};
constexpr Code kEndDiastole{"416190007", "SCT", "End diastole"};
constexpr Code kEndSystole{"416430001", "SCT", "End Systole"};

constexpr Code kMillimetre{"mm", "UCUM", "millimeter"};

// PS3.16 CID 3717.
constexpr Code kSegmentCodes[kSegments] = {
    {"264850008", "SCT", "Left ventricle basal anterior segment"},
    {"396482007", "SCT", "Left ventricle basal anteroseptal segment"},
    {"396646008", "SCT", "Left ventricle basal inferoseptal segment"},
    {"264846001", "SCT", "Left ventricle basal inferior segment"},
    {"396652009", "SCT", "Left ventricle basal inferolateral segment"},
    {"396654005", "SCT", "Left ventricle basal anterolateral segment"},
    {"264848000", "SCT", "Left ventricle mid anterior segment"},
    {"396647004", "SCT", "Left ventricle mid anteroseptal segment"},
    {"396649001", "SCT", "Left ventricle mid inferoseptal segment"},
    {"264847005", "SCT", "Left ventricle mid inferior segment"},
    {"396655006", "SCT", "Left ventricle mid inferolateral segment"},
    {"396656007", "SCT", "Left ventricle mid anterolateral segment"},
    {"264844003", "SCT", "left ventricle apical anterior segment"},
    {"264845002", "SCT", "left ventricle apical septal segment"},
    {"264849008", "SCT", "left ventricle apical inferior segment"},
    {"264853005", "SCT", "left ventricle apical lateral segment"}};

struct Coded {
  const char* column;
  Code name, unit;
};

constexpr Coded kQuantities[] = {
    {"LVEDV",
     {"18026-5", "LN", "Left Ventricular End Diastolic Volume"},
     {"ml", "UCUM", "milliliter"}},
    {"LVESV",
     {"18148-7", "LN", "Left Ventricular End Systolic Volume"},
     {"ml", "UCUM", "milliliter"}},
    {"LVSV", {"90096001", "SCT", "Stroke Volume"}, {"ml", "UCUM", "milliliter"}},
    {"LVEF",
     {"8811-2", "LN", "Left ventricular ejection fraction by MR"},
     {"%", "UCUM", "percent"}},
    {"HR", {"8867-4", "LN", "Heart rate"}, {"/min", "UCUM", "per minute"}},
    {"LVCO", {"82799009", "SCT", "Cardiac Output"}, {"l/min", "UCUM", "liter per minute"}}};

// Of the muscle. No standard code says by which threshold it is enhanced: these are HeartLab's own.
constexpr Coded kMuscleQuantities[] = {
    {"LVM", {"18087-7", "LN", "Left Ventricle Mass"}, {"g", "UCUM", "gram"}},
    {"LGE_SD_percent",
     {"LGE_SD_percent", "99HEARTLAB", "Enhanced share of myocardium by standard deviations"},
     {"%", "UCUM", "percent"}},
    {"LGE_SD",
     {"LGE_SD", "99HEARTLAB", "Enhanced mass of myocardium by standard deviations"},
     {"g", "UCUM", "gram"}},
    {"LGE_FWHM_percent",
     {"LGE_FWHM_percent", "99HEARTLAB", "Enhanced share of myocardium by half maximum"},
     {"%", "UCUM", "percent"}},
    {"LGE_FWHM",
     {"LGE_FWHM", "99HEARTLAB", "Enhanced mass of myocardium by half maximum"},
     {"g", "UCUM", "gram"}}};

// Those of the quantities that have a code here, as far as they are known.
std::vector<SrNumber> numbers_of(const StackMeasurements& measurements,
                                 std::span<const Coded> codes) {
  auto quantities = quantities_of(measurements);
  for (const auto& more : enhancement_quantities_of(measurements)) quantities.push_back(more);
  std::vector<SrNumber> numbers;
  for (const auto& quantity : quantities) {
    if (!quantity.measured->value) continue;
    for (const auto& coded : codes) {
      if (std::string_view(quantity.column) != coded.column) continue;
      numbers.push_back({coded.name, rounded(*quantity.measured->value), coded.unit, std::nullopt});
    }
  }
  return numbers;
}

void add_group(SrReport& report, const std::string& tracking, const Code& site,
               std::vector<SrNumber> numbers, const std::optional<StackSeg>& seg, int number) {
  if (numbers.empty()) return;
  SrGroup group{tracking, site, std::move(numbers), std::nullopt};
  if (seg && number > 0) group.segment = SrSegment{seg->object, number};
  report.groups.push_back(std::move(group));
}

void add_walls(SrReport& report, const WallThickness& walls) {
  for (std::size_t i = 0; i < kSegments; ++i) {
    std::vector<SrNumber> numbers;
    const auto add = [&](const Measured& thickness, const Code& moment) {
      if (!thickness.value) return;
      numbers.push_back({kWallThickness, rounded(*thickness.value), kMillimetre, moment});
    };
    add(walls.segments[i].diastole, kEndDiastole);
    add(walls.segments[i].systole, kEndSystole);
    add_group(report, fmt::format("Segment {} ({})", i + 1, segment_name(static_cast<int>(i) + 1)),
              kSegmentCodes[i], std::move(numbers), std::nullopt, 0);
  }
}

}  // namespace

SrReport report_of(const StackMeasurements& measurements, const std::optional<StackSeg>& seg) {
  SrReport report;
  add_group(report, "Left ventricle", kLeftVentricle, numbers_of(measurements, kQuantities), seg,
            seg ? seg->cavity : 0);
  add_group(report, "Left ventricular myocardium", kMyocardium,
            numbers_of(measurements, kMuscleQuantities), seg, seg ? seg->myocardium : 0);
  add_walls(report, measurements.walls);
  report.comments = refusals_of(measurements);
  for (const auto& remark : measurements.remarks()) report.comments.push_back(remark);
  return report;
}

}  // namespace heartlab
