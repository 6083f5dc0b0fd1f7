#include "heartlab/node/scu.h"

#include <dcmtk/dcmtls/tlsscu.h>

#include "heartlab/dicom/load.h"

namespace heartlab {
namespace {

std::unique_ptr<DcmSCU> make_plain_or_tls(const Destination& to, const NodeConfig::Send& options) {
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

}  // namespace

std::unique_ptr<DcmSCU> make_scu(const Destination& to, const NodeConfig& config,
                                 const std::set<std::string>& classes) {
  initialise_dcmtk();
  auto scu = make_plain_or_tls(to, config.send);
  scu->setAETitle(config.receive.ae_title);
  scu->setPeerAETitle(to.ae_title);
  scu->setPeerHostName(to.host);
  scu->setPeerPort(static_cast<Uint16>(to.port));
  scu->setConnectionTimeout(config.send.timeout_s);
  scu->setACSETimeout(static_cast<Uint32>(config.send.timeout_s));
  scu->setDIMSETimeout(static_cast<Uint32>(config.send.timeout_s));
  scu->setDIMSEBlockingMode(DIMSE_NONBLOCKING);
  scu->setDatasetConversionMode(OFTrue);
  OFList<OFString> syntaxes;
  syntaxes.push_back(UID_LittleEndianExplicitTransferSyntax);
  syntaxes.push_back(UID_LittleEndianImplicitTransferSyntax);
  for (const auto& uid : classes) scu->addPresentationContext(uid, syntaxes);
  return scu;
}

OFCondition connect(DcmSCU& scu) {
  const OFCondition status = scu.initNetwork();
  return status.bad() ? status : scu.negotiateAssociation();
}

}  // namespace heartlab
