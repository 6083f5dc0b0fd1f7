#include "heartlab/node/config.h"

#include <unistd.h>

#include "heartlab/core/error.h"
#include "heartlab/model/model_file.h"
#include "heartlab/node/destination.h"
#include "heartlab/node/peers.h"
#include "heartlab/node/tls.h"

namespace heartlab {
namespace {

// Errors of `step` lead with what they are about.
template <typename Step>
void with_name(const std::string& name, const Step& step) {
  try {
    step();
  } catch (const Error& error) {
    throw Error(error.kind(), name + ": " + error.what());
  }
}

void require(bool holds, const Path& file, const std::string& message) {
  if (!holds) fail(ErrorKind::kUsage, "{}: {}", file.string(), message);
}

// All three files of a TLS configuration, or none.
bool whole_or_absent(const Path& key, const Path& certificate, const Path& trusted) {
  return key.empty() == certificate.empty() && key.empty() == trusted.empty();
}

void check_destinations(const NodeConfig& config, const Path& file) {
  const auto destinations = config.destinations();
  require(!destinations.empty(), file, "send.destinations: expected at least one address");
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    const Destination& to = destinations[i];
    for (std::size_t other = 0; other < i; ++other) {
      require(!to.is_same_place(destinations[other]), file,
              fmt::format("send.destinations: '{}' stands there twice", to.text));
    }
    require(to.protocol != Destination::Protocol::kDicomTls || !config.send.tls_trusted.empty(),
            file, fmt::format("send.tls_trusted: expected for '{}'", to.text));
  }
}

void check(const NodeConfig& config, const Path& file) {
  require(!config.spool.empty(), file, "spool: expected the folder of what was received");
  const std::string& title = config.receive.ae_title;
  require(is_ae_title(title), file,
          fmt::format("receive.ae_title: expected 1 to {} characters, not all blank and without "
                      "backslash, found '{}'",
                      kLongestTitle, title));
  require(whole_or_absent(config.receive.tls_key, config.receive.tls_certificate,
                          config.receive.tls_trusted),
          file, "receive: tls_key, tls_certificate and tls_trusted stand together");
  require(config.send.tls_key.empty() == config.send.tls_certificate.empty(), file,
          "send: tls_key and tls_certificate stand together");
  require(config.send.user.empty() == config.send.password_file.empty(), file,
          "send: user and password_file stand together");
  require(config.send.retry_s <= config.send.retry_most_s, file,
          "send.retry_most_s: expected at least send.retry_s");
  require(!config.process.command.empty() || !config.process.cavity_model.empty() ||
              !config.process.myocardium_model.empty(),
          file, "process: expected cavity_model, myocardium_model or command");
  with_name(file.string(), [&] {
    config.allow_list();
    config.destinations();
  });
  with_name(file.string() + ": receive.address", [&] { parse_address(config.receive.address); });
  check_destinations(config, file);
}

void check_model(const Path& model, const std::string& structure, const Path& file) {
  if (model.empty()) return;
  const std::string key = "process." + structure + "_model";
  with_name(fmt::format("{}: {}", file.string(), key), [&] {
    const std::string found = ModelFile(model).description().target;
    if (found == structure) return;
    fail(ErrorKind::kUsage, "{}: expected a model of the {}, found one of the {}", model.string(),
         structure, found);
  });
}

// PEM begins each thing with a line of its own (RFC 7468).
void check_pem(const Path& path, const std::string& text) {
  if (text.find("-----BEGIN ") != std::string::npos) return;
  fail(ErrorKind::kBadInput, "{}: expected a key or certificate as PEM", path.string());
}

void resolve(Path& path, const Path& folder) {
  if (!path.empty() && path.is_relative()) path = folder / path;
}

}  // namespace

OptionTable NodeConfig::table() {
  OptionTable table;
  table.add("spool", spool,
            "Folder of what was received, its results and the journal; on a local disk");
  table.add("receive.ae_title", receive.ae_title, "AE title that senders call");
  table.add("receive.address", receive.address, "IPv4 address to listen on");
  table.add("receive.port", receive.port, "Port to listen on").range(1, 65535);
  table.add(
      "receive.peers", receive.peers,
      "Who may send: \"AE@ADDRESS\" or \"AE@ADDRESS/BITS\", calling AE title and IPv4 address "
      "together; empty: nobody");
  table.add("receive.associations", receive.associations, "Most associations at once")
      .range(1, 1000);
  table.add("receive.pdu_bytes", receive.pdu_bytes, "Largest PDU that is taken, in bytes")
      .range(4096, 131072);
  table.add("receive.object_mb", receive.object_mb, "Largest object that is taken, in megabytes")
      .range(0.001, 4000);
  table
      .add("receive.idle_s", receive.idle_s,
           "Seconds that an association may take to be asked for, and from message to message")
      .range(1, 3600);
  table.add("receive.object_s", receive.object_s, "Seconds that one object may take")
      .range(1, 86400);
  table.add("receive.tls_key", receive.tls_key, "Private key (PEM); with it, only TLS is spoken");
  table.add("receive.tls_certificate", receive.tls_certificate, "Certificate (PEM) of the node");
  table.add("receive.tls_trusted", receive.tls_trusted,
            "Certificates (PEM) that a sender's certificate must lead to");
  table
      .add("disk.most_gb", disk.most_gb,
           "Gigabytes that the spool may take; beyond, objects are refused (A700)")
      .range(0.001, 1e6);
  table
      .add("disk.free_gb", disk.free_gb,
           "Gigabytes that stay free on the spool's disk; below, objects are refused (A700)")
      .range(0, 1e6);
  table
      .add("series.quiet_s", quiet_s,
           "Seconds without a new image after which a series is complete")
      .range(0.1, 86400);
  table.add("process.cavity_model", process.cavity_model, "Model file of the cavity");
  table.add("process.myocardium_model", process.myocardium_model, "Model file of the myocardium");
  table.add("process.command", process.command,
            "Program and arguments that process a series instead of heartlab: it is given the "
            "folder of the images and the folder for its results (*.dcm)");
  table.add("process.tries", process.tries, "Tries after which a series is set aside")
      .range(1, 100);
  table
      .add("process.retry_s", process.retry_s,
           "Seconds after the first failure, doubled after each")
      .range(0, 86400);
  table.add("process.timeout_s", process.timeout_s, "Seconds that one series may take")
      .range(1, 86400);
  table
      .add("process.memory_gb", process.memory_gb,
           "Gigabytes of data that processing may take; 0: no limit")
      .range(0, 1000);
  table.add("send.destinations", send.destinations,
            "Where results go: dicom://AE@HOST:PORT, dicoms:// the same with TLS, http:// or "
            "https:// a DICOMweb address");
  table.add("send.retry_s", send.retry_s, "Seconds after a first failure to send, then doubled")
      .range(0.1, 86400);
  table.add("send.retry_most_s", send.retry_most_s, "Most seconds between two tries to send")
      .range(0.1, 86400);
  table
      .add("send.refusals", send.refusals,
           "Times that a destination may refuse a result before it is left unsent")
      .range(1, 1000);
  table.add("send.timeout_s", send.timeout_s, "Seconds to wait for a destination's answer")
      .range(1, 3600);
  table.add("send.user", send.user, "User name at the DICOMweb addresses");
  table.add("send.password_file", send.password_file, "File that holds its password");
  table.add("send.tls_key", send.tls_key, "Private key (PEM) shown to destinations");
  table.add("send.tls_certificate", send.tls_certificate,
            "Certificate (PEM) shown to destinations");
  table.add("send.tls_trusted", send.tls_trusted,
            "Certificates (PEM) that a destination's certificate must lead to; needed for "
            "dicoms://; absent for https://: the system's");
  table
      .add("keep.hours", keep_hours,
           "Hours that images and results stay after all results were sent")
      .range(0, 87600);
  table
      .add("keep.aside_hours", keep_aside_hours,
           "Hours that images stay after their series was set aside")
      .range(0, 87600);
  table.add("metrics.port", metrics_port, "Port on 127.0.0.1 of /metrics and /healthz; 0: none")
      .range(0, 65535);
  return table;
}

AllowList NodeConfig::allow_list() const { return AllowList(receive.peers); }

std::vector<Destination> NodeConfig::destinations() const {
  std::vector<Destination> parsed;
  for (const auto& text : send.destinations) parsed.push_back(parse_destination(text));
  return parsed;
}

void load_node_config_text(NodeConfig& config, const std::string& text, const Path& file) {
  config.table().load_toml_text(text, file.string());
  const Path folder = std::filesystem::absolute(file).parent_path();
  for (Path* path :
       {&config.spool, &config.receive.tls_key, &config.receive.tls_certificate,
        &config.receive.tls_trusted, &config.process.cavity_model, &config.process.myocardium_model,
        &config.send.password_file, &config.send.tls_key, &config.send.tls_certificate,
        &config.send.tls_trusted}) {
    resolve(*path, folder);
  }
  check(config, file);
}

void check_node_files(const NodeConfig& config, const Path& file) {
  const auto& command = config.process.command;
  if (command.empty()) {
    check_model(config.process.cavity_model, "cavity", file);
    check_model(config.process.myocardium_model, "myocardium", file);
  } else if (::access(command.front().c_str(), X_OK) != 0 ||
             std::filesystem::is_directory(command.front())) {
    fail(ErrorKind::kUsage, "{}: process.command: expected the path of a program, found '{}'",
         file.string(), command.front());
  }
  with_name(fmt::format("{}: receive.tls_*", file.string()),
            [&] { make_tls_layer(config.receive); });
  const std::pair<const char*, const Path*> read[] = {
      {"send.password_file", &config.send.password_file},
      {"send.tls_key", &config.send.tls_key},
      {"send.tls_certificate", &config.send.tls_certificate},
      {"send.tls_trusted", &config.send.tls_trusted}};
  for (const auto& entry : read) {
    const Path& path = *entry.second;
    if (path.empty()) continue;
    with_name(fmt::format("{}: {}", file.string(), entry.first), [&] {
      const std::string text = read_text(path);
      if (text.find_first_not_of("\r\n") == std::string::npos) {
        fail(ErrorKind::kBadInput, "{}: expected a text, found none", path.string());
      }
      if (&path != &config.send.password_file) check_pem(path, text);
    });
  }
}

void load_node_config(NodeConfig& config, const Path& file) {
  load_node_config_text(config, read_text(file), file);
}

}  // namespace heartlab
