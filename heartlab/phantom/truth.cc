#include <fmt/format.h>

#include "heartlab/phantom/patient.h"

namespace heartlab {
namespace {

nlohmann::ordered_json parameters_of(const PhantomPatient& patient) {
  const auto& heart = patient.heart;
  const auto& thorax = patient.thorax;
  const auto& acquisition = patient.acquisition;
  return {{"long_axis_mm", heart.long_axis},
          {"cavity_radius_mm", heart.cavity_radius},
          {"wall_thickness_mm", heart.wall_thickness},
          {"septal_excess", heart.septal_excess},
          {"aimed_ejection_fraction", heart.ejection_fraction},
          {"heart_rate_per_minute", heart.heart_rate},
          {"septum_angle_rad", heart.septum_angle},
          {"right_radius_mm", heart.right_radius},
          {"cavity_harmonics", heart.cavity_harmonics},
          {"harmonic_angles_rad", heart.harmonic_angles},
          {"apex_shift_mm", {heart.apex_shift.x, heart.apex_shift.y}},
          {"rotation_rad", patient.pose.rotation},
          {"origin_pixels", {patient.pose.origin.x, patient.pose.origin.y}},
          {"chest_angle_rad", thorax.chest_angle},
          {"front_fat_mm", thorax.front_fat},
          {"back_fat_mm", thorax.back_fat},
          {"pericardial_fat_mm", thorax.pericardial_fat},
          {"myocardium_signal", patient.contrast.myocardium},
          {"right_blood_signal", patient.contrast.right_blood},
          {"blood_level", acquisition.blood_level},
          {"noise", acquisition.noise},
          {"coil_gain", acquisition.coil_gain},
          {"coil_reach_mm", acquisition.coil_reach},
          {"bias_slope", acquisition.slope},
          {"field_of_view", name_of(acquisition.field_of_view)},
          {"field_radius", acquisition.field_radius}};
}

struct Volumes {
  double cavity = 0, myocardium = 0;  // millilitres
};

// Simpson's rule as cardiologists use it: the sum of areas times the distance between slices.
Volumes volumes_at(const PhantomPatient& patient, int phase) {
  Volumes volumes;
  for (int slice = 0; slice < patient.slices; ++slice) {
    const LeftVentricle ventricle = patient.ventricle(slice, phase);
    const double cavity = ventricle.endocardium.area();
    volumes.cavity += cavity * patient.slice_spacing / 1000;
    volumes.myocardium += (ventricle.epicardium.area() - cavity) * patient.slice_spacing / 1000;
  }
  return volumes;
}

// The scar's share of the muscle at end diastole, over all slices.
nlohmann::ordered_json scar_truth(const PhantomPatient& patient) {
  double scar = 0, muscle = 0;
  for (int slice = 0; slice < patient.slices; ++slice) {
    const LeftVentricle ventricle = patient.ventricle(slice, 0);
    scar += scar_area(ventricle, *patient.scar);
    muscle += ventricle.epicardium.area() - ventricle.endocardium.area();
  }
  return {{"share_of_myocardium", scar / muscle},
          {"volume_ml", scar * patient.slice_spacing / 1000},
          {"transmural_extent", patient.scar->transmural},
          {"angle_rad", patient.scar->angle},
          {"half_width_rad", patient.scar->half_width}};
}

nlohmann::ordered_json image_truth(const PhantomPatient& patient, int slice, int phase) {
  const LeftVentricle ventricle = patient.ventricle(slice, phase);
  const double cavity = ventricle.endocardium.area();
  const double whole = ventricle.epicardium.area();
  const int instance = patient.instance(slice, phase);
  return {{"file", fmt::format("dicom/{}/{:04}.dcm", patient.id, instance)},
          {"instance", instance},
          {"slice", slice},
          {"phase", phase},
          {"phase_name", patient.phase_name(phase)},
          {"trigger_time_ms", patient.trigger_time(phase)},
          {"cavity_area_mm2", cavity},
          {"epicardial_area_mm2", whole},
          {"myocardial_area_mm2", whole - cavity}};
}

}  // namespace

nlohmann::ordered_json truth_of(const PhantomPatient& patient) {
  const Volumes diastole = volumes_at(patient, 0);
  const Volumes systole = volumes_at(patient, patient.end_systole());
  nlohmann::ordered_json images = nlohmann::ordered_json::array();
  for (int slice = 0; slice < patient.slices; ++slice) {
    for (int phase = 0; phase < patient.phases; ++phase) {
      images.push_back(image_truth(patient, slice, phase));
    }
  }
  nlohmann::ordered_json truth{{"patient", patient.id},
                               {"kind", name_of(patient.heart.kind)},
                               {"dark", patient.dark},
                               {"pixel_spacing_mm", {patient.pose.spacing, patient.pose.spacing}},
                               {"slice_spacing_mm", patient.slice_spacing},
                               {"slice_thickness_mm", patient.slice_thickness},
                               {"end_diastolic_volume_ml", diastole.cavity},
                               {"end_systolic_volume_ml", systole.cavity},
                               {"ejection_fraction", 1 - systole.cavity / diastole.cavity},
                               {"myocardial_volume_ml", diastole.myocardium},
                               {"parameters", parameters_of(patient)}};
  if (patient.scar) truth["scar"] = scar_truth(patient);
  truth["images"] = images;
  return truth;
}

}  // namespace heartlab
