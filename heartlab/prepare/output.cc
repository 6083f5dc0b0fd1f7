#include "heartlab/prepare/output.h"

#include <mutex>

#include "heartlab/core/interrupt.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/progress.h"
#include "heartlab/core/threads.h"
#include "heartlab/image/png.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWriters = 8;  // they wait for the disk, not for the processor

GreyImage label_picture(const Raster<std::uint8_t>& classes) {
  GreyImage picture(classes.rows, classes.columns);
  for (std::size_t i = 0; i < classes.pixels.size(); ++i) {
    picture.pixels[i] = classes.pixels[i] == kStructureClass ? 255 : 0;
  }
  return picture;
}

void write_pictures(const Path& folder, const std::vector<PackedSample>& samples) {
  Progress progress("Writing PNG", samples.size());
  std::mutex turn;
  std::size_t done = 0;
  parallel_for(samples.size(), kWriters, [&](std::size_t i) {
    stop_if_interrupted("writing the data set; nothing was left behind");
    const auto& [sample, image, label] = samples[i];
    const Path images = folder / "png" / "images" / sample.patient;
    const Path labels = folder / "png" / "labels" / sample.patient;
    make_folder(images);
    make_folder(labels);
    write_png(images / (sample.stem + ".png"), image);
    write_png(labels / (sample.stem + ".png"), label_picture(label));
    const std::lock_guard lock(turn);
    progress.update(++done);
  });
}

}  // namespace

void write_contents(const Path& folder, const DatasetContents& contents) {
  write_packed(folder / "dataset.safetensors", contents.target, contents.preparation,
               contents.samples);
  write_pictures(folder, contents.samples);
  write_png(folder / "contact_sheet.png", make_contact_sheet(contents.samples));
  write_text(folder / "summary.json", json_text(contents.summary));
  write_text(folder / "manifest.json", json_text(contents.manifest));
}

}  // namespace heartlab
