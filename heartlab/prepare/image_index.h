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
  // Whose the image is, where the label itself states another patient; else empty.
  std::string other_patient(const Label& label, const SourceImage& image) const;
  // Neither a name nor a path tells whose the label is.
  bool is_nameless(const Label& label) const;

 private:
  using Found = std::vector<const SourceImage*>;

  using Origins = std::map<std::string, std::set<std::string>>;  // of labels, by their kind

  // All labels that lie in or below folders of one name.
  struct LabelFolder {
    std::set<std::string> patients;  // by names that stand further in
    Origins origins;
    std::set<std::string> ways;  // the folder's paths
  };

  void add(const SourceImage& image);
  void add(const Label& label);
  // By name, else, where all images are of one patient and all labels of one origin, all images.
  Found of_patient(const Label& label) const;
  // The images of the patient that the label states, else of the innermost folder that may name
  // one, else of a name within the file's; empty where the folders name two patients.
  Found of_name(const Label& label) const;
  // By a name within the file's; `patients` are those whose names its folders bear.
  Found of_name_within(const Label& label, const std::set<std::string>& patients) const;
  // Whether the label's folder `level` says that it is of the patient of `images`, whose name it
  // bears.
  bool may_name(const Label& label, std::size_t level, const Found& images) const;
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
  std::map<std::string, LabelFolder> label_folders_;
  std::map<std::string, std::set<std::string>> mask_origins_;  // by path below the input folder
  std::map<std::string, Origins> within_origins_;              // the folders, by name_within()
  std::map<std::string, Origins> stated_origins_;              // by the image path they state
  bool one_origin_ = false;                                    // of all labels
  bool one_patient_ = false;                                   // of all images, and one origin
};

}  // namespace heartlab
