#include <fmt/format.h>

#include "cli/command.h"
#include "heartlab/phantom/cohort.h"

namespace heartlab::cli {

void add_phantom(CLI::App& app) {
  add_command<PhantomOptions>(
      app, "phantom",
      "Write a cohort of synthetic hearts with known truth, as DICOM and MATLAB contours",
      "--patients 12 --seed 7 --out cohort", [](PhantomOptions& options) {
        const auto truth = write_phantom(options);
        std::size_t images = 0;
        for (const auto& patient : truth.at("patients")) {
          images += patient.at("images").size();
          fmt::print("{}  {:<12}  EDV {:5.1f} ml  ESV {:5.1f} ml  EF {:2.0f} %{}\n",
                     patient.at("patient").get<std::string>(),
                     patient.at("kind").get<std::string>(),
                     patient.at("end_diastolic_volume_ml").get<double>(),
                     patient.at("end_systolic_volume_ml").get<double>(),
                     100 * patient.at("ejection_fraction").get<double>(),
                     patient.at("dark").get<bool>() ? "  dark" : "");
        }
        fmt::print("{} patients, {} images in {}\n", options.patients, images,
                   options.out.string());
      });
}

}  // namespace heartlab::cli
