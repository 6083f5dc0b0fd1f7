#include "heartlab/core/error.h"
#include "heartlab/measure/study.h"
#include "heartlab/model/model_file.h"
#include "heartlab/prepare/label_files.h"
#include "heartlab/segment/engine_options.h"

namespace heartlab {

EngineOptions MeasureOptions::engine_of(const std::string& structure) const {
  EngineOptions own = engine;
  if (!cavity_model.empty() && !myocardium_model.empty()) {
    own.clean_up.ring = engine.clean_up.ring && structure == "myocardium";
  }
  own.with.clear();
  for (const auto& file : engine.with) {
    const std::string target = ModelFile(file).description().target;
    const Path& first = target == "cavity" ? cavity_model : myocardium_model;
    if (first.empty()) {
      fail(ErrorKind::kUsage,
           "--with: {} draws the {}, of which there is no model to average it with", file.string(),
           target);
    }
    if (target == structure) own.with.push_back(file);
  }
  return own;
}

OptionTable MeasureOptions::table() {
  OptionTable table;
  table.add("input", inputs, "DICOM files, or folders of them").required().positional();
  table.add("out", out, "Folder of the results; earlier results there are replaced").required();
  table.add("labels", labels, "Contours that were drawn: MATLAB or text files, or folders of them");
  table.add("cavity_model", cavity_model, "Model file of a network that draws the cavity");
  table.add("myocardium_model", myocardium_model,
            "Model file of a network that draws the myocardium");
  table
      .add("end_diastole", end_diastole,
           "The phase of end diastole, counted from 1; 0 = the largest cavity")
      .range(0, 1000);
  table
      .add("end_systole", end_systole,
           "The phase of end systole, counted from 1; 0 = the smallest cavity")
      .range(0, 1000);
  table.add("fill_gaps", fill_gaps,
            "Bridge slices that are missing, or not drawn, between drawn ones");
  table.add("heart_rate", heart_rate, "Beats a minute; 0 = what the images state").range(0, 400);
  table.add("rv_insertion", rv_insertion,
            "Anterior insertion of the right ventricle: X,Y in pixels of every slice, from 0, or "
            "X,Y,Z in millimetres of the patient (LPS); without it there are no segments");
  table.add("rv_insertions", rv_insertions,
            "The same from a file with a line `slice,x,y` (slice from 1, pixels from 0) a slice");
  table
      .add("base", base,
           "Which slice along the normal is at the base; auto is the end with larger cavities")
      .one_of({"auto", "first", "last"});
  table.add("late_enhancement", late_enhancement,
            "The images show late enhancement: measure its share of the muscle");
  table
      .add("deviations", deviations,
           "Late enhancement: standard deviations above the remote muscle's mean")
      .range(1, 20);
  table.add("remote", remote,
            "Late enhancement: the remote muscle: a segment's number, degrees like 200-260 around "
            "the cavity (0 = right, 90 = down), or auto, the 60 degrees with the lowest mean");
  table
      .add("write", write,
           "Beside the tables: png = pictures, sr = a DICOM report, seg = a DICOM SEG of what "
           "networks drew, sc = the pages a person reads as DICOM pictures")
      .one_of({"png", "sr", "seg", "sc"});
  table.add("strict", strict, "The first bad file ends the work; otherwise it is skipped");
  add_matlab_options(table, matlab);
  add_engine_options(table, engine);
  return table;
}

}  // namespace heartlab
