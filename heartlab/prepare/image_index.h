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
  explicit ImageIndex(const std::vector<SourceImage>& images);

  // The images that fit the label; one where the label is clear. Empty: none fits.
  std::vector<const SourceImage*> find(const Label& label) const;

 private:
  using Found = std::vector<const SourceImage*>;

  Found of_patient(const Label& label) const;
  // The longest name of a patient or folder that stands in the name of the label's file.
  std::string name_within(const Label& label) const;
  Found by_path(const Label& label) const;
  Found by_stated_path(const Label& label) const;
  Found by_cell(const Label& label) const;

  Found all_;
  std::map<std::string, Found> by_name_;       // patient and folders
  std::map<std::string, Found> by_full_path_;  // absolute
  std::map<std::string, Found> by_file_name_;
  std::map<std::string, Found> by_path_below_;  // below the input folder, without the ending
  std::set<std::string> patients_;
};

}  // namespace heartlab
