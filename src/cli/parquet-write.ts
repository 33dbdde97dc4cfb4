/** @file A store as a parquet file, in pieces, whatever its size: ids and metadata as JSON texts, patterns as lists of f32. A few thousand rows are a row group. */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { HopfieldError } from "../core/errors.ts";
import type { Store } from "../store/index.ts";
import { exportColumns, exportMark } from "./parquet-values.ts";

const { id, metadata, pattern } = exportColumns;

const schema: SchemaElement[] = [
  { name: "schema", num_children: 3 },
  { name: id, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" }, repetition_type: "REQUIRED" },
  { name: metadata, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" }, repetition_type: "REQUIRED" },
  { name: pattern, converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1, repetition_type: "REQUIRED" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
];

/** Numbers of one row group, about. */
const groupNumbers = 2 ** 20;

/** @throws HopfieldError E_RANGE (an empty store), E_FORMAT, E_IO. */
export function* parquetPieces(store: Store): Generator<Uint8Array> {
  if (store.patterns === 0) throw new HopfieldError("E_RANGE", "export: the store holds no pattern");
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema,
    statistics: false,
    kvMetadata: [{ key: exportMark, value: "1" }],
    createdBy: "modern-hopfield",
  });
  const rows = Math.max(1, Math.floor(groupNumbers / store.dimension));
  /** What was written since the last piece; offsets in the file go on counting. */
  const piece = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  for (const batch of store.batches(rows)) {
    const { data, columns } = batch.rows;
    file.write({
      rowGroupSize: rows,
      columnData: [
        { name: id, data: batch.ids.map((each) => JSON.stringify(each)) },
        { name: metadata, data: batch.metadata.map((each) => JSON.stringify(each)) },
        { name: pattern, data: batch.ids.map((_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns))) },
      ],
    });
    yield piece();
  }
  file.finish();
  yield piece();
}
