#pragma once

#include "heartlab/core/log.h"
#include "heartlab/learning/open_segmenter.h"

namespace heartlab::cli {

// heartlab::open_segmenter(), which says what of the model is left out.
inline Segmenter open_segmenter(const Path& path, const EngineOptions& options = {}) {
  Segmenter segmenter = heartlab::open_segmenter(path, options);
  if (!segmenter.left_out().empty()) log_warning(segmenter.left_out());
  return segmenter;
}

}  // namespace heartlab::cli
