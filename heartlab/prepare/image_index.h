#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "heartlab/prepare/label_files.h"
#include "heartlab/prepare/sources.h"

namespace heartlab {

// Finds images by what labels say about them. `images` must outlive it.
class ImageIndex {
 public:
  ImageIndex(const std::vector<SourceImage>& images, const std::vector<Label>& labels);

  // The images that fit the label; one where the label is clear. Empty: none fits.
  std::vector<const SourceImage*> find(const Label& label) const;

 private:
  using Found = std::vector<const SourceImage*>;

  // By name, else, where images and labels are of one patient each, all images.
  Found of_patient(const Label& label) const;
  // The images of the first name by which the label or its folders go.
  Found of_name(const Label& label) const;
  // The longest name of a patient or folder that stands in the name of the label's file.
  std::string name_within(const Label& label) const;
  Found by_path(const Label& label) const;
  Found by_stated_path(const Label& label) const;
  Found by_cell(const Label& label) const;

  Found all_;
  std::map<std::string, Found> by_name_;       // patient, and folders that hold one patient alone
  std::map<std::string, Found> by_full_path_;  // absolute
  std::map<std::string, Found> by_file_name_;
  std::map<std::string, Found> by_path_below_;  // below the input folder, without the ending
  std::map<std::string, std::set<std::string>> label_folders_;  // whose labels lie below them
  bool one_patient_ = false;                                    // all images, and all labels
};

}  // namespace heartlab
