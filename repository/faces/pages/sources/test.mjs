// Run the tests of the scripts' parts by Node's own runner, each built as the scripts are.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "pages-"));
try {
  await build({
    entryPoints: readdirSync(join(here, "tests")).filter((name) => name.endsWith("_test.ts")).map((name) => join(here, "tests", name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
  });
  process.exitCode = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...process.argv.slice(2), out], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
