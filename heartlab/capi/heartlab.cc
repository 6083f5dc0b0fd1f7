#include "heartlab/capi/heartlab.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "heartlab/capi/caller_image.h"
#include "heartlab/core/error.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/options.h"
#include "heartlab/learning/open_segmenter.h"
#include "heartlab/segment/engine_options.h"

struct heartlab_model {
  heartlab::Segmenter segmenter;
  std::string engine;
};

namespace {

using heartlab::EngineOptions;
using heartlab::ErrorKind;
using heartlab::fail;
using heartlab::OptionTable;

// A message that is too long is cut: writing it needs no memory, of which there may be none.
thread_local char last_error[1024] = "";

heartlab_status failed(heartlab_status status, const char* message) {
  std::strncpy(last_error, message, sizeof last_error - 1);
  return status;
}

// Calls `work`; no exception leaves the library.
template <typename Work>
heartlab_status guarded(const Work& work) noexcept {
  try {
    work();
    return HEARTLAB_OK;
  } catch (const heartlab::Error& error) {
    return failed(static_cast<heartlab_status>(exit_status(error.kind())), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return failed(static_cast<heartlab_status>(exit_status(heartlab::kind_of(error.code()))),
                  error.what());
  } catch (const std::bad_alloc&) {
    return failed(HEARTLAB_INTERNAL, "out of memory");
  } catch (const std::exception& error) {
    return failed(HEARTLAB_INTERNAL, error.what());
  } catch (...) {
    return failed(HEARTLAB_INTERNAL, "an exception of unknown type");
  }
}

void require(const void* pointer, const char* what) {
  if (pointer == nullptr) fail(ErrorKind::kUsage, "{}: expected an address, found NULL", what);
}

EngineOptions engine_options(const heartlab_options& given) {
  if (given.size < sizeof(heartlab_options)) {
    fail(ErrorKind::kUsage, "options: size: expected {} (HEARTLAB_OPTIONS sets it), found {}",
         sizeof(heartlab_options), given.size);
  }
  EngineOptions options;
  OptionTable table;
  add_engine_options(table, options);  // the program's own names, choices and ranges
  const auto set = [&table](const char* key, const std::string& text) {
    table.set(key, text, "options");
  };
  if (given.engine != nullptr) set("engine", given.engine);
  if (given.device != nullptr) set("device", given.device);
  if (given.precision != nullptr) set("precision", given.precision);
  set("threads", std::to_string(given.threads));
  set("views", std::to_string(given.views));
  options.clean_up.largest = given.largest != 0;
  return options;
}

}  // namespace

const char* heartlab_version() { return heartlab::version(); }

const char* heartlab_last_error() { return last_error; }

heartlab_status heartlab_open(const char* path, const heartlab_options* options,
                              heartlab_model** model) {
  if (model != nullptr) *model = nullptr;
  return guarded([&] {
    require(path, "path");
    require(model, "model");
    const EngineOptions engine = options == nullptr ? EngineOptions{} : engine_options(*options);
    heartlab::Segmenter segmenter = heartlab::open_segmenter(path, engine);
    std::string description = segmenter.engine_description();
    *model = new heartlab_model{std::move(segmenter), std::move(description)};
  });
}

void heartlab_close(heartlab_model* model) { delete model; }

const char* heartlab_structure(const heartlab_model* model) {
  return model == nullptr ? nullptr : model->segmenter.model().target.c_str();
}

const char* heartlab_engine(const heartlab_model* model) {
  return model == nullptr ? nullptr : model->engine.c_str();
}

heartlab_status heartlab_segment(const heartlab_model* model, const heartlab_image* image,
                                 uint8_t* mask, float* probability) {
  return guarded([&] {
    require(model, "model");
    require(image, "image");
    if (mask == nullptr) require(probability, "mask and probability");
    const heartlab::Image values = heartlab::read_image(*image);
    const auto& preparation = model->segmenter.model().preparation;
    const heartlab::Segmentation result = model->segmenter.segment(
        preparation.eight_bits(values, image->window_centre, image->window_width),
        {{image->row_spacing, image->column_spacing}, {}});
    if (mask != nullptr) std::ranges::copy(result.mask.pixels, mask);
    if (probability != nullptr) std::ranges::copy(result.probability.pixels, probability);
  });
}
