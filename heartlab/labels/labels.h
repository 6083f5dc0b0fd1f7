#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heartlab/core/error.h"
#include "heartlab/core/files.h"
#include "heartlab/image/contour.h"

namespace heartlab {

// The contours of one image, in 0-based pixel-centre coordinates, whatever the file used.
struct LabelledContours {
  Path file;                   // where they came from
  std::string patient;         // empty where the file does not say
  int instance_number = -1;    // InstanceNumber (0020,0013) of the image; -1 = unknown
  int slice = -1;              // 0-based (York cells); -1 = unknown
  int phase = -1;              // 0-based (York cells); -1 = unknown
  int slices = 0, phases = 0;  // of the whole cell array (York cells); 0 = unknown
  std::string image_name;     // path or name of the image file as the label states it; may be empty
  int rows = 0, columns = 0;  // of the image the contours were drawn on; 0 = unknown
  Contour endocardium;        // inner contour; empty where absent
  Contour epicardium;         // outer contour; empty where absent
};

// How a MATLAB file names its parts. The defaults are HeartLab's own layout; `variable` empty means
// the first variable that fits one of the two layouts.
struct MatlabLayout {
  std::string variable;               // struct array or cell array with the contours
  std::string endo = "endo";          // field: Mx2, column 1 = x, column 2 = y
  std::string epi = "epi";            // field
  std::string instance = "instance";  // field: InstanceNumber
  std::string image = "image";        // field: path or name of the image
  double origin =
      1;  // coordinates of the first pixel's centre; a variable `origin` in the file wins
};

// MATLAB v4, v5 (plain, compressed) and v7.3: a struct array with one element an image, or a
// York-style cell array {slice, phase} of 65x2 (docs/how-to/labels.md). Images without any contour
// are left out. Errors: not a MATLAB file; no variable that fits (the variables found are listed);
// a field of the wrong shape (named with its index and size), which goes to `bad_element` where
// there is one: then that image alone is left out.
std::vector<LabelledContours> read_matlab_contours(
    const Path& file, const MatlabLayout& layout,
    const std::function<void(const Error&)>& bad_element = {});

// Writes the struct-array layout (v5), 1-based.
void write_matlab_contours(const Path& file, const std::string& patient,
                           const std::vector<LabelledContours>& contours, double row_spacing,
                           double column_spacing);

// `IM-0001-NNNN-{i,o}contour-manual.txt` (also -auto): "x y" a line, 1-based; NNNN is the
// InstanceNumber, the parent folder the patient. Gives one element with either endocardium or
// epicardium set. Errors name file and line.
LabelledContours read_scd_contour(const Path& file);
bool is_scd_contour_name(const Path& file);

// What the values of a class map mean; 0 is always background.
struct MaskClasses {
  std::vector<int> structure;  // empty: the file is no class map but 0 and 255, or 0 and 1
  std::vector<int> others;     // other structures, background to us
};

// A mask PNG: values 0 and 255, or 0 and 1, or 0 and those of `classes` (a class
// map); an Error lists the values found otherwise. Gives 0 and 1.
Mask read_mask_png(const Path& file, const MaskClasses& classes = {});

}  // namespace heartlab
