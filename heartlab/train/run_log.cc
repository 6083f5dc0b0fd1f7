#include "heartlab/train/run_log.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "heartlab/core/error.h"

namespace heartlab {
namespace {

constexpr const char* kLogHeader = "iteration,phase,loss,rate,images_per_second\n";
constexpr const char* kValidationHeader =
    "iteration,pixel_accuracy,mean_accuracy,mean_iou,mean_dice,iou_structure,dice_structure,"
    "dice_image_mean,missed,images\n";

// The header, and of an earlier file the lines up to `last_iteration`.
Path start_file(const Path& file, const std::string& header, int last_iteration) {
  std::string kept = header;
  if (last_iteration > 0 && std::filesystem::exists(file)) {
    std::istringstream lines(read_text(file));
    std::string line;
    std::getline(lines, line);
    const auto fields = std::ranges::count(header, ',');
    while (std::getline(lines, line)) {
      const bool whole = !lines.eof() && std::ranges::count(line, ',') == fields;
      if (whole && std::atoi(line.c_str()) <= last_iteration) kept += line + "\n";
    }
  }
  write_text(file, kept);
  return file;
}

}  // namespace

RunLog::RunLog(const Path& run, int last_iteration, int last_validation)
    : log_(start_file(run / "log.csv", kLogHeader, last_iteration)),
      validation_(start_file(run / "validation.csv", kValidationHeader, last_validation)),
      events_(run, last_iteration, last_validation) {}

void RunLog::add_step(int iteration, const SchedulePoint& point, double loss,
                      double images_per_second) {
  log_.append(fmt::format("{},{},{:.6g},{:.6g},{:.2f}\n", iteration, point.phase + 1, loss,
                          point.rate, images_per_second));
  events_.add("train/loss", iteration, loss);
  events_.add("train/rate", iteration, point.rate);
  events_.add("train/images_per_second", iteration, images_per_second);
}

void RunLog::add_validation(int iteration, const Validation& found) {
  const Confusion& c = found.confusion;
  validation_.append(fmt::format("{},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{},{}\n",
                                 iteration, c.pixel_accuracy(), c.mean_accuracy(), c.mean_iou(),
                                 c.mean_dice(), c.iou(0), c.dice(0), found.dice_image_mean,
                                 found.missed, found.images));
  events_.add("validation/iou_structure", iteration, c.iou(0));
  events_.add("validation/dice_structure", iteration, c.dice(0));
  events_.add("validation/dice_image_mean", iteration, found.dice_image_mean);
  events_.add("validation/missed", iteration, found.missed);
}

}  // namespace heartlab
