#include "heartlab/train/artefacts.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "heartlab/train/sampling.h"

namespace heartlab {
namespace {

Image transposed(const Image& image) {
  Image result(image.columns, image.rows);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      result.at(column, row) = image.at(row, column);
    }
  }
  return result;
}

std::vector<float> gaussian(double sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> weights;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) sum += std::exp(-0.5 * i * i / (sigma * sigma));
  for (int i = -reach; i <= reach; ++i) {
    weights.push_back(static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma)) / sum));
  }
  return weights;
}

Image blurred_down(const Image& image, const std::vector<float>& weights) {
  const int reach = static_cast<int>(weights.size() / 2);
  Image result(image.rows, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    for (int i = -reach; i <= reach; ++i) {
      const int from = std::clamp(row + i, 0, image.rows - 1);
      const float weight = weights[static_cast<std::size_t>(i + reach)];
      for (int column = 0; column < image.columns; ++column) {
        result.at(row, column) += weight * image.at(from, column);
      }
    }
  }
  return result;
}

// Each row between those of the image, `shift` rows further up and around.
Image wrapped_down(const Image& image, double shift) {
  const int rows = image.rows;
  const double whole = std::floor(shift);
  const auto share = static_cast<float>(shift - whole);
  Image result(rows, image.columns);
  for (int row = 0; row < rows; ++row) {
    const int near = ((row - static_cast<int>(whole)) % rows + rows) % rows;
    const int far = (near + rows - 1) % rows;
    for (int column = 0; column < image.columns; ++column) {
      result.at(row, column) = (1 - share) * image.at(near, column) + share * image.at(far, column);
    }
  }
  return result;
}

Image ghosted_down(const Image& image, const Ghosting& ghosting) {
  const double distance = static_cast<double>(image.rows) / ghosting.period;
  const Image below = wrapped_down(image, distance);
  const Image above = wrapped_down(image, -distance);
  const auto real = static_cast<float>(ghosting.amplitude / 2 * std::cos(ghosting.phase));
  const auto imaginary = static_cast<float>(ghosting.amplitude / 2 * std::sin(ghosting.phase));
  Image result(image.rows, image.columns);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const float a = image.pixels[i] + real * (below.pixels[i] + above.pixels[i]);
    const float b = imaginary * (below.pixels[i] - above.pixels[i]);
    result.pixels[i] = std::sqrt(a * a + b * b);
  }
  return result;
}

// A line of k-space along the rows, a value a column.
struct Line {
  std::vector<float> real, imaginary;
};

struct Wave {
  float real, imaginary;
};

// e^(i 2 pi n row / rows)
Wave wave(int n, int row, int rows) {
  const double angle =
      2 * std::numbers::pi * static_cast<double>(static_cast<std::int64_t>(n) * row % rows) / rows;
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

Line line_of(const Image& image, int n) {
  const auto columns = static_cast<std::size_t>(image.columns);
  Line line{std::vector<float>(columns), std::vector<float>(columns)};
  for (int row = 0; row < image.rows; ++row) {
    const auto [real, imaginary] = wave(-n, row, image.rows);
    const float* values = &image.at(row, 0);
    for (std::size_t i = 0; i < columns; ++i) line.real[i] += real * values[i];
    for (std::size_t i = 0; i < columns; ++i) line.imaginary[i] += imaginary * values[i];
  }
  return line;
}

void add_line(const Line& line, int n, Image& real, Image& imaginary) {
  const auto columns = line.real.size();
  const auto share = 1.0F / static_cast<float>(real.rows);
  for (int row = 0; row < real.rows; ++row) {
    const Wave turn = wave(n, row, real.rows);
    const float a = share * turn.real, b = share * turn.imaginary;
    float* re = &real.at(row, 0);
    float* im = &imaginary.at(row, 0);
    for (std::size_t i = 0; i < columns; ++i) re[i] += a * line.real[i] - b * line.imaginary[i];
    for (std::size_t i = 0; i < columns; ++i) im[i] += a * line.imaginary[i] + b * line.real[i];
  }
}

// The sum of the original and, on some lines, the difference to the shifted copy: only those lines
// are computed.
Image with_motion_down(const Image& image, const Motion& motion) {
  Image difference(image.rows, image.columns);
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      difference.at(row, column) =
          bilinear(image, column - motion.dx, row - motion.dy) - image.at(row, column);
    }
  }
  Image real = image;
  Image imaginary(image.rows, image.columns);
  const int first = motion.first_line - image.rows / 2;
  for (int n = first; n < first + motion.lines; ++n) {
    add_line(line_of(difference, n), n, real, imaginary);
  }
  for (std::size_t i = 0; i < real.pixels.size(); ++i) {
    real.pixels[i] = std::hypot(real.pixels[i], imaginary.pixels[i]);
  }
  return real;
}

}  // namespace

Image blurred(const Image& image, double sigma) {
  if (sigma <= 0) return image;
  const auto weights = gaussian(sigma);
  return transposed(blurred_down(transposed(blurred_down(image, weights)), weights));
}

Image ghosted(const Image& image, const Ghosting& ghosting) {
  if (ghosting.axis == PhaseAxis::kRows) return ghosted_down(image, ghosting);
  return transposed(ghosted_down(transposed(image), ghosting));
}

Image with_motion(const Image& image, const Motion& motion) {
  if (motion.axis == PhaseAxis::kRows) return with_motion_down(image, motion);
  Motion turned = motion;
  std::swap(turned.dx, turned.dy);
  return transposed(with_motion_down(transposed(image), turned));
}

}  // namespace heartlab
