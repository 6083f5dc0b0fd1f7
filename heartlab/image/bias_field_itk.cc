#include <itkBinaryThresholdImageFilter.h>
#include <itkImage.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>
#include <itkOtsuThresholdImageFilter.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "heartlab/core/error.h"
#include "heartlab/image/bias_field.h"

namespace heartlab {
namespace {

using ItkImage = itk::Image<float, 2>;
using ItkMask = itk::Image<unsigned char, 2>;

constexpr int kLargestSide = 128;     // the field is smooth: it is found on no more pixels a side
constexpr double kShareOfOtsu = 0.5;  // between air and tissue; Otsu's own parts muscle from fat
constexpr unsigned kLevels = 4;       // each with a spline twice as fine
constexpr unsigned kIterations = 50;  // of a level, at most
constexpr double kConverged = 1e-4;   // change of the field at which a level ends
constexpr float kLeast = 1;           // added to every value, for the logarithm's sake

ItkImage::Pointer to_itk(const Image& image) {
  const auto result = ItkImage::New();
  ItkImage::SizeType size;
  size[0] = static_cast<itk::SizeValueType>(image.columns);
  size[1] = static_cast<itk::SizeValueType>(image.rows);
  result->SetRegions(ItkImage::RegionType(size));
  result->Allocate();
  std::ranges::copy(image.pixels, result->GetBufferPointer());
  return result;
}

// The mean of `factor` x `factor` pixels each.
Image shrunk(const Image& image, int factor) {
  Image result((image.rows + factor - 1) / factor, (image.columns + factor - 1) / factor);
  Image count = result;
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      result.at(row / factor, column / factor) += image.at(row, column);
      ++count.at(row / factor, column / factor);
    }
  }
  for (std::size_t i = 0; i < result.pixels.size(); ++i) result.pixels[i] /= count.pixels[i];
  return result;
}

// By how much each value is too bright.
Image field_of(const Image& image) {
  const auto input = to_itk(image);
  const auto otsu = itk::OtsuThresholdImageFilter<ItkImage, ItkMask>::New();
  otsu->SetInput(input);
  otsu->Update();
  const auto least = static_cast<float>(kShareOfOtsu * otsu->GetThreshold());
  const auto tissue = itk::BinaryThresholdImageFilter<ItkImage, ItkMask>::New();
  tissue->SetInput(input);
  tissue->SetLowerThreshold(least);
  tissue->SetInsideValue(1);
  tissue->SetOutsideValue(0);
  const auto n4 = itk::N4BiasFieldCorrectionImageFilter<ItkImage, ItkMask, ItkImage>::New();
  n4->SetInput(input);
  n4->SetMaskImage(tissue->GetOutput());
  n4->SetMaskLabel(1);
  using N4 = std::remove_reference_t<decltype(*n4)>;
  N4::VariableSizeArrayType iterations(kLevels);
  iterations.Fill(kIterations);
  n4->SetMaximumNumberOfIterations(iterations);
  n4->SetNumberOfFittingLevels(kLevels);
  n4->SetConvergenceThreshold(kConverged);
  n4->SetNumberOfWorkUnits(1);  // the same sums in the same order on every machine
  n4->Update();
  const float* corrected = n4->GetOutput()->GetBufferPointer();
  Image field(image.rows, image.columns);
  for (std::size_t i = 0; i < field.pixels.size(); ++i) {
    field.pixels[i] = corrected[i] > 0 ? image.pixels[i] / corrected[i] : 1.0F;
  }
  return field;
}

float between(const Image& field, double row, double column) {
  const double y = std::clamp(row, 0.0, field.rows - 1.0);
  const double x = std::clamp(column, 0.0, field.columns - 1.0);
  const int r = static_cast<int>(y), c = static_cast<int>(x);
  const int below = std::min(r + 1, field.rows - 1), right = std::min(c + 1, field.columns - 1);
  const double top = std::lerp(field.at(r, c), field.at(r, right), x - c);
  const double bottom = std::lerp(field.at(below, c), field.at(below, right), x - c);
  return static_cast<float>(std::lerp(top, bottom, y - r));
}

}  // namespace

bool has_bias_correction() { return true; }

Image bias_corrected(const Image& image) {
  if (image.empty()) return image;
  const auto [low, high] = std::ranges::minmax_element(image.pixels);
  if (*low == *high) return Image(image.rows, image.columns);
  Image values = image;
  for (float& value : values.pixels) value = value - *low + kLeast;
  const int side = std::max(image.rows, image.columns);
  const int factor = (side + kLargestSide - 1) / kLargestSide;
  Image field;
  try {
    field = field_of(shrunk(values, factor));
  } catch (const itk::ExceptionObject& error) {
    fail(ErrorKind::kInternal, "N4 bias field correction: {}", error.GetDescription());
  }
  for (int row = 0; row < image.rows; ++row) {
    for (int column = 0; column < image.columns; ++column) {
      const float factor_here =
          between(field, (row + 0.5) / factor - 0.5, (column + 0.5) / factor - 0.5);
      values.at(row, column) = std::max(0.0F, values.at(row, column) / factor_here - kLeast);
    }
  }
  return values;
}

}  // namespace heartlab
