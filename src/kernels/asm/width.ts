/**
 * Patterns in a panel of keys, and columns of values that one pass of the inner loop fills: two vectors of four, or four vectors where the engine joins pairs of them into
 * 256-bit ones (the wide build, for which scripts/build-wasm.mjs puts 16 here).
 */
export const panelKeys: i32 = 8;
