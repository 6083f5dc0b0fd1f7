#include "heartlab/measure/dicom_results.h"

#include <fmt/format.h>

#include "heartlab/core/manifest.h"
#include "heartlab/dicom/secondary_capture.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/measure/report.h"
#include "heartlab/measure/report_pages.h"

namespace heartlab {
namespace {

constexpr int kMostPages = 2;  // of one stack

// The two structures of one image as masks.
Mask cavity_mask(const LeftOutlines& drawn, const SourceImage& image) {
  return rasterise(drawn.endocardium.contour, image.grey.rows, image.grey.columns);
}

Mask myocardium_mask(const LeftOutlines& drawn, const SourceImage& image) {
  Mask ring = rasterise(drawn.epicardium.contour, image.grey.rows, image.grey.columns);
  const Mask cavity = cavity_mask(drawn, image);
  for (std::size_t i = 0; i < ring.pixels.size(); ++i) {
    if (cavity.pixels[i] != 0) ring.pixels[i] = 0;
  }
  return ring;
}

StackSeg write_one_seg(const Path& file, const DicomResults& what, const DrawnImages& all,
                       const std::vector<std::size_t>& images) {
  std::vector<SourceFrame> frames;
  DrawnStructure cavity, myocardium;
  for (const std::size_t i : images) {
    frames.push_back(all.images[i].dicom);
    cavity.frames.emplace_back(cavity_mask(all.drawn[i], all.images[i]));
    myocardium.frames.emplace_back(myocardium_mask(all.drawn[i], all.images[i]));
  }
  std::vector<DrawnStructure> structures;
  StackSeg seg;
  const auto add = [&](DrawnStructure& structure, const char* name,
                       const std::optional<Algorithm>& algorithm, int& number) {
    if (!algorithm) return;
    structure.structure = name;
    structure.algorithm = *algorithm;
    structures.push_back(std::move(structure));
    number = static_cast<int>(structures.size());
  };
  add(cavity, "cavity", what.cavity, seg.cavity);
  add(myocardium, "myocardium", what.myocardium, seg.myocardium);
  seg.object = write_seg(file, frames, structures, SegKind::kBinary);
  return seg;
}

// One file a series. Gives the SEG where one alone holds the stack.
std::optional<StackSeg> write_segs(const Path& folder, const DicomResults& what,
                                   const DrawnImages& all, const SourceStack& stack,
                                   std::vector<std::string>& mended) {
  std::vector<SourceFrame> frames;
  for (const std::size_t i : stack.images) frames.push_back(all.images[i].dicom);
  const auto groups = group_by_series(frames);
  std::optional<StackSeg> only;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<std::size_t> images;
    for (const std::size_t member : groups[g]) images.push_back(stack.images[member]);
    const Path file = folder / (g == 0 ? "seg.dcm" : fmt::format("seg-{}.dcm", g + 1));
    StackSeg seg = write_one_seg(file, what, all, images);
    mended.insert(mended.end(), seg.object.mended.begin(), seg.object.mended.end());
    if (groups.size() == 1) only = std::move(seg);
  }
  return only;
}

// Images that came late make a second report beside the first: this tells the two apart.
std::string extent_of(const SourceStack& stack, const StackMeasurements& measurements) {
  const auto count = [](auto number, const std::string& what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
  };
  return count(stack.images.size(), "image") + " on " +
         count(measurements.layout.slices(), "slice");
}

// Who measured: the program with the networks that drew.
Algorithm measurer(const DicomResults& what) {
  Algorithm algorithm;
  algorithm.version = version();
  for (const auto& network : {what.cavity, what.myocardium}) {
    if (!network) continue;
    if (!algorithm.model.empty()) algorithm.model += ", ";
    algorithm.model += network->model;
    algorithm.model_sha256 += network->model_sha256;
  }
  return algorithm;
}

// What must not stand on a picture: what the images' files and their patients are called.
std::vector<std::string> names_in(const DrawnImages& all, const SourceStack& stack) {
  std::vector<std::string> names;
  for (const std::size_t i : stack.images) {
    const SourceImage& image = all.images[i];
    for (const auto& name :
         {image.input.name, image.input.file.filename().string(), image.patient}) {
      names.push_back(name);
    }
  }
  return names;
}

ContourPhase contours_of(const std::string& name, int phase, const DrawnImages& all,
                         const SourceStack& stack, const StackLayout& layout) {
  ContourPhase contours{name, {}};
  for (int slice = 0; slice < layout.slices(); ++slice) {
    const int image =
        layout.images[static_cast<std::size_t>(slice)][static_cast<std::size_t>(phase)];
    if (image < 0) continue;
    const std::size_t i = stack.images[static_cast<std::size_t>(image)];
    contours.slices.push_back({slice + 1, &all.images[i].grey, &all.drawn[i]});
  }
  return contours;
}

// End diastole and end systole; where neither is known, the phase with most slices drawn.
std::vector<ContourPhase> phases_to_show(const DrawnImages& all, const SourceStack& stack,
                                         const StackMeasurements& measurements) {
  const StackLayout& layout = measurements.layout;
  const Volumes& volumes = measurements.volumes;
  std::vector<ContourPhase> phases;
  const auto add = [&](const std::string& name, int phase) {
    if (phase >= 0 && phase < layout.phases()) {
      phases.push_back(contours_of(name, phase, all, stack, layout));
    }
  };
  add("end diastole", volumes.end_diastole);
  if (volumes.end_systole != volumes.end_diastole) add("end systole", volumes.end_systole);
  if (!phases.empty() || volumes.phases.empty()) return phases;
  const auto most = std::ranges::max_element(volumes.phases, {}, &PhaseVolume::slices);
  const int phase = static_cast<int>(most - volumes.phases.begin());
  add(fmt::format("phase {}", phase + 1), phase);
  return phases;
}

}  // namespace

std::vector<ColourImage> report_pages(const DicomResults& what, const DrawnImages& all,
                                      const SourceStack& stack,
                                      const StackMeasurements& measurements) {
  const bool given = !what.cavity && !what.myocardium;
  std::vector<std::string> remarks = refusals_of(measurements);
  for (const auto& some : {stack.remarks, measurements.remarks()}) {
    remarks.insert(remarks.end(), some.begin(), some.end());
  }
  const ReportPage report{
      stack.number,
      (given ? "contours as given" : "contours drawn by " + measurer(what).model) + "; " +
          extent_of(stack, measurements),
      nameless(remarks, names_in(all, stack))};
  std::vector<ColourImage> pages;
  pages.push_back(figures_page(measurements, report));
  ColourImage contours = contours_page(phases_to_show(all, stack, measurements), report, given);
  if (!contours.empty()) pages.push_back(std::move(contours));
  return pages;
}

std::vector<std::string> write_dicom_results(const Path& folder, const DicomResults& what,
                                             const DrawnImages& all, const SourceStack& stack,
                                             const StackMeasurements& measurements) {
  std::vector<std::string> mended;
  std::optional<StackSeg> seg;
  if (what.seg && (what.cavity || what.myocardium)) {
    seg = write_segs(folder, what, all, stack, mended);
  }
  const auto add_mended = [&mended](const DerivedObject& object) {
    for (const auto& one : object.mended) {
      if (std::ranges::find(mended, one) == mended.end()) mended.push_back(one);
    }
  };
  std::vector<SourceFrame> frames;
  for (const std::size_t i : stack.images) frames.push_back(all.images[i].dicom);
  if (what.sc) {
    const auto pages = report_pages(what, all, stack, measurements);
    std::vector<Path> files;
    for (std::size_t i = 1; i <= pages.size(); ++i) {
      files.push_back(folder / fmt::format("sc-{}.dcm", i));
    }
    // Stacks of one series have their pages in one series, too.
    const int first = 1 + kMostPages * (stack.number - 1);
    for (const auto& page : write_secondary_captures(files, pages, frames, measurer(what), first)) {
      add_mended(page);
    }
  }
  if (!what.sr) return mended;
  SrReport report = report_of(measurements, seg);
  report.comments.insert(report.comments.begin(), stack.remarks.begin(), stack.remarks.end());
  report.comments.insert(report.comments.begin(), "of " + extent_of(stack, measurements));
  add_mended(write_sr(folder / "sr.dcm", frames, report, measurer(what)));
  return mended;
}

}  // namespace heartlab
