namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>A gRPC library written by others.</summary>
public enum Peer
{
    /// <summary>@grpc/grpc-js, on Node.js.</summary>
    GrpcJs,

    /// <summary>grpcio, Python on gRPC's C core.</summary>
    Grpcio,
}
