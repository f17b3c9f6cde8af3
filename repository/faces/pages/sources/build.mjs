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
  const world360 = 1440;
  const ring = (indices) => {
    const points = indices.flatMap((index) => (index < 0 ? [...arcs[~index]].reverse() : arcs[index]));
    let turn = 0; // a coast that crosses the antimeridian goes on beyond the edge, and once more at the other side
    const coast = points.map(([x, y], place) => {
      const step = place && y < 690 ? x - points[place - 1][0] : 0;
      turn += Math.abs(step) > world360 / 2 ? -Math.sign(step) * world360 : 0;
      return [x + turn, y];
    });
    const shifts = [0, ...new Set(coast.map(([x]) => (x < 0 ? world360 : x > world360 ? -world360 : 0)).filter(Boolean))];
    const steps = coast.slice(1).map((point, place) => [point[0] - coast[place][0], point[1] - coast[place][1]]);
    const line = `l${steps.filter(([x, y]) => x || y).map((step) => step.join(" ")).join(" ")}z`;
    return shifts.map((shift) => `M${coast[0][0] + shift} ${coast[0][1]}${line}`).join("");
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

const licences = [...packages].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const described = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license"].map((file) => join(folder, file)).find(existsSync);
  return { name, version: described.version, licence: described.license ?? "", text: text ? readFileSync(text, "utf8") : "" };
});
writeFileSync(join(out, "licences.json"), JSON.stringify(licences, null, 2) + "\n");
