#include "heartlab/prepare/builder.h"
#include "heartlab/prepare/label_files.h"
#include "heartlab/prepare/preparation.h"

namespace heartlab {

OptionTable PrepareOptions::table() {
  OptionTable options;
  options.add("images", images, "Folders or files with the images, DICOM or PNG").required();
  options.add("labels", labels, "Folders or files with the labels").required();
  options.add("partial_labels", partial_labels,
              "Folders or files with labels of the endocardium alone, for images of the training "
              "side without a label of the myocardium");
  options
      .add("label_format", label_format,
           "What the label files are: MATLAB, text contours (scd), PNG masks; auto goes by their "
           "names")
      .one_of({"auto", "matlab", "scd", "png"});
  options
      .add("target", target,
           "The structure to find: the area between both contours, or inside the inner one")
      .one_of({"myocardium", "cavity"});
  options.add("size", size, "Side of the square that every image becomes, pixels")
      .range(16, kLargestSquare);
  options
      .add("spacing", spacing,
           "Show every image at these millimetres a pixel, 0.01 or more, around its middle; 0 = "
           "each "
           "as a whole")
      .range(0, kCoarsestSpacing);
  options.add("split", split, "Shares of train, validation and test, by patient; their sum is 1")
      .range(0, 1);
  options.add("validation_patients", validation_patients,
              "Exactly these patients are the validation side");
  options.add("test_patients", test_patients, "Exactly these patients are the test side");
  options.add("seed", seed, "Seed of the split");
  options
      .add("label_offset", label_offset,
           "DX,DY: labels are moved by these whole pixels, right and down")
      .range(-512, 512);
  options
      .add("partial_label_offset", partial_label_offset, "DX,DY: the same for the partial labels")
      .range(-512, 512);
  options
      .add("partial_wall", partial_wall,
           "How thick the myocardium is at least around a partial label's endocardium, mm: so far "
           "it is taken as drawn")
      .range(0, 100);
  options
      .add(
          "partial_margin", partial_margin,
          "How far from a partial label's endocardium the myocardium may reach, mm: up to there "
          "nothing is judged, beyond is background; an image without a known spacing counts as 300 "
          "mm wide")
      .range(0, 1000);
  options
      .add("standardise", standardise,
           "What a network is given: the grey value less the data set's mean; the image, or all "
           "images of its patient, at zero mean and unit variance; grey values on Nyul's standard "
           "scale, learned from the training side")
      .one_of({"dataset", "image", "patient", "nyul"});
  options.add("window", window,
              "Images become 8 bits by their DICOM window, not by their minimum and maximum");
  options.add("robust", robust,
              "Images become 8 bits by their percentiles 0.5 and 99.5, not by minimum and maximum");
  options.add("n4", n4,
              "Take the bias field off first (N4; in builds with ITK, about a second an image)");
  options
      .add("clahe", clahe,
           "Clip limit of contrast limited adaptive histogram equalisation, as 2; 0 = none")
      .range(0, 256);
  options.add("strict", strict, "The first bad file ends the work; otherwise it is skipped");
  options
      .add("structure_values", structure_values,
           "The values of PNG masks that mean the structure, where they are class maps")
      .range(0, 255);
  options
      .add("other_values", other_values,
           "The values of such a class map that mean other structures, background here")
      .range(0, 255);
  add_matlab_options(options, matlab);
  options.add("out", out, "Folder of the data set; an earlier data set there is replaced")
      .required();
  return options;
}

}  // namespace heartlab
