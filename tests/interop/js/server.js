// The server side of gRPC's interop cases on @grpc/grpc-js. Writes "PORT <number>" and serves until its input ends.
'use strict';

const { grpc, testing } = require('./service');

const ECHO_HEADER = 'x-grpc-test-echo-initial';
const ECHO_TRAILER = 'x-grpc-test-echo-trailing-bin';

const payload = (size) => ({ type: 'COMPRESSABLE', body: Buffer.alloc(size) });

function trailersOf(call) {
  const trailers = new grpc.Metadata();
  call.metadata.get(ECHO_TRAILER).forEach((value) => trailers.add(ECHO_TRAILER, value));
  return trailers;
}

function echoHeaders(call) {
  const values = call.metadata.get(ECHO_HEADER);
  if (values.length === 0) return;
  const headers = new grpc.Metadata();
  values.forEach((value) => headers.add(ECHO_HEADER, value));
  call.sendMetadata(headers);
}

const asked = (status) => status && status.code !== 0;

async function respond(call, request) {
  for (const { size, interval_us: interval } of request.response_parameters) {
    if (interval > 0) await new Promise((done) => setTimeout(done, interval / 1000));
    call.write({ payload: payload(size) });
  }
}

const handlers = {
  EmptyCall(call, callback) {
    echoHeaders(call);
    callback(null, {}, trailersOf(call));
  },
  UnaryCall(call, callback) {
    echoHeaders(call);
    const { response_status: status, response_size: size } = call.request;
    if (asked(status)) callback({ code: status.code, details: status.message, metadata: trailersOf(call) });
    else callback(null, { payload: payload(size) }, trailersOf(call));
  },
  StreamingInputCall(call, callback) {
    echoHeaders(call);
    let total = 0;
    call.on('data', (request) => { total += request.payload.body.length; });
    call.on('end', () => callback(null, { aggregated_payload_size: total }, trailersOf(call)));
  },
  async StreamingOutputCall(call) {
    echoHeaders(call);
    await respond(call, call.request);
    call.end(trailersOf(call));
  },
  FullDuplexCall(call) {
    echoHeaders(call);
    let turn = Promise.resolve();
    call.on('data', (request) => {
      const status = request.response_status;
      if (asked(status)) call.emit('error', { code: status.code, details: status.message, metadata: trailersOf(call) });
      else turn = turn.then(() => respond(call, request));
    });
    call.on('end', () => turn.then(() => call.end(trailersOf(call))));
  },
};

const server = new grpc.Server();
server.addService(testing.TestService.service, handlers);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`PORT ${port}`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
