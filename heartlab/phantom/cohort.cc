#include "heartlab/phantom/cohort.h"

#include <fmt/format.h>

#include <set>

#include "heartlab/core/error.h"
#include "heartlab/core/interrupt.h"
#include "heartlab/core/manifest.h"
#include "heartlab/core/threads.h"
#include "heartlab/dicom/writer.h"
#include "heartlab/labels/labels.h"

namespace heartlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSmallestField = 200;  // millimetres: a dilated heart, moved and turned, fits

std::set<int> dark_patients(const PhantomOptions& options) {
  const int wanted = options.dark < 0 ? options.patients / 8 : options.dark;
  if (wanted > options.patients) {
    fail(ErrorKind::kUsage, "--dark: expected at most the {} patients of the cohort, found {}",
         options.patients, wanted);
  }
  std::vector<int> order;
  for (int i = 0; i < options.patients; ++i) order.push_back(i);
  Generator(options.seed).shuffle(order);
  return {order.begin(), order.begin() + wanted};
}

MrImage describe(const PhantomPatient& patient, const PhantomOptions& options, int slice,
                 int phase) {
  const auto uid = [&](const std::string& what) {
    return make_uid(options.seed, patient.id + "/" + what);
  };
  MrImage mr;
  mr.patient_id = patient.id;
  mr.study_uid = uid("study");
  mr.series_uid = uid("series");
  mr.frame_of_reference_uid = uid("frame of reference");
  mr.instance_number = patient.instance(slice, phase);
  mr.sop_instance_uid = uid(fmt::format("image {}", mr.instance_number));
  mr.series_description =
      options.scar > 0 ? "short-axis late enhancement, synthetic" : "short-axis cine, synthetic";
  mr.trigger_time = patient.trigger_time(phase);
  mr.repetition_interval = 60000 / patient.heart.heart_rate;
  mr.spacing_between_slices = patient.slice_spacing;
  mr.geometry = patient.geometry(slice);
  mr.is_signed = options.signed_pixels;
  mr.window_centre = 0.6 * patient.acquisition.blood_level;
  mr.window_width = 1.2 * patient.acquisition.blood_level;
  return mr;
}

void write_slice(const PhantomPatient& patient, const PhantomOptions& options, int slice,
                 const Path& folder) {
  stop_if_interrupted("the cohort was not written");
  std::vector<Image> images = patient.render(slice);
  for (int phase = 0; phase < patient.phases; ++phase) {
    MrImage mr = describe(patient, options, slice, phase);
    mr.image = std::move(images[static_cast<std::size_t>(phase)]);
    write_dicom(folder / fmt::format("{:04}.dcm", mr.instance_number), mr);
  }
}

std::vector<LabelledContours> labels_of(const PhantomPatient& patient) {
  std::vector<LabelledContours> labels;
  for (int slice = 0; slice < patient.slices; ++slice) {
    for (int phase = 0; phase < patient.phases; ++phase) {
      const LeftVentricle ventricle = patient.ventricle(slice, phase);
      LabelledContours label;
      label.patient = patient.id;
      label.instance_number = patient.instance(slice, phase);
      label.image_name = fmt::format("../dicom/{}/{:04}.dcm", patient.id, label.instance_number);
      label.rows = label.columns = patient.size;
      label.endocardium = patient.to_pixels(ventricle.endocardium);
      label.epicardium = patient.to_pixels(ventricle.epicardium);
      labels.push_back(std::move(label));
    }
  }
  return labels;
}

Json truth_of(const std::vector<PhantomPatient>& cohort) {
  Json patients = Json::array();
  Json dark = Json::array();
  for (const auto& patient : cohort) {
    patients.push_back(truth_of(patient));
    if (patient.dark) dark.push_back(patient.id);
  }
  return {{"volumes", "sum over the slices of area times slice_spacing_mm"},
          {"dark_patients", dark},
          {"patients", patients}};
}

Json manifest_of(const PhantomOptions& options) {
  Json manifest = make_manifest("phantom");
  PhantomOptions copy = options;
  manifest["options"] = copy.table().to_json();
  manifest["options"].erase("out");
  if (options.scar == 0) manifest["options"].erase("scar");
  return manifest;
}

}  // namespace

OptionTable PhantomOptions::table() {
  OptionTable table;
  table.add("patients", patients, "Patients in the cohort").range(1, 999);
  table.add("slices", slices, "Slices a patient, from base to apex").range(1, 30);
  table
      .add("phases", phases,
           "Phases of the heartbeat; 2 = end diastole and end systole, more = the whole beat")
      .range(2, 40);
  table.add("size", size, "Rows and columns of a picture").range(32, 1024);
  table.add("pixel_spacing", pixel_spacing, "Millimetres a pixel; patients vary by 8 % around it")
      .range(0.3, 10);
  table
      .add("noise", noise,
           "Standard deviation of the noise as a share of the blood's signal; patients vary")
      .range(0, 0.5);
  table.add("dark", dark, "Patients with dark pictures; -1 = one in eight").range(-1, 999);
  table.add("signed_pixels", signed_pixels, "Store signed pixels, as some scanners do");
  table
      .add("scar", scar,
           "Share of the muscle at end diastole that is scar, in pictures of late enhancement; 0 = "
           "cine pictures without scar")
      .range(0, 0.5);
  table.add("seed", seed, "The same seed gives the same files");
  table.add("out", out, "Folder to write").required();
  return table;
}

std::vector<PhantomPatient> draw_cohort(const PhantomOptions& options) {
  const double field = options.size * options.pixel_spacing;
  if (field < kSmallestField) {
    fail(ErrorKind::kUsage,
         "--size {} x --pixel-spacing {}: expected a field of view of at least {} mm to hold a "
         "heart, found {:.0f} mm",
         options.size, options.pixel_spacing, kSmallestField, field);
  }
  const std::set<int> dark = dark_patients(options);
  std::vector<PhantomPatient> cohort;
  for (int i = 0; i < options.patients; ++i) {
    cohort.push_back(draw_patient(options, i, dark.contains(i)));
  }
  return cohort;
}

Json write_phantom(const PhantomOptions& options) {
  const std::vector<PhantomPatient> cohort = draw_cohort(options);
  Json truth = truth_of(cohort);
  write_folder(options.out, "truth.json", [&](const Path& folder) {
    for (const auto& patient : cohort) make_folder(folder / "dicom" / patient.id);
    make_folder(folder / "matlab");
    const auto slices = static_cast<std::size_t>(options.slices);
    parallel_for(cohort.size() * slices, available_cores(), [&](std::size_t i) {
      const auto& patient = cohort[i / slices];
      write_slice(patient, options, static_cast<int>(i % slices), folder / "dicom" / patient.id);
    });
    for (const auto& patient : cohort) {
      write_matlab_contours(folder / "matlab" / (patient.id + ".mat"), patient.id,
                            labels_of(patient), patient.pose.spacing, patient.pose.spacing);
    }
    write_text(folder / "truth.json", truth.dump(1) + "\n");
    write_text(folder / "manifest.json", manifest_of(options).dump(1) + "\n");
  });
  return truth;
}

}  // namespace heartlab
