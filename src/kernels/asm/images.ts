/** Patches of images for convolutions as products of matrices, and max-pooling. An image is height * width * channels, channels last; all f32. */

/** Row (y, x) of `out` holds the size x size x channels patch at (y, x), for all places where it fits (stride 1, no padding). */
export function patches(image: usize, height: i32, width: i32, channels: i32, size: i32, out: usize): void {
  const run = (<usize>(size * channels)) << 2;
  for (let y = 0; y + size <= height; y++) {
    for (let x = 0; x + size <= width; x++) {
      for (let row = 0; row < size; row++) {
        memory.copy(out, image + ((<usize>(((y + row) * width + x) * channels)) << 2), run);
        out += run;
      }
    }
  }
}

/** Adds the patches back to where they came from. */
export function patchesBack(patch: usize, height: i32, width: i32, channels: i32, size: i32, image: usize): void {
  const run = size * channels;
  for (let y = 0; y + size <= height; y++) {
    for (let x = 0; x + size <= width; x++) {
      for (let row = 0; row < size; row++) {
        const to = image + ((<usize>(((y + row) * width + x) * channels)) << 2);
        for (let i = 0; i < run; i++) {
          const at = (<usize>i) << 2;
          store<f32>(to + at, load<f32>(to + at) + load<f32>(patch + at));
        }
        patch += (<usize>run) << 2;
      }
    }
  }
}

/** Largest of each size x size block of each channel (blocks that fit), and the index of where it stood (i32; of equals the first). */
export function maxPool(image: usize, height: i32, width: i32, channels: i32, size: i32, out: usize, places: usize): void {
  let at: usize = 0;
  for (let y = 0; y + size <= height; y += size) {
    for (let x = 0; x + size <= width; x += size) {
      for (let c = 0; c < channels; c++) {
        let best: f32 = -Infinity;
        let place = (y * width + x) * channels + c;
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const index = ((y + i) * width + x + j) * channels + c;
            const value = load<f32>(image + ((<usize>index) << 2));
            if (value > best) {
              best = value;
              place = index;
            }
          }
        }
        store<f32>(out + at, best);
        store<i32>(places + at, place);
        at += 4;
      }
    }
  }
}
