// Build every style sheet and script of a room into ../static, named by its content, with a manifest of digests.
// The same sources give the same bytes on every machine, so that a check can compare them.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
for (const entry of entries) {
  const isScript = extname(entry) === ".ts";
  const result = await build({
    entryPoints: [join(here, entry)],
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    legalComments: "none",
    format: isScript ? "esm" : undefined,
    target: isScript ? "es2022" : ["chrome120", "firefox121", "safari17"],
    external: ["/static/*"],
  });
  const bytes = result.outputFiles[0].contents;
  const name = basename(entry, extname(entry)) + (isScript ? ".js" : ".css");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const file = name.replace(/(\.\w+)$/, `-${hash}$1`);
  writeFileSync(join(out, file), bytes);
  manifest[name] = { file, integrity: `sha384-${createHash("sha384").update(bytes).digest("base64")}` };
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
