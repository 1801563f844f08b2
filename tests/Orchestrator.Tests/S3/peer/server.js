'use strict';

// Serves a folder as a bucket on a free loopback port, prints the port, and ends with its standard input.
const S3rver = require('@20minutes/s3rver');

const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: process.argv[2],
  vhostBuckets: false,
  configureBuckets: [{ name: process.argv[3] }],
});
// Where a path is the bucket alone, this server checks the signature of another path than was asked for, without the slash at its end. Objects it checks rightly.
server.middleware.unshift((ctx, next) => {
  if (/^\/[^/]+\/?$/.test(ctx.path)) ctx.app = Object.create(ctx.app, { allowMismatchedSignatures: { value: true } });
  return next();
});
server.run().then(({ port }) => console.log(port));
process.stdin.on('end', () => process.exit(0)).resume();
