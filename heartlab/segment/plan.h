#pragma once

#include <map>
#include <string>
#include <vector>

#include "heartlab/segment/inputs.h"

namespace heartlab {

// A file and the stems of the results of its images, one a frame.
struct PlannedInput {
  SegmentInput file;
  std::vector<std::string> stems;
};

// What is done whole or not at all: the files of one study (of DICOM files: StudyInstanceUID), or,
// of files that are no DICOM, those of one folder.
struct StudyUnit {
  std::string name;  // "study 1.2.3", "folder a/b"
  std::vector<PlannedInput> inputs;
  std::map<SeriesKey, Path> series;  // folder and stem of the files of a series, below the output
};

// The whole work, in an order that follows from the inputs alone: units by their first file, in
// each the files in the order of find_inputs(). No two results share a name. Of DICOM files the
// headers are read.
std::vector<StudyUnit> plan_studies(const std::vector<SegmentInput>& inputs);

// SHA-256 of all that a unit's results follow from, beside the model: the names, sizes and times of
// change of its files, and what the results are called.
std::string digest_of(const StudyUnit& unit);

// The units of each of `ranks` processes, as indices: nearly as many files for each, the same
// sharing in every process.
std::vector<std::vector<std::size_t>> share_out(const std::vector<StudyUnit>& units, int ranks);

}  // namespace heartlab
