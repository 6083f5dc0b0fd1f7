#ifndef HEARTLAB_H
#define HEARTLAB_H

/* HeartLab's C interface: draws the structure that a model file was trained to find on grey images.
 * It stays the same within a release series (the library's SOVERSION).
 *
 * Every function may be called from any thread. One open model may be used by any number of threads
 * at once; it is closed when none uses it any longer. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a call ends with: 0, or what was wrong (the exit statuses of the program `heartlab`). */
typedef enum heartlab_status {
  HEARTLAB_OK = 0,
  HEARTLAB_INTERNAL = 1,    /* a defect of HeartLab, or no memory left */
  HEARTLAB_USAGE = 2,       /* an argument: a null pointer, a value out of range */
  HEARTLAB_NOT_FOUND = 3,   /* no such file */
  HEARTLAB_PERMISSION = 4,  /* the file may not be read */
  HEARTLAB_BAD_INPUT = 5,   /* a model or an image that is not what was expected */
  HEARTLAB_UNSUPPORTED = 6, /* valid, but of a kind HeartLab or this installation does not handle */
  HEARTLAB_DISK = 7         /* reading failed */
} heartlab_status;

/* A trained network with the preparation of its images. */
typedef struct heartlab_model heartlab_model;

/* How a model computes. Begin with HEARTLAB_OPTIONS: zeros are the defaults. */
typedef struct heartlab_options {
  size_t size;           /* of this struct, in bytes */
  const char* engine;    /* "onednn", "torch"; NULL = torch where device is cuda, else onednn */
  const char* device;    /* "cpu", "cuda"; NULL = cpu, or a GPU where engine torch finds one */
  const char* precision; /* as --precision of the program; NULL = "auto" */
  int threads;           /* CPU threads of one call; 0 = the cores at hand */
  int views;             /* 1, 4 or 8 mirrored and turned views averaged; 0 = as the model says */
  int largest;           /* not 0: of each mask keep the largest piece alone */
} heartlab_options;

#define HEARTLAB_OPTIONS \
  { sizeof(heartlab_options), NULL, NULL, NULL, 0, 0, 0 }

typedef enum heartlab_pixel_type {
  HEARTLAB_UINT8 = 0,
  HEARTLAB_UINT16 = 1,
  HEARTLAB_INT16 = 2,
  HEARTLAB_FLOAT32 = 3 /* finite */
} heartlab_pixel_type;

/* The largest extent of an image. */
#define HEARTLAB_LARGEST_SIDE 65535

/* A grey image in the caller's memory, larger values brighter. */
typedef struct heartlab_image {
  const void* pixels; /* of the first row */
  int type;           /* a heartlab_pixel_type */
  int rows, columns;  /* 1 to HEARTLAB_LARGEST_SIDE each, 2^28 pixels at most */
  ptrdiff_t stride;   /* bytes from one row to the next, negative where rows run upwards;
                         0 = rows follow each other without a gap */
  /* The window to show the values by (DICOM (0028,1050), (0028,1051)), for models that were trained
   * with one; width 0 = none: from the image's smallest value to its largest. */
  double window_centre, window_width;
  /* Millimetres between rows and between columns (DICOM (0028,0030)), for models that were trained
   * at a fixed spacing: 0.001 to 1000; 0 = unknown. */
  double row_spacing, column_spacing;
} heartlab_image;

/* The release of the library: "0.1.0". */
const char* heartlab_version(void);

/* Opens a model file. `options` may be NULL. The weights of a large network are kept beside it, for
 * the next time, where the process may write there. On success *model is to be given to
 * heartlab_close(); else it is NULL. */
heartlab_status heartlab_open(const char* path, const heartlab_options* options,
                              heartlab_model** model);

/* NULL is allowed. */
void heartlab_close(heartlab_model* model);

/* What the model finds: "cavity", "myocardium". Valid until the model is closed; NULL for NULL. */
const char* heartlab_structure(const heartlab_model* model);

/* What computes: "oneDNN 2.6.3, cpu, bf16". Likewise. */
const char* heartlab_engine(const heartlab_model* model);

/* Segments an image as `heartlab segment` does. Both results have rows x columns elements, row by
 * row without gaps; either may be NULL, not both.
 * `mask`: 1 = the structure, 0 = the rest. `probability`: of the structure, 0 to 1.
 * On an image whose pixels all have one value nothing is drawn. On an error both are left as they
 * were. */
heartlab_status heartlab_segment(const heartlab_model* model, const heartlab_image* image,
                                 uint8_t* mask, float* probability);

/* What was wrong with this thread's last call that did not return HEARTLAB_OK: what was expected
 * and what was found, with the file's name. "" where there was none. Valid until the thread's next
 * call that fails. */
const char* heartlab_last_error(void);

#ifdef __cplusplus
}
#endif

#endif /* HEARTLAB_H */
