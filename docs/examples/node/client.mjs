// Edits a clip: node client.mjs HOST:PORT CLIP OUTPUT [KEY]. See docs/api.md.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

// <load>
const contract = process.env.VIDEOGRAIN_PROTOS ?? "protos";
const common = path.dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));
const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [contract, common] };
const api = grpc.loadPackageDefinition(loader.loadSync("videograin/v1/orchestrator_service.proto", options)).videograin.v1;
const details = loader.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"], options);
// </load>

const CHUNK = 1 << 18; // bytes; at most 1 MiB

// <specification>
function specification(clipSize, { phrase = "two orange moons", steps = 6 } = {}) {
  return {
    source_prompt: "a green triangle and a black diamond on snow",
    target_prompt: "two orange moons on snow",
    clip: { upload: "clip", frame_count: 2 },
    uploads: [{ name: "clip", format: "UPLOAD_FORMAT_VIDEO", part_bytes: [clipSize] }],
    regions: [{ id: "moons", phrase, source: { whole_frame: {} } }],
    options: { steps, seed: 7 },
  };
}
// </specification>

// <checksum>
const table = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

function crc32c(data) {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}
// </checksum>

// <submit>
function submit(client, wanted, clip) {
  return new Promise((resolve, reject) => {
    const call = client.SubmitEdit((error, response) => (error ? reject(error) : resolve(response.edit)));
    call.on("error", () => {}); // the callback tells
    call.write({ specification: wanted });
    for (let offset = 0; offset < clip.length; offset += CHUNK) {
      const data = clip.subarray(offset, offset + CHUNK);
      call.write({ upload: { name: "clip", offset, data, crc32c: crc32c(data) } });
    }
    call.end();
  });
}
// </submit>

// <watch>
// Yields the edit's events to the last one; goes on after the last one seen when the connection breaks.
async function* watch(client, editId, patience = 10) {
  let seen = 0;
  for (let failures = 0; ; ) {
    try {
      for await (const { event } of client.WatchEdit({ edit_id: editId, after_sequence: seen })) {
        [seen, failures] = [event.sequence, 0];
        yield event;
        if (event.event === "finished") return;
      }
    } catch (error) {
      if (error.code !== grpc.status.UNAVAILABLE || failures === patience) throw error;
    }
    await pause(200 * ++failures);
  }
}
// </watch>

// <download>
// Fetches an artifact; goes on where it stopped when the connection breaks. The file appears only when its checksum is right.
async function download(client, editId, name, target, patience = 10) {
  const parts = [];
  let artifact;
  for (let received = 0, failures = 0; !artifact || received < artifact.byte_count; ) {
    try {
      for await (const { payload, ...message } of client.DownloadArtifact({ edit_id: editId, artifact_name: name, offset: received })) {
        if (payload === "artifact") {
          artifact = message.artifact;
        } else if (crc32c(message.chunk.data) === message.chunk.crc32c) {
          parts.push(message.chunk.data);
          received += message.chunk.data.length;
          failures = 0;
        } else {
          throw new Error(`${name} arrived damaged at byte ${message.chunk.offset}`);
        }
      }
    } catch (error) {
      if (error.code !== grpc.status.UNAVAILABLE || failures === patience) throw error;
      await pause(200 * ++failures);
    }
  }
  const bytes = Buffer.concat(parts);
  if (createHash("sha256").update(bytes).digest("hex") !== artifact.sha256) throw new Error(`${name} arrived with another checksum`);
  fs.writeFileSync(`${target}.partial`, bytes);
  fs.renameSync(`${target}.partial`, target);
  return bytes.length;
}
// </download>

// <errors>
// What the server says about an error: its stable reason, the fields at fault, the seconds to wait before another try.
function explain(error) {
  const result = { reason: "", fields: [], wait: undefined };
  const [status] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!status) return result;
  for (const { type_url, value } of details["google.rpc.Status"].deserialize(status).details) {
    const detail = details[type_url.split("/")[1]].deserialize(value);
    if (type_url.endsWith(".ErrorInfo")) result.reason = detail.reason;
    if (type_url.endsWith(".BadRequest")) result.fields = detail.field_violations.map(({ field, description }) => `${field}: ${description}`);
    if (type_url.endsWith(".RetryInfo")) result.wait = detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9;
  }
  return result;
}
// </errors>

// <key>
// Adds the caller's key to every call.
const withKey = key => (callOptions, next) =>
  new grpc.InterceptingCall(next(callOptions), {
    start(metadata, listener, proceed) {
      metadata.set("authorization", `Bearer ${key}`);
      proceed(metadata, listener);
    },
  });
// </key>

const [address, clipPath, output, key] = process.argv.slice(2);
const client = new api.OrchestratorService(address, grpc.credentials.createInsecure(), { interceptors: key ? [withKey(key)] : [] });
const clip = fs.readFileSync(clipPath);

const edit = await submit(client, specification(clip.length), clip);
console.log("submitted", edit.id);
for await (const event of watch(client, edit.id)) {
  console.log("event", event.sequence, event.event, event.event === "state" ? event.state : (event.finished?.state ?? ""));
}
console.log("saved", await download(client, edit.id, "result.mp4", output));

try {
  await submit(client, specification(clip.length, { phrase: "a polar bear" }), clip);
} catch (error) {
  const { reason, fields } = explain(error);
  console.log("refused", grpc.status[error.code], reason, ...fields);
}

const longer = await submit(client, specification(clip.length, { steps: 200 }), clip);
// <cancel>
const cancelled = await new Promise((resolve, reject) =>
  client.CancelEdit({ edit_id: longer.id }, { deadline: Date.now() + 30_000 }, (error, response) => (error ? reject(error) : resolve(response.edit))),
);
// </cancel>
console.log("cancelled", cancelled.state);
client.close();
