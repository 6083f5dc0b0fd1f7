#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmnet/scu.h>
#include <dcmtk/dcmtls/tlsscu.h>

#include <memory>
#include <set>

#include "heartlab/core/error.h"
#include "heartlab/dicom/load.h"
#include "heartlab/node/sender.h"

namespace heartlab {
namespace {

// Of the warnings of a C-STORE (PS3.4 B.2.3) the object is kept all the same.
bool is_taken(Uint16 status) { return status == STATUS_Success || (status & 0xf000) == 0xb000; }

std::string sop_class_of(const Path& file) {
  DcmFileFormat format;
  const OFCondition status =
      format.loadFile(file.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_metaOnly);
  OFString uid;
  if (status.good()) format.getMetaInfo()->findAndGetOFString(DCM_MediaStorageSOPClassUID, uid);
  if (uid.empty()) fail(ErrorKind::kBadInput, "{}: expected a DICOM file", file.string());
  return uid.c_str();
}

std::unique_ptr<DcmSCU> make_scu(const Destination& to, const NodeConfig::Send& options) {
  if (to.protocol != Destination::Protocol::kDicomTls) return std::make_unique<DcmSCU>();
  auto scu = std::make_unique<DcmTLSSCU>();
  scu->setTLSProfile(TSP_Profile_BCP195);
  scu->setPeerCertVerification(DCV_requireCertificate);
  if (!options.tls_trusted.empty()) scu->addTrustedCertFile(options.tls_trusted.c_str());
  if (!options.tls_key.empty()) {
    scu->enableAuthentication(options.tls_key.c_str(), options.tls_certificate.c_str(), nullptr,
                              DCF_Filetype_PEM, DCF_Filetype_PEM);
  }
  return scu;
}

// An association with the destination, ready for these files.
OFCondition connect(DcmSCU& scu, const Destination& to, const NodeConfig& config,
                    const std::vector<Path>& files) {
  scu.setAETitle(config.receive.ae_title.c_str());
  scu.setPeerAETitle(to.ae_title.c_str());
  scu.setPeerHostName(to.host.c_str());
  scu.setPeerPort(static_cast<Uint16>(to.port));
  scu.setConnectionTimeout(config.send.timeout_s);
  scu.setACSETimeout(static_cast<Uint32>(config.send.timeout_s));
  scu.setDIMSETimeout(static_cast<Uint32>(config.send.timeout_s));
  scu.setDIMSEBlockingMode(DIMSE_NONBLOCKING);
  scu.setDatasetConversionMode(OFTrue);
  OFList<OFString> syntaxes;
  syntaxes.push_back(UID_LittleEndianExplicitTransferSyntax);
  syntaxes.push_back(UID_LittleEndianImplicitTransferSyntax);
  std::set<std::string> classes;
  for (const auto& file : files) classes.insert(sop_class_of(file));
  for (const auto& uid : classes) scu.addPresentationContext(uid.c_str(), syntaxes);
  const OFCondition status = scu.initNetwork();
  return status.bad() ? status : scu.negotiateAssociation();
}

Answer store(DcmSCU& scu, const Path& file) {
  const std::string sop_class = sop_class_of(file);
  T_ASC_PresentationContextID context = scu.findPresentationContextID(sop_class.c_str(), "");
  if (context == 0) {
    return {Answer::Kind::kRefused, "the destination does not take objects of class " + sop_class};
  }
  Uint16 status = 0;
  const OFCondition sent = scu.sendSTORERequest(context, file.c_str(), nullptr, status);
  if (sent.bad()) return {Answer::Kind::kUnreachable, sent.text()};
  if (is_taken(status)) return {Answer::Kind::kTaken, ""};
  return {Answer::Kind::kRefused, fmt::format("C-STORE status {:04X}", status)};
}

}  // namespace

void send_by_dicom(const Destination& to, const NodeConfig& config, const std::vector<Path>& files,
                   const OnAnswer& on_answer) {
  initialise_dcmtk();
  const auto scu = make_scu(to, config.send);
  const OFCondition status = connect(*scu, to, config, files);
  if (status == NET_EC_NoAcceptablePresentationContexts) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!on_answer(i, {Answer::Kind::kRefused, status.text()})) return;
    }
    return;
  }
  if (status.bad()) {
    on_answer(0, {Answer::Kind::kUnreachable, status.text()});
    return;
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Answer answer = store(*scu, files[i]);
    if (!on_answer(i, answer) || answer.kind == Answer::Kind::kUnreachable) break;
  }
  if (scu->isConnected()) scu->releaseAssociation();
}

}  // namespace heartlab
