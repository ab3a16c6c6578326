// Resizing of 8-bit pictures. Called by image.cpp; pure.
#pragma once

#include "cli/image.h"

namespace heddle::cli {

// Bilinear with antialiasing when it shrinks, the same pixels as Pillow's Image.resize(size, BILINEAR).
// Width and height must be positive.
Image resize_bilinear(const Image& image, int width, int height);

}  // namespace heddle::cli
