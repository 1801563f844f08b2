// Loads the interop service for both peers written in JavaScript.
'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const proto = path.join(__dirname, '..', '..', 'Portable.Grpc.Tests', 'protos', 'test.proto');
const definition = loader.loadSync(proto, { keepCase: true, defaults: true });

module.exports = { grpc, testing: grpc.loadPackageDefinition(definition).grpc.testing };
