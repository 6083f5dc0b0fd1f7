#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "heartlab/core/bounded_queue.h"
#include "heartlab/core/progress.h"
#include "heartlab/segment/unit_work.h"

namespace heartlab {

// How many images are in work at once, from reading to the last byte written, and how many of these
// are computed.
struct Jobs {
  int images = 1;
  int computed = 1;
};

// Takes the files of units through reading with preparing, computing and writing, each in threads
// of its own, so that the three overlap.
class Pipeline {
 public:
  // Called as each unit is done, by one thread at a time.
  using Finished = std::function<void(std::size_t unit, UnitRecord record)>;

  // `chosen`: the units to do, in this order.
  Pipeline(const SegmentTask& task, const std::vector<StudyUnit>& units,
           const std::vector<std::size_t>& chosen, const Jobs& jobs, Finished finished);

  // A file that gives no image, or none that can be segmented, is named, counted and passed over.
  // Any other Error stops the whole and is thrown once the threads are at rest. After a signal no
  // more images are read, and of the units that are not whole there is a record of what was done.
  void run();

 private:
  // One of the images in work.
  class Place {
   public:
    explicit Place(std::counting_semaphore<>& places) : places_(&places) { places.acquire(); }
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(places_, other.places_);
      return *this;
    }
    ~Place() {
      if (places_ != nullptr) places_->release();
    }

   private:
    std::counting_semaphore<>* places_;
  };
  struct OpenUnit {
    OpenUnit(std::size_t unit, const SegmentTask& task, const StudyUnit& plan)
        : number(unit), work(task, plan) {}
    std::size_t number;
    UnitWork work;
    std::once_flag measured;
    std::optional<Histogram> values;  // of all its images, where the model standardises by patient
  };
  struct Item {
    Place place;
    std::shared_ptr<OpenUnit> unit;
    std::size_t file = 0, number = 0;  // of the file in its unit, of the image in its file
    InputImage image;
    Segmentation drawn;
  };
  struct FilePlace {
    std::size_t unit, file;
  };

  void read_files();
  void read(const FilePlace& file);
  std::vector<InputImage> images_of(const PlannedInput& input, const StudyUnit& unit) const;
  // Reads the unit's images once before the others do, where standardisation goes by all of them.
  void measure(OpenUnit& unit) const;
  void compute_images();
  void compute(Item item);
  void write_images();
  // Calls `step` on an image; false where that failed by the image's own fault or for want of
  // memory, and it is left out.
  bool done(const Item& item, const std::function<void()>& step);
  void image_is_done(const Item& item);
  std::shared_ptr<OpenUnit> open(std::size_t unit);
  void close_if_whole(const std::shared_ptr<OpenUnit>& unit);
  void warn_about(const std::string& message);
  void file_is_done(const std::string& name);
  // Runs one step; its exception stops the whole.
  void attempt(const std::function<void()>& step);
  bool is_stopped() const;

  const SegmentTask& task_;
  const std::vector<StudyUnit>& units_;
  Jobs jobs_;
  Finished finished_;
  std::vector<FilePlace> files_;
  int readers_, writers_;
  std::counting_semaphore<> places_;
  BoundedQueue<Item> read_, computed_;
  std::atomic<std::size_t> next_file_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // of what follows
  std::exception_ptr failure_;
  std::map<std::size_t, std::shared_ptr<OpenUnit>> open_;
  std::mutex finishing_;
  std::mutex speaking_;
  Progress progress_;
  std::size_t files_done_ = 0;
};

}  // namespace heartlab
