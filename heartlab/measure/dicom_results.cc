#include "heartlab/measure/dicom_results.h"

#include <fmt/format.h>

#include "heartlab/core/manifest.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/measure/report.h"

namespace heartlab {
namespace {

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

}  // namespace

std::vector<std::string> write_dicom_results(const Path& folder, const DicomResults& what,
                                             const DrawnImages& all, const SourceStack& stack,
                                             const StackMeasurements& measurements) {
  std::vector<std::string> mended;
  std::optional<StackSeg> seg;
  if (what.seg && (what.cavity || what.myocardium)) {
    seg = write_segs(folder, what, all, stack, mended);
  }
  if (!what.sr) return mended;
  std::vector<SourceFrame> frames;
  for (const std::size_t i : stack.images) frames.push_back(all.images[i].dicom);
  SrReport report = report_of(measurements, seg);
  report.comments.insert(report.comments.begin(), stack.remarks.begin(), stack.remarks.end());
  const DerivedObject object = write_sr(folder / "sr.dcm", frames, report, measurer(what));
  for (const auto& one : object.mended) {
    if (std::ranges::find(mended, one) == mended.end()) mended.push_back(one);
  }
  return mended;
}

}  // namespace heartlab
