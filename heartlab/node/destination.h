#pragma once

#include <string>

namespace heartlab {

inline constexpr std::size_t kLongestTitle = 16;  // characters of an AE title (PS3.5 6.2)
// Whether it can be an AE title: of so many characters, not all blank, no backslash or control.
bool is_ae_title(const std::string& title);

// Where results are sent, parsed from one text, which is also its name in the journal.
struct Destination {
  enum class Protocol { kDicom, kDicomTls, kWeb, kWebTls };

  std::string text;
  Protocol protocol = Protocol::kDicom;
  std::string ae_title;  // of DICOM
  std::string host;
  int port = 0;
  std::string path;  // of DICOMweb: "/dicom-web", without a slash at its end

  // Whether both lead to the same place, however they are written.
  bool is_same_place(const Destination& other) const;
  bool is_web() const { return protocol == Protocol::kWeb || protocol == Protocol::kWebTls; }
};

// "dicom://AE@HOST:PORT", "dicoms://AE@HOST:PORT", "http://HOST[:PORT]/PATH",
// "https://HOST[:PORT]/PATH". An Error (kUsage) names what does not parse.
Destination parse_destination(const std::string& text);

}  // namespace heartlab
