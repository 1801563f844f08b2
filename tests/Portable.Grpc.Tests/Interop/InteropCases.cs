namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>The cases of gRPC's interop description.</summary>
internal static class InteropCases
{
    public const string ServerCompressedStreaming = "server_compressed_streaming";

    public static readonly string[] All =
    [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "timeout_on_sleeping_server",
        "cancel_after_begin", "cancel_after_first_response", "status_code_and_message", "special_status_message",
        "unimplemented_method", "unimplemented_service", "custom_metadata", "client_compressed_unary", ServerCompressedStreaming,
    ];
}
