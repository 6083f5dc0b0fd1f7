#include "heartlab/node/object.h"

#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "heartlab/core/error.h"
#include "heartlab/dicom/attributes.h"
#include "heartlab/dicom/load.h"
#include "heartlab/node/event_log.h"

namespace heartlab {
namespace {

constexpr std::size_t kMetaRoom = 4096;  // bytes: more than preamble and meta information take
constexpr double kMega = 1e6;
constexpr std::uint64_t kLookEvery = 4000000;  // bytes of an object between two looks at the disk

std::uint64_t bytes(double count, double unit) { return static_cast<std::uint64_t>(count * unit); }

// Preamble and file meta information (PS3.10 7.1) of what the request announces.
Bytes meta_information(const T_ASC_Association& association, const T_DIMSE_C_StoreRQ& request,
                       const std::string& syntax) {
  DcmFileFormat format;
  DcmDataset& data = *format.getDataset();
  data.putAndInsertString(DCM_SOPClassUID, request.AffectedSOPClassUID);
  data.putAndInsertString(DCM_SOPInstanceUID, request.AffectedSOPInstanceUID);
  format.validateMetaInfo(DcmXfer(syntax.c_str()).getXfer());
  DcmMetaInfo& meta = *format.getMetaInfo();
  meta.putAndInsertString(DCM_SourceApplicationEntityTitle,
                          association.params->DULparams.callingAPTitle);
  format.validateMetaInfo(DcmXfer(syntax.c_str()).getXfer());
  std::array<std::uint8_t, kMetaRoom> room{};
  DcmOutputBufferStream stream(room.data(), room.size());
  meta.transferInit();
  const OFCondition status =
      meta.write(stream, META_HEADER_DEFAULT_TRANSFERSYNTAX, EET_ExplicitLength, nullptr);
  meta.transferEnd();
  if (status.bad()) fail(ErrorKind::kBadInput, "C-STORE request: {}", status.text());
  void* start = nullptr;
  offile_off_t length = 0;
  stream.flushBuffer(start, length);
  const auto* first = static_cast<const std::uint8_t*>(start);
  return {first, first + length};
}

// The file that an object is written to while it comes; removed unless it was placed.
class Part {
 public:
  explicit Part(const Path& folder) : path_(folder / (std::to_string(::getpid()) + ".part")) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor_ < 0) fail_errno("write", path_.string());
  }
  ~Part() {
    if (descriptor_ >= 0) ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  void write(const void* data, std::size_t size) {
    const auto* at = static_cast<const char*>(data);
    size_ += size;
    while (size > 0) {
      const ssize_t written = ::write(descriptor_, at, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_errno("write", path_.string());
      at += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  void sync() {
    if (::fsync(descriptor_) != 0) fail_errno("write", path_.string());
  }
  const Path& path() const { return path_; }
  std::uint64_t size() const { return size_; }

 private:
  Path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

struct Identity {
  std::string sop_class, instance, study, series;
};

Identity identity_of(const Path& file) {
  Identity identity;
  with_data_set(file, [&](DcmDataset& data) {
    identity = {text_of(data, DCM_SOPClassUID), text_of(data, DCM_SOPInstanceUID),
                text_of(data, DCM_StudyInstanceUID), text_of(data, DCM_SeriesInstanceUID)};
  });
  return identity;
}

// One C-STORE, step by step.
class Receiver {
 public:
  Receiver(T_ASC_Association& association, T_ASC_PresentationContextID context,
           const T_DIMSE_C_StoreRQ& request, const Reception& reception)
      : association_(association), context_(context), request_(request), reception_(reception) {}

  ObjectOutcome run() {
    try {
      open();
    } catch (const Error& error) {
      refuse_for(error);
    }
    const OFCondition connection = drain();
    if (connection.bad()) return {connection, status_};
    if (status_ == STATUS_STORE_Success) keep();
    return {EC_Normal, status_};
  }

 private:
  void open() {
    T_ASC_PresentationContext accepted;
    if (ASC_findAcceptedPresentationContext(association_.params, context_, &accepted).bad() ||
        std::string(accepted.abstractSyntax) != request_.AffectedSOPClassUID) {
      return refuse(STATUS_STORE_Refused_SOPClassNotSupported, "class not negotiated",
                    reception_.counters.refused_content);
    }
    if (!has_room(0)) return refuse_full("disk limit");
    part_.emplace(reception_.spool.incoming());
    const Bytes meta = meta_information(association_, request_, accepted.acceptedTransferSyntax);
    part_->write(meta.data(), meta.size());
  }

  // Whether the spool may take this object, of which so many bytes are written.
  bool has_room(std::uint64_t written) const {
    const NodeConfig::Disk& disk = reception_.config.disk;
    return reception_.counters.spool_bytes + written < bytes(disk.most_gb, kGiga) &&
           reception_.spool.bytes_free() >= bytes(disk.free_gb, kGiga);
  }

  // Reads the data set to its end; what is refused is thrown away.
  OFCondition drain() {
    const std::uint64_t most = bytes(reception_.config.receive.object_mb, kMega);
    std::uint64_t size = 0;
    for (DUL_PDV pdv{};;) {
      const OFCondition status = next(pdv);
      if (status.bad()) return status;
      if (pdv.pdvType != DUL_DATASETPDV || pdv.presentationContextID != context_) {
        return DIMSE_UNEXPECTEDPDVTYPE;
      }
      size += pdv.fragmentLength;
      if (size > most && status_ == STATUS_STORE_Success) {
        refuse(STATUS_STORE_Refused_OutOfResources, "object too large",
               reception_.counters.refused_size);
      }
      write(pdv);
      if (pdv.lastPDV) return EC_Normal;
    }
  }

  OFCondition next(DUL_PDV& pdv) {
    OFCondition status = DUL_NextPDV(&association_.DULassociation, &pdv);
    if (status.good()) return status;
    status = DUL_ReadPDVs(&association_.DULassociation, nullptr, DUL_NOBLOCK,
                          reception_.config.receive.idle_s);
    if (status != DUL_PDATAPDUARRIVED) return status.good() ? DIMSE_READPDVFAILED : status;
    return DUL_NextPDV(&association_.DULassociation, &pdv);
  }

  void write(const DUL_PDV& pdv) {
    if (status_ != STATUS_STORE_Success) return;
    try {
      part_->write(pdv.data, pdv.fragmentLength);
      // Others may be filling the disk at the same time.
      if (part_->size() < next_look_) return;
      next_look_ = part_->size() + kLookEvery;
      if (!has_room(part_->size())) refuse_full("disk limit");
    } catch (const Error&) {
      refuse_full("writing failed");
    }
  }

  void keep() {
    try {
      part_->sync();
      const Identity identity = identity_of(part_->path());
      if (identity.instance != request_.AffectedSOPInstanceUID ||
          identity.sop_class != request_.AffectedSOPClassUID || identity.instance.empty() ||
          identity.study.empty() || identity.series.empty()) {
        return refuse(STATUS_STORE_Error_DataSetDoesNotMatchSOPClass, "identifiers do not match",
                      reception_.counters.refused_content);
      }
      place(identity);
    } catch (const Error& error) {
      refuse_for(error);
    } catch (const std::exception&) {
      refuse(STATUS_STORE_Error_CannotUnderstand, "cannot be parsed",
             reception_.counters.refused_content);
    }
  }

  void place(const Identity& identity) {
    Counters& counters = reception_.counters;
    const Spool& spool = reception_.spool;
    const std::string series = spool.tag(identity.study + "/" + identity.series);
    const std::uint64_t size = part_->size();
    const Spool::Placed placed = spool.place(part_->path(), series, spool.tag(identity.instance));
    if (placed == Spool::Placed::kOther) {
      return refuse(STATUS_N_DuplicateSOPInstance, "another object is kept under its identity",
                    counters.refused_content);
    }
    const bool fresh = placed == Spool::Placed::kFresh;
    if (fresh) {
      ++counters.objects;
      counters.object_bytes += size;
      counters.spool_bytes += size;
    } else {
      ++counters.duplicates;
    }
    log_event("object received", {{"series", series},
                                  {"object", spool.tag(identity.instance)},
                                  {"bytes", size},
                                  {"duplicate", !fresh}});
  }

  void refuse(Uint16 status, const char* reason, Counters::Count& counter) {
    status_ = status;
    part_.reset();
    ++counter;
    log_event("object refused", {{"status", fmt::format("{:04X}", status)}, {"reason", reason}});
  }
  void refuse_full(const char* reason) {
    refuse(STATUS_STORE_Refused_OutOfResources, reason, reception_.counters.refused_disk);
  }
  void refuse_for(const Error& error) {
    if (error.kind() == ErrorKind::kBadInput || error.kind() == ErrorKind::kUnsupported) {
      return refuse(STATUS_STORE_Error_CannotUnderstand, "cannot be parsed",
                    reception_.counters.refused_content);
    }
    refuse_full("writing failed");
  }

  T_ASC_Association& association_;
  T_ASC_PresentationContextID context_;
  const T_DIMSE_C_StoreRQ& request_;
  const Reception& reception_;
  std::optional<Part> part_;
  std::uint64_t next_look_ = kLookEvery;
  Uint16 status_ = STATUS_STORE_Success;
};

}  // namespace

ObjectOutcome receive_object(T_ASC_Association& association, T_ASC_PresentationContextID context,
                             const T_DIMSE_C_StoreRQ& request, const Reception& reception) {
  return Receiver(association, context, request, reception).run();
}

}  // namespace heartlab
