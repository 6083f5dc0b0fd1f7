// hello_heart_cxx MODEL DICOM MASK.png: writes what the model finds on a DICOM image's first frame.

#include <heartlab/core/error.h>
#include <heartlab/dicom/reader.h>
#include <heartlab/image/png.h>
#include <heartlab/learning/open_segmenter.h>

#include <cstdio>

int main(int argc, char** argv) try {
  if (argc != 4) heartlab::fail(heartlab::ErrorKind::kUsage, "expected MODEL DICOM MASK.png");
  const heartlab::Segmenter segmenter = heartlab::open_segmenter(argv[1]);
  const heartlab::DicomFrame frame = heartlab::read_dicom(argv[2]).front();
  const auto grey = segmenter.model().preparation.eight_bits(frame.image, frame.window_centre,
                                                             frame.window_width);
  // A model may be for pixels of a certain size in millimetres: it is told the image's.
  heartlab::Mask mask = segmenter.segment(grey, {frame.geometry.spacing, {}}).mask;
  const auto area = heartlab::count_set(mask);
  for (auto& pixel : mask.pixels) pixel = pixel != 0 ? 255 : 0;
  heartlab::write_png(argv[3], mask);
  fmt::print("{}: {} pixels, {:.0f} mm2, in {}\n", segmenter.model().target, area,
             static_cast<double>(area) * frame.geometry.spacing.row * frame.geometry.spacing.column,
             argv[3]);
} catch (const heartlab::Error& error) {
  fmt::print(stderr, "hello_heart_cxx: {}\n", error.what());
  return heartlab::exit_status(error.kind());
}
