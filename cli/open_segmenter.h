#pragma once

#include "heartlab/learning/open_segmenter.h"
