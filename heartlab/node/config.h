#pragma once

#include <string>
#include <vector>

#include "heartlab/core/options.h"
#include "heartlab/node/destination.h"
#include "heartlab/node/peers.h"

namespace heartlab {

inline constexpr double kGiga = 1e9;  // bytes of a gigabyte

// What node.toml says; docs/reference.md lists the keys. Sizes in gigabytes are powers of ten.
struct NodeConfig {
  Path spool;

  struct Receive {
    std::string ae_title = "HEARTLAB";
    std::string address = "0.0.0.0";
    int port = 11112;
    std::vector<std::string> peers;  // "AE@ADDRESS" or "AE@ADDRESS/BITS"; empty: nobody may send
    int associations = 20;
    int pdu_bytes = 65536;
    double object_mb = 512;
    int idle_s = 30;     // for an association's request, and from one message to the next
    int object_s = 300;  // for one object, from its command to its last byte
    Path tls_key, tls_certificate, tls_trusted;  // all three, or none: no TLS
  } receive;

  struct Disk {
    double most_gb = 100;  // what the spool may take
    double free_gb = 1;    // what must stay free on its file system
  } disk;

  double quiet_s = 60;  // a series is complete when nothing came for so long

  struct Process {
    Path cavity_model, myocardium_model;  // either may be empty, not both
    std::vector<std::string> command;     // empty: heartlab itself, with the models
    int tries = 3;
    double retry_s = 30;
    int timeout_s = 900;
    double memory_gb = 8;  // 0: no limit
  } process;

  struct Send {
    std::vector<std::string> destinations;
    double retry_s = 5, retry_most_s = 600;
    int refusals = 10;  // after so many a result is left unsent
    int timeout_s = 30;
    std::string user;  // of a DICOMweb address
    Path password_file;
    Path tls_key, tls_certificate, tls_trusted;
  } send;

  double keep_hours = 24;         // after the last result was sent
  double keep_aside_hours = 720;  // after the last try to process failed
  int metrics_port = 9107;        // on 127.0.0.1; 0: none

  // The object must outlive the table.
  OptionTable table();

  AllowList allow_list() const;
  std::vector<Destination> destinations() const;
  bool uses_tls() const { return !receive.tls_key.empty(); }
};

// Reads the file; relative paths in it start at its folder. An Error where a key is unknown, a
// value is out of range, or what must stand together does not.
void load_node_config(NodeConfig& config, const Path& file);
// The same from text (tests, fuzzing).
void load_node_config_text(NodeConfig& config, const std::string& text, const Path& file);
// An Error where a model, program, password or key that it names cannot be used: so that this is
// found at the start and not when a study comes.
void check_node_files(const NodeConfig& config, const Path& file);

}  // namespace heartlab
