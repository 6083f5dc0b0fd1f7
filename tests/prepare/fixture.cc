#include "tests/prepare/fixture.h"

#include <cmath>

#include "heartlab/image/png.h"

namespace heartlab::testing {

GreyImage heart_image(int rows, int columns, Point centre, double radius) {
  GreyImage image(rows, columns);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const double distance = std::hypot(column - centre.x, row - centre.y);
      const int ground = 40 + (row * 7 + column * 3) % 20;
      image.at(row, column) = static_cast<std::uint8_t>(distance < radius         ? 200
                                                        : distance < radius * 1.4 ? 20
                                                                                  : ground);
    }
  }
  image.at(0, 0) = 0;
  image.at(rows - 1, columns - 1) = 255;
  return image;
}

Mask disc_mask(int rows, int columns, Point centre, double radius) {
  Mask mask(rows, columns);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (std::hypot(column - centre.x, row - centre.y) < radius) mask.at(row, column) = 255;
    }
  }
  return mask;
}

void write_pair(const Path& data, const std::string& patient, const std::string& stem, int rows,
                int columns) {
  make_folder(data / "images" / patient);
  make_folder(data / "labels" / patient);
  const Point centre{columns / 2.0, rows / 2.0};
  write_png(data / "images" / patient / (stem + ".png"), heart_image(rows, columns, centre, 10));
  write_png(data / "labels" / patient / (stem + ".png"), disc_mask(rows, columns, centre, 10));
}

PrepareOptions png_options(const Path& data, const Path& out) {
  PrepareOptions options;
  options.images = {data / "images"};
  options.labels = {data / "labels"};
  options.target = "cavity";
  options.size = 32;
  options.out = out;
  return options;
}

std::map<std::string, std::string> checksums(const Path& folder) {
  std::map<std::string, std::string> sums;
  for (const auto& file : list_files(folder)) {
    sums[file.lexically_relative(folder).string()] = sha256_of_file(file);
  }
  return sums;
}

SourceImage source_image(const std::string& folder, const std::string& file, int instance,
                         const std::string& patient) {
  SourceImage image;
  image.input = {Path("/data/images") / folder / file, folder + "/" + file, {folder, "images"}};
  image.patient = patient.empty() ? folder : patient;
  image.dicom.place.patient = patient;
  image.stem = Path(file).stem().string();
  image.series = patient.empty() ? "" : "1.2.3";
  image.instance = instance;
  image.grey = GreyImage(40, 40, 100);
  return image;
}

Label contour_label(const std::string& folder, const std::string& file, int instance) {
  Label label;
  label.input = {Path("/data/labels") / folder / file, folder + "/" + file, {folder, "labels"}};
  label.contours.file = label.input.file;
  label.contours.instance_number = instance;
  return label;
}

Contour square_contour(double left, double top, double right, double bottom) {
  return {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}};
}

}  // namespace heartlab::testing
