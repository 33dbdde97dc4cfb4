/** @file Optional packages: where a file of one lies, looked for from the working directory first and from this package second. */
import { createRequire } from "node:module";
import { join } from "node:path";

export function findPackageFile(name: string): string | null {
  for (const from of [join(process.cwd(), "here.js"), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not there; the next place.
    }
  }
  return null;
}
