// Checks Kubernetes objects (a JSON array on standard input) and prints what is wrong with them, one line each; nothing when all is well.
// Twice: the schemas' validators know required fields, patterns and ranges; the type checker knows which fields there are at all.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = path.dirname(fileURLToPath(import.meta.url));
const packages = { "keda.sh": "@kubernetes-models/keda/", "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/" };
const objects = JSON.parse(fs.readFileSync(0, "utf8"));
const problems = [];
let source = "";

for (const [index, object] of objects.entries()) {
  const name = `${object.kind}/${object.metadata?.name}`;
  const group = object.apiVersion.split("/")[0];
  const module = (packages[group] ?? "kubernetes-models/") + object.apiVersion;
  const known = await import(module).catch(() => ({}));
  // The schemas go back to versions that no server has any more.
  const isOld = !packages[group] && !/(^|\/)v\d+$/.test(object.apiVersion);
  if (!known[object.kind] || isOld) {
    problems.push(`${name}: there is no ${object.kind} in ${object.apiVersion}`);
    continue;
  }
  try {
    new known[object.kind](object).validate();
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
  // One line an object, so that a line's number tells whose error it is.
  source += `export const o${index}: import("${module}", { with: { "resolution-mode": "import" } }).I${object.kind} = ${JSON.stringify(object)};\n`;
}

const file = path.join(folder, "node_modules", `.objects-${process.pid}.mts`);
fs.writeFileSync(file, source);
try {
  const program = ts.createProgram([file], {
    noEmit: true, skipLibCheck: true, strict: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  for (const found of ts.getPreEmitDiagnostics(program)) {
    const line = found.file ? found.file.getLineAndCharacterOfPosition(found.start).line : -1;
    const owner = source.split("\n")[line]?.match(/"kind":"(\w+)".*?"name":"([^"]+)"/);
    problems.push(`${owner ? `${owner[1]}/${owner[2]}` : "?"}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
  }
} finally {
  fs.rmSync(file);
}

process.stdout.write(problems.join("\n"));
