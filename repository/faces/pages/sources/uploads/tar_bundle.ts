// A TAR of small files (POSIX.1-2017, pax): of each an extended header with its name and SHA-256, and its bytes.

export interface BundledBytes {
  key: string;
  content: Uint8Array<ArrayBuffer>;
  sha256: string;
}

const BLOCK = 512;
const END = new Uint8Array(2 * BLOCK);
const TEXT = new TextEncoder();
// More than the headers and the padding of a file are.
export const MOST_AROUND_A_FILE = 4 << 10;

export function tarOf(files: readonly BundledBytes[], keyword: string): Blob {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (const { key, content, sha256 } of files) {
    const records = bytesOf(record("path", key) + record(keyword, sha256));
    pieces.push(header("pax", records.length, "x"), records, padding(records.length));
    pieces.push(header(plainName(key), content.length, "0"), content, padding(content.length));
  }
  return new Blob([...pieces, END]);
}

// "LENGTH KEYWORD=VALUE\n", whose length counts its own digits.
function record(keyword: string, value: string): string {
  const rest = bytesOf(` ${keyword}=${value}\n`).length;
  let length = rest + 1;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${keyword}=${value}\n`;
}

// What programs without extended headers would call it.
function plainName(key: string): string {
  return key.replace(/[^\x20-\x7e]/g, "_").slice(-99);
}

function header(name: string, size: number, kind: string): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(bytesOf(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(148, " ".repeat(8));
  put(156, kind);
  put(257, "ustar\u000000");
  const sum = block.reduce((before, byte) => before + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

function padding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(-size & (BLOCK - 1));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return TEXT.encode(text);
}
