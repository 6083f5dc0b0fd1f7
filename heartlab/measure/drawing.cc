#include "heartlab/measure/drawing.h"

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"
#include "heartlab/prepare/classes.h"
#include "heartlab/prepare/inputs.h"
#include "heartlab/prepare/pairing.h"

namespace heartlab {
namespace {

// DICOM images; a PNG says nothing of places and times.
Sources read_dicom_sources(std::vector<InputFile> files, const Preparation& preparation,
                           SkippedFiles& skipped) {
  std::erase_if(files, [&](const InputFile& input) {
    if (!is_png_name(input.file)) return false;
    skipped.guard([&] {
      fail(ErrorKind::kUnsupported, "{}: expected DICOM: a PNG states no place and no time",
           input.file.string());
    });
    return true;
  });
  return read_sources(files, preparation, skipped);
}

void take_contours(const std::vector<InputFile>& files, const MeasureOptions& options,
                   SkippedFiles& skipped, DrawnImages& result) {
  auto labels = read_labels(files, {"auto", {}, options.matlab}, skipped);
  std::erase_if(labels, [&](const Label& label) {
    if (!label.is_mask()) return false;
    skipped.guard([&] {
      fail(ErrorKind::kUnsupported, "{}: expected contours, MATLAB or text, found a mask",
           label.input.file.string());
    });
    return true;
  });
  const Pairing pairing = pair_labels(result.images, labels, kEitherContour);
  result.without_image = pairing.unmatched_labels;
  for (const auto& [remark, count] : pairing.remarks) result.remarks[remark] += count;
  const auto outline = [](const Label* label, const Contour LabelledContours::*contour,
                          const SourceImage& image) {
    if (label == nullptr) return Outline();
    return outline_of(fitted_contour(label->contours.*contour, *label, image, 0, 0));
  };
  for (const auto& pair : pairing.pairs) {
    const auto index = static_cast<std::size_t>(pair.image - result.images.data());
    skipped.guard([&] {
      LeftOutlines drawn;
      drawn.endocardium = outline(pair.endocardium, &LabelledContours::endocardium, *pair.image);
      drawn.epicardium = outline(pair.epicardium, &LabelledContours::epicardium, *pair.image);
      if (!drawn.epicardium.empty() && !drawn.endocardium.empty()) {
        check_nested(drawn.endocardium.contour, drawn.epicardium.contour, *pair.endocardium,
                     *pair.image);
      }
      result.drawn[index] = std::move(drawn);
    });
  }
}

// The masks of one network for every image; the network's own preparation makes the 8 bits.
std::vector<Mask> masks_of(Segmenter* segmenter, const char* what,
                           const std::vector<InputFile>& files, const Sources& sources,
                           const Preparation& preparation, SkippedFiles& skipped) {
  std::vector<Mask> masks(sources.images.size());
  if (segmenter == nullptr) return masks;
  const Preparation& own = segmenter->model().preparation;
  const Sources again = own.intensity == preparation.intensity && own.n4 == preparation.n4 &&
                                own.clahe == preparation.clahe
                            ? Sources()
                            : read_dicom_sources(files, own, skipped);
  const auto& images = again.images.empty() ? sources.images : again.images;
  std::map<std::string, Histogram> by_patient;
  if (own.standardise == "patient") {
    for (const auto& image : images) {
      add_to(by_patient[image.patient], segmenter->values_of(image.grey, image.geometry.spacing));
    }
  }
  Progress progress(fmt::format("Drawing the {}", what), images.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    stop_if_interrupted("drawing; nothing was written");
    ImageContext context{images[i].geometry.spacing, {}};
    if (!by_patient.empty()) context.values = by_patient.at(images[i].patient);
    masks[i] = segmenter->segment(images[i].grey, context).mask;
    progress.update(i + 1);
  }
  return masks;
}

const Preparation& preparation_of(const MeasureNetworks& networks, const Preparation& otherwise) {
  if (networks.cavity != nullptr) return networks.cavity->model().preparation;
  if (networks.myocardium != nullptr) return networks.myocardium->model().preparation;
  return otherwise;
}

}  // namespace

std::vector<std::string> oddities_of(const DrawnImages& all,
                                     const std::vector<std::size_t>& images) {
  std::map<std::string, int> counts;
  for (const std::size_t i : images) {
    const LeftOutlines& drawn = all.drawn[i];
    if (drawn.open_ring) ++counts["the myocardium's ring is open or has no cavity in it"];
    if (drawn.pieces_left_out > 0) ++counts["smaller pieces beside the largest one were left out"];
    if (drawn.apart) {
      ++counts
          ["the networks drew cavity and muscle apart from each other; the muscle was left out"];
    }
    if (drawn.contradict) {
      ++counts["the two networks contradict each other about the cavity, which the mass follows"];
    }
  }
  std::vector<std::string> oddities;
  for (const auto& [oddity, count] : counts) {
    oddities.push_back(fmt::format("{} ({} {})", oddity, count, count == 1 ? "image" : "images"));
  }
  return oddities;
}

DrawnImages read_drawn(const MeasureNetworks& networks, const MeasureOptions& options,
                       SkippedFiles& skipped) {
  PrepareOptions paths;
  paths.images = options.inputs;
  paths.labels = options.labels;
  paths.out = options.out;
  const PrepareInputs inputs = list_apart(paths, skipped);
  const Preparation plain;
  const Preparation& preparation = preparation_of(networks, plain);
  Sources sources = read_dicom_sources(inputs.images, preparation, skipped);
  DrawnImages result;
  result.drawn.resize(sources.images.size());
  if (options.labels.empty()) {
    const auto cavity =
        masks_of(networks.cavity, "cavity", inputs.images, sources, preparation, skipped);
    const auto ring =
        masks_of(networks.myocardium, "myocardium", inputs.images, sources, preparation, skipped);
    for (std::size_t i = 0; i < cavity.size(); ++i) {
      result.drawn[i] = outlines_of_masks(cavity[i], ring[i]);
    }
  }
  result.images = std::move(sources.images);
  result.remarks = std::move(sources.remarks);
  if (!options.labels.empty()) take_contours(inputs.labels, options, skipped, result);
  return result;
}

}  // namespace heartlab
