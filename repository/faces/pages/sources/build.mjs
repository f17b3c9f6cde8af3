// Build every style sheet and script of a room into ../static, named by its content, with a manifest of digests.
// Of packages of others that are part of them, licences.json says name, version and licence.
// The same sources give the same bytes on every machine, so that a check can compare them.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "static");
// A room's sheet or script is an entry; a part that others import is not.
const entries = readdirSync(here)
  .filter((name) => [".css", ".ts"].includes(extname(name)) && !name.endsWith(".d.ts") && !name.includes("_"))
  .sort();

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = {};
const packages = new Set();
for (const entry of entries) {
  const isScript = extname(entry) === ".ts";
  const result = await build({
    entryPoints: [join(here, entry)],
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    charset: "utf8",
    legalComments: "none",
    format: isScript ? "esm" : undefined,
    target: isScript ? "es2022" : ["chrome120", "firefox121", "safari17"],
    external: ["/static/*"],
  });
  for (const input of Object.keys(result.metafile.inputs)) {
    const inside = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (inside) packages.add(inside[1]);
  }
  const bytes = result.outputFiles[0].contents;
  const name = basename(entry, extname(entry)) + (isScript ? ".js" : ".css");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const file = name.replace(/(\.\w+)$/, `-${hash}$1`);
  writeFileSync(join(out, file), bytes);
  manifest[name] = { file, integrity: `sha384-${createHash("sha384").update(bytes).digest("base64")}` };
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

const licences = [...packages].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const described = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license"].map((file) => join(folder, file)).find(existsSync);
  return { name, version: described.version, licence: described.license ?? "", text: text ? readFileSync(text, "utf8") : "" };
});
writeFileSync(join(out, "licences.json"), JSON.stringify(licences, null, 2) + "\n");
