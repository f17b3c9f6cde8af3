// Build every style sheet and script of a room into ../static, named by its content, with a manifest of digests.
// The same sources give the same bytes on every machine, so that a check can compare them.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  write(name, bytes);
}

// Coastlines of Natural Earth (public domain) at 1:110 million, as world-atlas has them in TopoJSON: one path in quarters
// of a degree from 180° W and 90° N on.  Its grey serves both colour schemes, for an image knows nothing of its page.
function coastlines() {
  const world = JSON.parse(readFileSync(join(here, "node_modules/world-atlas/land-110m.json"), "utf8"));
  const { scale, translate } = world.transform;
  const arcs = world.arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([east, north]) => {
      [x, y] = [x + east, y + north];
      return [4 * (x * scale[0] + translate[0] + 180), 4 * (90 - (y * scale[1] + translate[1]))].map(Math.round);
    });
  });
  const ring = (indices) => {
    const points = indices.flatMap((index) => (index < 0 ? [...arcs[~index]].reverse() : arcs[index]));
    const steps = points.slice(1).map((point, place) => [point[0] - points[place][0], point[1] - points[place][1]]);
    return `M${points[0].join(" ")}l${steps.filter(([x, y]) => x || y).map((step) => step.join(" ")).join(" ")}z`;
  };
  const rings = world.objects.land.geometries.flatMap((geometry) => geometry.arcs).flat();
  const path = rings.map(ring).join("").replaceAll(" -", "-");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1440 720"><path fill="#8b96a2" fill-opacity=".55" d="${path}"/></svg>\n`;
}

function write(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const file = name.replace(/(\.\w+)$/, `-${hash}$1`);
  writeFileSync(join(out, file), bytes);
  manifest[name] = { file, integrity: `sha384-${createHash("sha384").update(bytes).digest("base64")}` };
}

write("land.svg", Buffer.from(coastlines()));
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
