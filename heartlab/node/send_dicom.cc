#include "heartlab/core/error.h"
#include "heartlab/node/scu.h"
#include "heartlab/node/sender.h"
#include "heartlab/node/statuses.h"

namespace heartlab {
namespace {

std::string sop_class_of(const Path& file) {
  DcmFileFormat format;
  const OFCondition status =
      format.loadFile(file.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_metaOnly);
  OFString uid;
  if (status.good()) format.getMetaInfo()->findAndGetOFString(DCM_MediaStorageSOPClassUID, uid);
  if (uid.empty()) fail(ErrorKind::kBadInput, "{}: expected a DICOM file", file.string());
  return uid;
}

Answer store(DcmSCU& scu, T_ASC_PresentationContextID context, const Path& file) {
  Uint16 status = 0;
  const OFCondition sent = scu.sendSTORERequest(context, file.c_str(), nullptr, status);
  if (sent.bad()) return {Answer::Kind::kUnreachable, sent.text()};
  const Answer::Kind kind = kind_of_store_status(status);
  if (kind == Answer::Kind::kTaken) return {kind, ""};
  return {kind, fmt::format("C-STORE status {:04X}", status)};
}

}  // namespace

void send_by_dicom(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                   const Exchange& exchange) {
  std::vector<std::string> classes;
  for (const auto& file : files) classes.push_back(sop_class_of(file));
  const auto scu = make_scu(to, config, {classes.begin(), classes.end()});
  const OFCondition status = connect(*scu);
  const bool takes_none = status == NET_EC_NoAcceptablePresentationContexts;
  if (status.bad() && !takes_none) {
    exchange.answer(0, {Answer::Kind::kUnreachable, status.text()});
    return;
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    const T_ASC_PresentationContextID context =
        takes_none ? 0 : scu->findPresentationContextID(classes[i], "");
    Answer answer{Answer::Kind::kRefused,
                  "the destination does not take objects of class " + classes[i]};
    if (context != 0) {
      exchange.before(i);
      answer = store(*scu, context, files[i]);
    }
    if (!exchange.answer(i, answer) || answer.kind == Answer::Kind::kUnreachable) break;
  }
  if (scu->isConnected()) scu->releaseAssociation();
}

}  // namespace heartlab
