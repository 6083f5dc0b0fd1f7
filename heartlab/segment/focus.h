#pragma once

#include <optional>

#include "heartlab/segment/segmenter.h"

namespace heartlab {

// A square part of a network's square.
struct Window {
  int top = 0, left = 0, side = 0;
};

// The window of this side, within the square, around the middle of what is drawn (class 0 the
// largest); nothing where nothing is drawn, or the window would be the whole.
std::optional<Window> window_around(const Logits& planes, int side);

GreyImage cut_out(const GreyImage& square, const Window& window);
// Puts the planes of a window in their place.
void paste(const Logits& part, const Window& window, Logits& planes);

}  // namespace heartlab
