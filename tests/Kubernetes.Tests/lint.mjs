// Lints the Dockerfile on standard input and prints what is wrong with it, one line each; nothing when all is well.
import fs from "node:fs";
import { createRequire } from "node:module";

const { validate, ValidationSeverity } = createRequire(import.meta.url)("dockerfile-utils");
const error = ValidationSeverity.ERROR;
const problems = validate(fs.readFileSync(0, "utf8"), {
  deprecatedMaintainer: error, directiveCasing: error, emptyContinuationLine: error, instructionCasing: error, instructionCmdMultiple: error,
  instructionEntrypointMultiple: error, instructionHealthcheckMultiple: error, instructionJSONInSingleQuotes: error,
});
process.stdout.write(problems.map(problem => `line ${problem.range.start.line + 1}: ${problem.message}`).join("\n"));
