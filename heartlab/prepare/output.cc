#include "heartlab/prepare/output.h"

#include "heartlab/core/interrupt.h"
#include "heartlab/core/progress.h"
#include "heartlab/image/png.h"

namespace heartlab {
namespace {

GreyImage label_picture(const Raster<std::uint8_t>& classes) {
  GreyImage picture(classes.rows, classes.columns);
  for (std::size_t i = 0; i < classes.pixels.size(); ++i) {
    picture.pixels[i] = classes.pixels[i] == kStructureClass ? 255 : 0;
  }
  return picture;
}

void write_pictures(const Path& folder, const std::vector<PackedSample>& samples) {
  Progress progress("Writing PNG", samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    stop_if_interrupted("writing the data set; nothing was left behind");
    const auto& [sample, image, label] = samples[i];
    const Path images = folder / "png" / "images" / sample.patient;
    const Path labels = folder / "png" / "labels" / sample.patient;
    make_folder(images);
    make_folder(labels);
    write_png(images / (sample.stem + ".png"), image);
    write_png(labels / (sample.stem + ".png"), label_picture(label));
    progress.update(i + 1);
  }
}

}  // namespace

void write_contents(const Path& folder, const DatasetContents& contents) {
  write_packed(folder / "dataset.safetensors", contents.target, contents.preparation,
               contents.samples);
  write_pictures(folder, contents.samples);
  write_png(folder / "contact_sheet.png", make_contact_sheet(contents.samples));
  write_text(folder / "summary.json", contents.summary.dump(2) + "\n");
  write_text(folder / "manifest.json", contents.manifest.dump(2) + "\n");
}

}  // namespace heartlab
