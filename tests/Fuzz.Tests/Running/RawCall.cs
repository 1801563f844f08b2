using Google.Protobuf.Reflection;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Fuzz.Tests.Running;

/// <summary>Calls a method with bytes of the test's own choice.</summary>
internal static class RawCall
{
    private static readonly Marshaller<byte[]> Bytes = new(data => data, data => data);

    /// <summary>Sends requests, half-closes, and reads to the end or until enough has come.</summary>
    /// <param name="invoker">The service.</param>
    /// <param name="method">The method.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="enough">Responses after which the caller goes away.</param>
    /// <param name="patience">Time in which the call has to end.</param>
    public static async Task<Outcome> SendAsync(CallInvoker invoker, MethodDescriptor method, IReadOnlyList<byte[]> requests, int enough, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var options = new CallOptions(cancellationToken: limit.Token);
        var raw = new Method<byte[], byte[]>(TypeOf(method), method.Service.FullName, method.Name, Bytes, Bytes);
        var responses = new List<byte[]>();
        try
        {
            switch (raw.Type)
            {
                case MethodType.Unary:
                    using (var call = invoker.AsyncUnaryCall(raw, null, options, requests[0]))
                        responses.Add(await call);
                    break;
                case MethodType.ServerStreaming:
                    using (var call = invoker.AsyncServerStreamingCall(raw, null, options, requests[0]))
                        await ReadAsync(call.ResponseStream, responses, enough);
                    break;
                case MethodType.ClientStreaming:
                    using (var call = invoker.AsyncClientStreamingCall(raw, null, options))
                    {
                        await WriteAsync(call.RequestStream, requests);
                        responses.Add(await call);
                    }

                    break;
                default:
                    using (var call = invoker.AsyncDuplexStreamingCall(raw, null, options))
                    {
                        var writing = WriteAsync(call.RequestStream, requests);
                        await ReadAsync(call.ResponseStream, responses, enough);
                        await writing;
                    }

                    break;
            }

            return new Outcome(StatusCode.OK, "", false, responses, false);
        }
        catch (RpcException exception)
        {
            return new Outcome(
                exception.StatusCode, exception.Status.Detail, exception.Trailers.Any(entry => entry.Key == "grpc-status-details-bin")
                && VideoGrainException.FromRpcException(exception).Reason.Length > 0, responses, limit.IsCancellationRequested);
        }
    }

    private static async Task ReadAsync(IAsyncStreamReader<byte[]> stream, List<byte[]> responses, int enough)
    {
        while (responses.Count < enough && await stream.MoveNext(CancellationToken.None))
            responses.Add(stream.Current);
    }

    private static async Task WriteAsync(IClientStreamWriter<byte[]> stream, IReadOnlyList<byte[]> requests)
    {
        try
        {
            foreach (var request in requests)
                await stream.WriteAsync(request);

            await stream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The service may answer before it has read everything; what it answers counts.
        }
    }

    private static MethodType TypeOf(MethodDescriptor method) => (method.IsClientStreaming, method.IsServerStreaming) switch
    {
        (false, false) => MethodType.Unary,
        (false, true) => MethodType.ServerStreaming,
        (true, false) => MethodType.ClientStreaming,
        _ => MethodType.DuplexStreaming,
    };
}
