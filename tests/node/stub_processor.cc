// What the node runs in tests in place of the networks: OUT/segmentation.dcm and OUT/report.dcm,
// two small objects whose UIDs follow from the names of the images. The environment says how it
// behaves:
//   STUB_SECONDS=x      takes so long
//   STUB_POISON=n       a series of n images kills it by SIGSEGV
//   STUB_FAIL_WHILE=f   fails as long as the file f exists
#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include "heartlab/core/files.h"
#include "heartlab/dicom/writer.h"

namespace {

using heartlab::Path;

struct Source {
  std::string patient, study, names;
  std::size_t images = 0;
};

Source read_source(const Path& folder) {
  Source source;
  for (const auto& file : heartlab::list_files(folder)) {
    source.names += file.filename().string() + "\n";
    if (source.images++ > 0) continue;
    DcmFileFormat format;
    if (format.loadFile(file.c_str()).bad()) std::exit(5);
    OFString text;
    format.getDataset()->findAndGetOFString(DCM_StudyInstanceUID, text);
    source.study = text.c_str();
    format.getDataset()->findAndGetOFString(DCM_PatientID, text);
    source.patient = text.c_str();
  }
  return source;
}

void write(const Source& source, const char* sop_class, const std::string& modality,
           const Path& file) {
  DcmFileFormat format;
  DcmDataset& data = *format.getDataset();
  const auto put = [&](const DcmTagKey& tag, const std::string& value) {
    data.putAndInsertString(tag, value.c_str());
  };
  put(DCM_SOPClassUID, sop_class);
  put(DCM_SOPInstanceUID, heartlab::make_uid(1, modality + source.names));
  put(DCM_StudyInstanceUID, source.study);
  put(DCM_SeriesInstanceUID, heartlab::make_uid(2, modality + source.names));
  put(DCM_PatientID, source.patient);
  put(DCM_Modality, modality);
  if (format.saveFile(file.c_str(), EXS_LittleEndianExplicit).bad()) std::exit(7);
}

}  // namespace

int main(int, char** argv) {
  const char* seconds = std::getenv("STUB_SECONDS");
  if (seconds != nullptr) ::usleep(static_cast<useconds_t>(std::atof(seconds) * 1e6));
  const char* blocked = std::getenv("STUB_FAIL_WHILE");
  if (blocked != nullptr && ::access(blocked, F_OK) == 0) {
    std::fputs("the stub fails as it was told\n", stderr);
    return 5;
  }
  const Source source = read_source(argv[1]);
  const char* poison = std::getenv("STUB_POISON");
  if (poison != nullptr && source.images == std::strtoul(poison, nullptr, 10)) ::raise(SIGSEGV);
  write(source, UID_SegmentationStorage, "SEG", Path(argv[2]) / "segmentation.dcm");
  write(source, UID_ComprehensiveSRStorage, "SR", Path(argv[2]) / "report.dcm");
  return 0;
}
