/** As bytes-text.mjs. */
export function bytesToText(bytes: Uint8Array): string;
