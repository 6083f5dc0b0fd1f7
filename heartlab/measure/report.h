#pragma once

#include "heartlab/dicom/sr.h"
#include "heartlab/measure/measure.h"

namespace heartlab {

// The SEG of one stack, where one was written: which of its segments is what.
struct StackSeg {
  DerivedObject object;
  int cavity = 0, myocardium = 0;  // Segment Numbers; 0 = not in it
};

// What a report says of a stack: volumes, stroke volume, ejection fraction, rate and output in one
// group, the mass and what of it is enhanced in another, each with its segment where there is one;
// the thickness of each wall segment in a group of its own (LOINC, SNOMED CT, UCUM; segments by
// PS3.16 CID 3717; late enhancement by codes of the scheme 99HEARTLAB). What is not known is left
// out, and why is among the comments with the remarks.
SrReport report_of(const StackMeasurements& measurements, const std::optional<StackSeg>& seg);

}  // namespace heartlab
