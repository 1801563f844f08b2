// The client side of gRPC's interop cases on @grpc/grpc-js: node client.js <host:port> <case>. Fails unless the case holds.
'use strict';

const assert = require('assert');
const { grpc, testing } = require('./service');

const [, , target, name] = process.argv;
const ECHO_HEADER = 'x-grpc-test-echo-initial';
const ECHO_TRAILER = 'x-grpc-test-echo-trailing-bin';
const REQUEST_SIZES = [27182, 8, 1828, 45904];
const RESPONSE_SIZES = [31415, 9, 2653, 58979];
const LARGE_REQUEST = 271828;
const LARGE_RESPONSE = 314159;
const LIMIT_MS = 15000;

const { status } = grpc;
const payload = (size) => ({ body: Buffer.alloc(size) });
const connect = (Service, options) => new Service(target, grpc.credentials.createInsecure(), options);
const client = connect(testing.TestService);
const before = (ms) => ({ deadline: Date.now() + ms });

function unary(stub, method, request, metadata = new grpc.Metadata(), options = before(LIMIT_MS)) {
  return new Promise((resolve) => {
    const seen = {};
    const call = stub[method](request, metadata, options, (error, response) => { seen.error = error; seen.response = response; });
    call.on('metadata', (headers) => { seen.headers = headers; });
    call.on('status', (end) => setImmediate(() => resolve({ ...seen, end })));
  });
}

function ended(call, seen = { messages: [] }) {
  return new Promise((resolve) => {
    call.on('metadata', (headers) => { seen.headers = headers; });
    call.on('data', (message) => { seen.messages.push(message); if (seen.onMessage) seen.onMessage(message); });
    call.on('error', () => {});
    call.on('status', (end) => setImmediate(() => resolve({ ...seen, end })));
  });
}

const sizes = (messages) => messages.map((message) => message.payload.body.length);
const output = (...list) => ({ response_parameters: list.map((size) => ({ size })) });

async function statusOf(text) {
  const response_status = { code: status.UNKNOWN, message: text };
  const { end } = await unary(client, 'UnaryCall', { response_status });
  assert.deepStrictEqual([end.code, end.details], [status.UNKNOWN, text]);
}

const cases = {
  async empty_unary() {
    const { response, end } = await unary(client, 'EmptyCall', {});
    assert.strictEqual(end.code, status.OK);
    assert.deepStrictEqual(response, {});
  },
  async large_unary() {
    const { response } = await unary(client, 'UnaryCall', { response_size: LARGE_RESPONSE, payload: payload(LARGE_REQUEST) });
    assert.strictEqual(response.payload.body.length, LARGE_RESPONSE);
  },
  async client_streaming() {
    const total = await new Promise((resolve, reject) => {
      const call = client.StreamingInputCall(before(LIMIT_MS), (error, response) => (error ? reject(error) : resolve(response.aggregated_payload_size)));
      REQUEST_SIZES.forEach((size) => call.write({ payload: payload(size) }));
      call.end();
    });
    assert.strictEqual(total, 74922);
  },
  async server_streaming() {
    const { messages, end } = await ended(client.StreamingOutputCall(output(...RESPONSE_SIZES), before(LIMIT_MS)));
    assert.strictEqual(end.code, status.OK);
    assert.deepStrictEqual(sizes(messages), RESPONSE_SIZES);
  },
  async ping_pong() {
    const call = client.FullDuplexCall(before(LIMIT_MS));
    let turn = 0;
    const next = () => (turn < RESPONSE_SIZES.length
      ? call.write({ ...output(RESPONSE_SIZES[turn]), payload: payload(REQUEST_SIZES[turn++]) })
      : call.end());
    const end = ended(call, { messages: [], onMessage: next });
    next();
    const result = await end;
    assert.strictEqual(result.end.code, status.OK);
    assert.deepStrictEqual(sizes(result.messages), RESPONSE_SIZES);
  },
  async empty_stream() {
    const call = client.FullDuplexCall(before(LIMIT_MS));
    const end = ended(call);
    call.end();
    const result = await end;
    assert.strictEqual(result.end.code, status.OK);
    assert.deepStrictEqual(result.messages, []);
  },
  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall(before(100));
    const end = ended(call);
    call.write({ response_parameters: [{ size: 1, interval_us: 20000000 }], payload: payload(27182) });
    assert.strictEqual((await end).end.code, status.DEADLINE_EXCEEDED);
  },
  async cancel_after_begin() {
    const end = new Promise((resolve) => {
      const call = client.StreamingInputCall(before(LIMIT_MS), (error) => resolve(error));
      call.cancel();
    });
    assert.strictEqual((await end).code, status.CANCELLED);
  },
  async cancel_after_first_response() {
    const call = client.FullDuplexCall(before(LIMIT_MS));
    const end = ended(call, { messages: [], onMessage: () => call.cancel() });
    call.write(output(31415));
    const result = await end;
    assert.strictEqual(result.end.code, status.CANCELLED);
    assert.strictEqual(result.messages.length, 1);
  },
  async status_code_and_message() {
    await statusOf('test status message');
    const call = client.FullDuplexCall(before(LIMIT_MS));
    const end = ended(call);
    call.write({ response_status: { code: status.UNKNOWN, message: 'test status message' } });
    call.end();
    const result = await end;
    assert.deepStrictEqual([result.end.code, result.end.details], [status.UNKNOWN, 'test status message']);
  },
  special_status_message: () => statusOf('\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1F608}\t\n'),
  async unimplemented_method() {
    assert.strictEqual((await unary(client, 'UnimplementedCall', {})).end.code, status.UNIMPLEMENTED);
  },
  async unimplemented_service() {
    const other = connect(testing.UnimplementedService);
    assert.strictEqual((await unary(other, 'UnimplementedCall', {})).end.code, status.UNIMPLEMENTED);
  },
  async custom_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set(ECHO_HEADER, 'test_initial_metadata_value');
    metadata.set(ECHO_TRAILER, Buffer.from([0xab, 0xab, 0xab]));
    const check = ({ headers, end }) => {
      assert.strictEqual(end.code, status.OK);
      assert.deepStrictEqual(headers.get(ECHO_HEADER), ['test_initial_metadata_value']);
      assert.deepStrictEqual(end.metadata.get(ECHO_TRAILER), [Buffer.from([0xab, 0xab, 0xab])]);
    };
    check(await unary(client, 'UnaryCall', { response_size: LARGE_RESPONSE, payload: payload(LARGE_REQUEST) }, metadata));
    const call = client.FullDuplexCall(metadata, before(LIMIT_MS));
    const end = ended(call);
    call.write(output(31415));
    call.end();
    check(await end);
  },
  async client_compressed_unary() {
    const request = { expect_compressed: { value: true }, response_size: LARGE_RESPONSE, payload: payload(LARGE_REQUEST) };
    assert.strictEqual((await unary(client, 'UnaryCall', request)).end.code, status.INVALID_ARGUMENT);
    const gzip = connect(testing.TestService, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    assert.strictEqual((await unary(gzip, 'UnaryCall', request)).response.payload.body.length, LARGE_RESPONSE);
    request.expect_compressed.value = false;
    assert.strictEqual((await unary(client, 'UnaryCall', request)).response.payload.body.length, LARGE_RESPONSE);
  },
  async server_compressed_streaming() {
    const request = { response_parameters: [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }] };
    const { messages, end } = await ended(client.StreamingOutputCall(request, before(LIMIT_MS)));
    assert.strictEqual(end.code, status.OK);
    assert.deepStrictEqual(sizes(messages), [31415, 92653]);
  },
};

assert.ok(cases[name], `unknown case ${name}`);
cases[name]().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
