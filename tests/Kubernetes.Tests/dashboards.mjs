// Checks Grafana dashboards (a JSON object on standard input: file name to dashboard) against Grafana's own types and prints what is wrong with them,
// one line each; nothing when all is well. The version of @grafana/schema in package.json is that of docker-compose.yml's Grafana.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const modules = path.join(path.dirname(fileURLToPath(import.meta.url)), "node_modules");
const raw = "./@grafana/schema/dist/types/raw";
const panel = name => `${raw}/composable/${name.replaceAll("-", "")}/panelcfg/x/`;
const kinds = { timeseries: "TimeSeries", stat: "Stat", heatmap: "Heatmap", table: "Table", "state-timeline": "StateTimeline" };
const problems = [];

// What the types do not say: enumerations are texts in a file; a panel's plugin fills in the options that a file leaves out; and what the Prometheus
// data source adds to queries, variables and annotations.
let source = `
import type * as core from "${raw}/dashboard/x/dashboard_types.gen";
${Object.entries(kinds).map(([kind, name]) => `import type * as ${name} from "${panel(kind)}${name}PanelCfg_types.gen";`).join("\n")}
type Plain<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Partly<T> = T extends string ? \`\${T}\` : T extends (infer U)[] ? Partly<U>[] : T extends object ? { [K in keyof T]?: Partly<T[K]> } : T;
type Query = { refId: string; datasource: core.DataSourceRef; expr: string; legendFormat: string; range?: boolean; instant?: boolean; exemplar?: boolean; format?: "time_series" | "table" | "heatmap" };
type Variable = Plain<core.VariableModel> & { definition?: string };
type Annotation = Plain<core.AnnotationQuery> & { expr: string; titleFormat: string; textFormat: string };
type Frame = Omit<Plain<core.Dashboard>, "panels" | "templating" | "annotations"> & { templating: { list: Variable[] }; annotations: { list: Annotation[] } };
type Config<C> = { defaults: Omit<Plain<core.FieldConfig>, "custom"> & { custom?: Partly<C> }; overrides: Plain<core.FieldConfigSource["overrides"]> };
type Panel<K, O, C> = Omit<Plain<core.Panel>, "type" | "options" | "fieldConfig" | "targets"> & { type: K; options: Partly<O>; fieldConfig: Config<C>; targets: Query[] };
type Row = Plain<core.RowPanel>;
`;
const types = { row: "Row" };
for (const [kind, name] of Object.entries(kinds)) types[kind] = `Panel<"${kind}", ${name}.Options, ${name === "Stat" ? "{}" : `${name}.FieldConfig`}>`;

// One line a part, so that a line's number tells where an error is.
const places = new Map();
const add = (place, type, value) => {
  places.set(source.split("\n").length - 1, place);
  source += `export const o${places.size}: ${type} = ${JSON.stringify(value)};\n`;
};
for (const [file, { panels, ...frame }] of Object.entries(JSON.parse(fs.readFileSync(0, "utf8")))) {
  add(file, "Frame", frame);
  for (const one of panels) {
    if (types[one.type]) add(`${file}, ${one.title}`, types[one.type], one);
    else problems.push(`${file}, ${one.title}: there is no panel ${one.type} among those that are checked`);
  }
}

const file = path.join(modules, `.dashboards-${process.pid}.mts`);
fs.writeFileSync(file, source);
try {
  const program = ts.createProgram([file], {
    noEmit: true, skipLibCheck: true, strict: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  for (const found of ts.getPreEmitDiagnostics(program)) {
    const line = found.file ? found.file.getLineAndCharacterOfPosition(found.start).line : -1;
    problems.push(`${places.get(line) ?? "types"}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
  }
} finally {
  fs.rmSync(file);
}

process.stdout.write(problems.join("\n"));
