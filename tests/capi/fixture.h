#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heartlab/capi/heartlab.h"
#include "heartlab/image/raster.h"

namespace heartlab::testing {

struct CloseModel {
  void operator()(heartlab_model* model) const { heartlab_close(model); }
};
using Model = std::unique_ptr<heartlab_model, CloseModel>;

// The cavity network that comes with HeartLab, one thread a call.
Model open_cavity();

// Slices of a synthetic heart.
const std::vector<Image>& hearts();

// The image as a caller passes it, its values copied to T.
template <typename T>
struct Passed {
  std::vector<T> pixels;
  heartlab_image image{};

  Passed(const Image& values, heartlab_pixel_type type)
      : pixels(values.pixels.begin(), values.pixels.end()) {
    image.pixels = pixels.data();
    image.type = type;
    image.rows = values.rows;
    image.columns = values.columns;
  }
};

// The mask of an image that must be segmented without an error.
Mask mask_of(const heartlab_model* model, const heartlab_image& image);
Mask mask_of(const heartlab_model* model, const Image& image);

// Fails unless the status is this and the thread's last error holds every one of `words`.
void expect_failure(heartlab_status expected, heartlab_status found,
                    const std::vector<std::string>& words);

}  // namespace heartlab::testing
