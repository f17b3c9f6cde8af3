// Names, digests, archives, pauses: parts that need no page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { inAddress, isLeftOut, keyOf } from "../uploads/chosen_names";
import { digestOf } from "../uploads/file_digests";
import { partSizeOf } from "../uploads/part_sender";
import { reasonOf, secondsOf } from "../uploads/server_calls";
import { Sha256 } from "../uploads/sha256_stream";
import { tarOf } from "../uploads/tar_bundle";
import { UploadQueue } from "../uploads/upload_queue";
import { humanSize, Words } from "../uploads/upload_words";
import { bundleOf } from "../uploads/whole_sender";

const MIB = 1 << 20;

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, place) => (place * 31 + (place >> 8)) & 0xff);
}

function file(name: string, size = 1): File {
  return new File([bytes(size)], name);
}

test("a digest of pieces is that of the whole, whatever their lengths", async () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003]) {
    const whole = bytes(length);
    for (const piece of [1, 7, 64, 100, 65_536]) {
      const digest = new Sha256();
      for (let at = 0; at < length; at += piece) digest.update(whole.subarray(at, at + piece));
      assert.equal(digest.hex(), createHash("sha256").update(whole).digest("hex"), `${length} by ${piece}`);
    }
    assert.equal(await digestOf(whole), createHash("sha256").update(whole).digest("hex"));
  }
});

test("an archive has each name in full, its digest, and its bytes in blocks", async () => {
  const key = `${"深".repeat(60)}/文件 #1.csv`;
  const content = bytes(700);
  const blob = tarOf([{ key, content, sha256: "ab".repeat(32) }, { key: "empty", content: bytes(0), sha256: "" }], "K");
  const whole = new Uint8Array(await blob.arrayBuffer());
  const text = new TextDecoder("latin1").decode(whole);
  assert.equal(whole.length % 512, 0);
  const named = new TextDecoder().decode(whole.subarray(512, 1024)).match(/^(\d+) path=([^\n]*)\n(\d+) K=([^\n]*)\n/)!;
  assert.equal(named[2], key);
  assert.equal(named[4], "ab".repeat(32));
  assert.equal(Number(named[1]), new TextEncoder().encode(`${named[1]} path=${key}\n`).length);
  assert.deepEqual(whole.subarray(1536, 1536 + 700), content);
  assert.equal(text.slice(257, 265), "ustar\u000000");
  assert(whole.subarray(-1024).every((byte) => byte === 0));
});

test("a name is kept in one spelling, and two spellings of one name stay two", () => {
  const [nfc, nfd] = ["caf\u00e9", "cafe\u0301"];
  const spellings = new Map<string, string>();
  assert.equal(keyOf(nfd, (key) => spellings.get(key)), nfc);
  spellings.set(nfc, nfd);
  assert.equal(keyOf(nfd, (key) => spellings.get(key)), nfc);
  assert.equal(keyOf(nfc, (key) => spellings.get(key)), nfd);
});

test("a folder with two spellings of one name asks about both, whichever came first", () => {
  for (const [first, second] of [["caf\u00e9", "cafe\u0301"], ["cafe\u0301", "caf\u00e9"]] as const) {
    const queue = new UploadQueue();
    const one = queue.add(first, file("a"))!;
    const other = queue.add(second, file("b"))!;
    assert.equal(queue.wanted, 2);
    assert(one.key !== other.key);
    assert.equal(queue.twinOf(other), one);
    assert.equal(queue.twinOf(one), undefined);
  }
});

test("files that systems put beside those of people are left out", () => {
  for (const path of [".DS_Store", "a/Thumbs.db", "a/~$report.docx", "a/.~lock.b.ods#", "desktop.ini"]) assert(isLeftOut(path));
  for (const path of ["DS_Store", "a/thumbs.db.csv", "~report", "a~$b"]) assert(!isLeftOut(path));
});

test("an address has every sign of a name that is no slash", () => {
  assert.equal(inAddress("a b/#1?%/温.csv"), "a%20b/%231%3F%25/%E6%B8%A9.csv");
});

test("a queue counts files and bytes by what has become of them", () => {
  const queue = new UploadQueue();
  const [a, b] = [queue.add("a", file("a", 10))!, queue.add("b", file("b", 5))!];
  queue.move(a, "sending");
  a.sent = 4;
  assert.deepEqual([queue.wanted, queue.wantedBytes, queue.storedBytes], [2, 15, 4]);
  queue.move(a, "done");
  queue.move(b, "dropped");
  assert.deepEqual([queue.wanted, queue.wantedBytes, queue.storedBytes, queue.count("done")], [1, 10, 10, 1]);
  assert.equal(queue.add("a", file("a", 10))!.state, "found");
  assert.equal(queue.count("done"), 0);
});

test("a file that is being sent is not taken once more", () => {
  const queue = new UploadQueue();
  queue.move(queue.add("a", file("a"))!, "sending");
  assert.equal(queue.add("a", file("a")), null);
});

test("small files go together, as many as fit", () => {
  const queue = new UploadQueue();
  for (let number = 0; number < 300; number++) queue.add(`s${number}`, file("s", 10));
  queue.add("large", file("l", MIB));
  const limits = { files: 256, bytes: 16 * MIB, sha256: "K" };
  assert.equal(bundleOf(queue.in("found"), limits).length, 256);
  assert.equal(bundleOf(queue.in("found"), { ...limits, bytes: 10_000 }).length, 2);
  assert(bundleOf(queue.in("found"), { ...limits, files: 1000 }).every((item) => item.size < MIB));
});

test("parts are as many as the server takes, at most", () => {
  assert.equal(partSizeOf(20 * MIB, 10_000), 16 * MIB);
  const size = 5e12;
  assert(Math.ceil(size / partSizeOf(size, 10_000)) <= 10_000);
});

test("the wait that a server wants is a number of seconds or a date", () => {
  assert.equal(secondsOf("7", 0), 7);
  assert.equal(secondsOf("Thu, 01 Jan 1970 00:01:00 GMT", 0), 60);
  assert.equal(secondsOf("soon", 0), null);
  assert.equal(secondsOf(null, 0), null);
});

test("a reason is what the server says of the fields, or of the whole", () => {
  assert.equal(reasonOf({ message: "No.", errors: [{ field: "a", messages: ["One.", "Two."] }] }), "One. Two.");
  assert.equal(reasonOf({ message: "No." }), "No.");
  assert.equal(reasonOf({}), "");
});

test("words have numbers in their places, and a singular of their own", () => {
  const words = new Words({ files: "{count} files", files_one: "{count} file", minutes: "{count} min", hours: "{count} h" }, "en");
  assert.equal(words.say("files", { count: 12_345 }), "12,345 files");
  assert.equal(words.say("files", { count: 1 }), "1 file");
  assert.equal(words.time(3600), "60 min");
  assert.equal(words.time(7200), "2 h");
  assert.deepEqual([0, 999, 1000, 1_234_567, 999_950].map(humanSize), ["0 B", "999 B", "1.0 kB", "1.2 MB", "1.0 MB"]);
});
