#pragma once

#include "heartlab/core/random.h"
#include "heartlab/phantom/canvas.h"
#include "heartlab/phantom/heart.h"

namespace heartlab {

// What surrounds the heart in one patient. Millimetres and radians in the heart's frame; signals
// with blood = 1.
struct ThoraxParameters {
  double chest_angle = 3.4;  // from the heart to the front of the chest
  double chest_gap = 8;      // from the right ventricle to the chest wall's inside
  double front_fat = 15;     // under the skin
  double back_fat = 15;
  double muscle = 14;        // thickness of muscles and ribs
  double half_depth = 115;   // of the body, front to back
  double half_length = 210;  // of the body, across
  double length_shift = 0;   // of the body's centre along its length
  double ripple_angle = 0;   // where the layers of the wall undulate
  double diaphragm_gap = 6;  // below the left ventricle at the base
  double diaphragm_radius = 160;
  double liver_signal = 0.33;
  double stomach_signal = 0.6;  // of what it holds
  double pericardial_fat = 4;   // thickness over the right ventricle
};

ThoraxParameters draw_thorax(const HeartParameters& heart, Generator& generator);

// Paints everything around the heart at that depth; `generator` places ribs, vessels and bowel.
void paint_thorax(Canvas& canvas, const ThoraxParameters& thorax, const HeartParameters& heart,
                  double depth, Generator& generator);

}  // namespace heartlab
