#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/load.h"
#include "heartlab/node/scu.h"
#include "heartlab/node/sender.h"

namespace heartlab {
namespace {

using Responses = OFList<QRResponse*>;

void put(DcmDataset& query, const DcmTagKey& tag, const std::string& value) {
  query.putAndInsertString(tag, value.c_str());
}

// Whether one of the responses carries a match.
bool has_match(Responses& responses) {
  bool found = false;
  while (!responses.empty()) {
    found = found || responses.front()->m_dataset != nullptr;
    delete responses.front();
    responses.pop_front();
  }
  return found;
}

}  // namespace

ResultIdentity result_identity(const Path& file) {
  ResultIdentity object;
  with_data_set(file, [&](DcmDataset& data) {
    object = {text_of(data, DCM_StudyInstanceUID), text_of(data, DCM_SeriesInstanceUID),
              text_of(data, DCM_SOPInstanceUID)};
  });
  if (object.study.empty() || object.series.empty() || object.instance.empty()) {
    fail(ErrorKind::kBadInput, "{}: expected study, series and SOP instance UID", file.string());
  }
  return object;
}

Holds ask_by_dicom(const Destination& to, const NodeConfig& config, const ResultIdentity& object) {
  const char* const find = UID_FINDStudyRootQueryRetrieveInformationModel;
  const auto scu = make_scu(to, config, {find});
  const OFCondition status = connect(*scu);
  if (status == NET_EC_NoAcceptablePresentationContexts) return Holds::kNo;
  if (status.bad()) return Holds::kUnreachable;
  DcmDataset query;
  put(query, DCM_QueryRetrieveLevel, "IMAGE");
  put(query, DCM_StudyInstanceUID, object.study);
  put(query, DCM_SeriesInstanceUID, object.series);
  put(query, DCM_SOPInstanceUID, object.instance);
  Responses responses;
  const OFCondition asked =
      scu->sendFINDRequest(scu->findPresentationContextID(find, ""), &query, &responses);
  const bool found = has_match(responses);
  if (scu->isConnected()) scu->releaseAssociation();
  if (asked.bad()) return Holds::kUnreachable;
  return found ? Holds::kYes : Holds::kNo;
}

}  // namespace heartlab
