/**
 * @file The data room: bytes to arrays and back, as pure functions that run in Node and in browsers. No file is opened here.
 */
export type { Dtype, NumericArray, NumericData } from "./array.ts";
export type { ReadOptions } from "./bytes.ts";
export { type CsvMatrix, type CsvMatrixOptions, type CsvTable, csvToMatrix, readCsv } from "./csv.ts";
export type { CsvOptions } from "./csv-rows.ts";
export { type CsvCell, type CsvWriteOptions, writeCsv } from "./csv-write.ts";
export { readIdx, writeIdx } from "./idx.ts";
export { readNpy, writeNpy } from "./npy.ts";
export { type NpzOptions, readNpz, writeNpz } from "./npz.ts";
export { type Image, pngToGrey, readPng, writePng } from "./png.ts";
export { type ReadArrayOptions, readArray, splitArrayName } from "./read-array.ts";
export { type MnistOptions, mnistFromIdx, toRows } from "./rows.ts";
export { readSafetensors, type Safetensors, type SafetensorsOptions, writeSafetensors } from "./safetensors.ts";
