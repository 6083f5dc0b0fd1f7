#include "heartlab/node/process_series.h"

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/dicom/seg.h"
#include "heartlab/segment/inputs.h"

namespace heartlab {
namespace {

// What one network drew, one patch an image, and the images.
struct Drawing {
  std::vector<SourceFrame> frames;
  std::vector<Patch> masks;
};

Drawing draw(Segmenter& segmenter, const std::vector<Path>& files) {
  Drawing drawing;
  for (const auto& file : files) {
    stop_if_interrupted("processing; nothing was written");
    for (const auto& image : read_input(file, segmenter.model().preparation)) {
      if (!image.source) fail(ErrorKind::kBadInput, "{}: expected DICOM", file.string());
      drawing.frames.push_back(*image.source);
      drawing.masks.emplace_back(segmenter.segment(image.grey).mask);
    }
  }
  return drawing;
}

}  // namespace

void process_series(const std::vector<SeriesNetwork>& networks, const Path& images,
                    const Path& out) {
  const auto files = list_files(images);
  std::vector<Drawing> drawings;
  for (const auto& network : networks) drawings.push_back(draw(*network.segmenter, files));
  int number = 0;
  for (const auto& members : group_by_series(drawings.front().frames)) {
    std::vector<SourceFrame> series;
    for (const std::size_t i : members) series.push_back(drawings.front().frames[i]);
    std::vector<DrawnStructure> structures;
    for (std::size_t k = 0; k < networks.size(); ++k) {
      DrawnStructure structure{networks[k].segmenter->model().target, networks[k].algorithm, {}};
      for (const std::size_t i : members) structure.frames.push_back(drawings[k].masks[i]);
      structures.push_back(std::move(structure));
    }
    write_seg(out / fmt::format("seg-{}.dcm", ++number), series, structures, SegKind::kBinary);
  }
}

}  // namespace heartlab
