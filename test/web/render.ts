/** @file Views as text in Node: preact draws into linkedom's document, which needs no browser. */
import { parseHTML } from "linkedom";
import { type ComponentChild, render } from "preact";

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** preact asks the global document for elements. */
Object.assign(globalThis, { document });

export { document };

/** The markup of a view; one element a line, so that a snapshot can be read and compared. */
export function markup(view: ComponentChild): string {
  const place = document.createElement("div");
  render(view, place as unknown as Element);
  const text = place.innerHTML;
  render(null, place as unknown as Element);
  return text.replaceAll("><", ">\n<");
}

/** The elements of a view by name, and the names of their attributes: what a browser would make of it, whatever its texts say. */
export function elementsOf(view: ComponentChild): { readonly names: Set<string>; readonly attributes: Set<string> } {
  const place = document.createElement("div");
  render(view, place as unknown as Element);
  const all = [...place.querySelectorAll("*")];
  const names = new Set(all.map(({ localName }) => localName));
  const attributes = new Set(all.flatMap((element) => [...element.attributes].map(({ name }) => name)));
  render(null, place as unknown as Element);
  return { names, attributes };
}

/** Picture data are long and tested by themselves. */
export const withoutPictures = (text: string): string => text.replaceAll(/data:image\/bmp;base64,[\w+/=]+/g, "data:image/bmp;…");
