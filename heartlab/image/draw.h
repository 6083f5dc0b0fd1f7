#pragma once

#include <string>
#include <vector>

#include "heartlab/image/contour.h"
#include "heartlab/image/raster.h"
#include "heartlab/image/text.h"

namespace heartlab {

// Project colours: truth is green, prediction is orange, on every picture HeartLab makes.
inline constexpr Colour kTruthColour{46, 204, 113};
inline constexpr Colour kPredictionColour{255, 140, 0};

// Colours of every chart and report beside them.
inline constexpr Colour kInk{31, 41, 55};
inline constexpr Colour kPaper{255, 255, 255};
inline constexpr Colour kFaintInk{107, 114, 128};
inline constexpr Colour kGrid{229, 231, 235};
inline constexpr Colour kAccent{29, 78, 137};
inline constexpr Colour kWarning{190, 38, 51};

ColourImage to_colour(const GreyImage& image);

// The picture enlarged by a whole factor, bilinear, so that contours drawn on it are fine.
GreyImage enlarge(const GreyImage& image, int factor);

// For the eye: the greys stretched so that 1 % of the pixels are black and 1 % white.
GreyImage stretch(const GreyImage& image);

// Each point drawn towards the middle of its neighbours, so that a traced mask shows as a line and
// not as stairs.
Contour unstepped(const Contour& contour);

// The image, stretched and enlarged to at least 512 pixels a side (a narrow one less, so that no
// side grows beyond 4096) with the outlines of the masks on it, the prediction's finer line over
// the truth's (either may be empty).
ColourImage overlay(const GreyImage& image, const Mask& truth, const Mask& prediction);

// Letters, digits and the rest of ASCII, capitals 7 pixels high, at (row, column) of the top left
// corner; other characters show as a box. `scale` enlarges by a whole factor.
void draw_text(ColourImage& picture, int row, int column, const std::string& text, Colour colour,
               int scale = 1);

// The picture laid on the sheet, its top left corner at (row, column); it must fit there.
void paste(ColourImage& sheet, const ColourImage& picture, int row, int column);

// Pictures side by side in rows of `per_row`, each with its caption below (wrapped to the
// widest picture), on a dark ground.
ColourImage contact_sheet(const std::vector<ColourImage>& pictures,
                          const std::vector<std::string>& captions, int per_row);

}  // namespace heartlab
