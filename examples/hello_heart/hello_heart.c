/* hello_heart MODEL IMAGE.pgm [MILLIMETRES]: draws what the model finds on a binary PGM image, as
 * text. MILLIMETRES: from one pixel to the next, which a PGM does not say; a model may need it. */

#include <heartlab.h>
#include <stdio.h>
#include <stdlib.h>

static void stop(heartlab_status status, const char* what, const char* why) {
  fprintf(stderr, "hello_heart: %s%s\n", what, why);
  exit(status);
}

static void check(heartlab_status status) {
  if (status != HEARTLAB_OK) stop(status, "", heartlab_last_error());
}

/* Grey values of 8 bits, or of 16 with the high byte first. */
static heartlab_image read_pgm(const char* path) {
  heartlab_image image = {.type = HEARTLAB_UINT16};
  int largest = 0;
  FILE* file = fopen(path, "rb");
  if (!file) stop(HEARTLAB_NOT_FOUND, path, ": cannot be opened");
  if (fscanf(file, "P5 %d %d %d", &image.columns, &image.rows, &largest) != 3 || image.rows < 1 ||
      image.columns < 1 || image.rows > HEARTLAB_LARGEST_SIDE ||
      image.columns > HEARTLAB_LARGEST_SIDE) {
    stop(HEARTLAB_BAD_INPUT, path, ": expected a binary PGM image");
  }
  fgetc(file); /* the white space after the header */
  const size_t count = (size_t)image.rows * (size_t)image.columns;
  uint16_t* pixels = calloc(count, sizeof *pixels);
  for (size_t i = 0; pixels && i < count && !feof(file); ++i) {
    const int high = largest > 255 ? fgetc(file) : 0;
    pixels[i] = (uint16_t)(high * 256 + fgetc(file));
  }
  if (!pixels || feof(file)) stop(HEARTLAB_BAD_INPUT, path, ": expected more pixels");
  fclose(file);
  image.pixels = pixels;
  return image;
}

/* A character for every four pixels across and eight down: '#' where half of them are set. */
static void print_mask(const uint8_t* mask, int rows, int columns) {
  for (int top = 0; top + 8 <= rows; top += 8) {
    for (int left = 0; left + 4 <= columns; left += 4) {
      int set = 0;
      for (int row = top; row < top + 8; ++row) {
        for (int column = left; column < left + 4; ++column) set += mask[row * columns + column];
      }
      putchar(set >= 16 ? '#' : '.');
    }
    putchar('\n');
  }
}

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    fprintf(stderr, "usage: hello_heart MODEL IMAGE.pgm [MILLIMETRES]\n");
    return HEARTLAB_USAGE;
  }
  heartlab_model* model;
  check(heartlab_open(argv[1], NULL, &model));
  heartlab_image image = read_pgm(argv[2]);
  if (argc == 4) image.row_spacing = image.column_spacing = atof(argv[3]);
  uint8_t* mask = malloc((size_t)image.rows * (size_t)image.columns);
  check(heartlab_segment(model, &image, mask, NULL));

  int area = 0;
  for (int i = 0; i < image.rows * image.columns; ++i) area += mask[i];
  print_mask(mask, image.rows, image.columns);
  printf("%s: %d pixels, by %s\n", heartlab_structure(model), area, heartlab_engine(model));

  free(mask);
  free((void*)image.pixels);
  heartlab_close(model);
  return HEARTLAB_OK;
}
