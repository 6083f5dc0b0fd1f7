#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heartlab/core/files.h"

namespace heartlab {

// The node's folder on the disk; nobody but the service's user reads it.
//
//   incoming/PID.part        an object that is being received
//   series/SERIES/OBJECT.dcm the images of a series: the record of what has been received
//   work/                    a series that is being processed
//   results/SERIES/VERSION/  what processing gave, moved here whole
//   asked/                   what a person asked the node to do
//   trash/                   on its way out
//   journal.jsonl, salt, *.lock
class Spool {
 public:
  // Makes what is absent. Files of this process are the owner's alone from here on (umask 077).
  explicit Spool(Path root);

  // 16 hexadecimal digits that stand for a UID in names and logs: without the spool's salt, nobody
  // can tell which UID it was.
  std::string tag(const std::string& uid) const;

  // Puts a received file, already synced, into its series; on the disk when this returns. Where one
  // was there already, that one is kept.
  enum class Placed {
    kFresh,
    kAgain,  // the same object was there
    kOther,  // another one (is_same_object) was there under its name
  };
  Placed place(const Path& part, const std::string& series, const std::string& object) const;

  std::vector<std::string> series() const;
  // The images of a series, sorted; empty where there is no such series.
  std::vector<std::string> images(const std::string& series) const;
  // Names a set of images.
  static std::string version_of(const std::vector<std::string>& images);

  // A digest of what the images hold, and of what is to be done with them.
  std::string content_of(const std::string& series, const std::vector<std::string>& images,
                         const std::string& processing) const;

  // Links the images into the folder `to`, which is made: later ones do not appear there.
  void link_images(const std::string& series, const std::vector<std::string>& images,
                   const Path& to) const;
  // Moves what processing wrote to its place in results/, synced. Gives the names.
  std::vector<std::string> keep_results(const Path& out, const std::string& series,
                                        const std::string& version) const;
  Path results(const std::string& series, const std::string& version) const;
  // The results of a version that were moved to their place; empty where there are none.
  std::vector<std::string> result_names(const std::string& series,
                                        const std::string& version) const;

  // Deletes a series and its results, unless its images are no longer those of `version`: then
  // nothing is touched and the answer is false. What is not there is deleted already.
  bool remove(const std::string& series, const std::string& version) const;
  // Empties work/, trash/ and incoming/ of what an earlier run left.
  void clear_leftovers() const;

  std::uint64_t bytes_used() const;
  std::uint64_t bytes_free() const;

  Path root() const { return root_; }
  Path incoming() const { return root_ / "incoming"; }
  Path work() const { return root_ / "work"; }
  Path asked() const { return root_ / "asked"; }
  Path journal() const { return root_ / "journal.jsonl"; }
  Path node_lock() const { return root_ / "node.lock"; }

 private:
  Path series_folder(const std::string& series) const { return root_ / "series" / series; }
  Path placing_lock() const { return root_ / "placing.lock"; }

  Path root_;
  std::string salt_;
};

}  // namespace heartlab
