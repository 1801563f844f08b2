using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Writes down who did what: calls that change something or hand out artifacts, and every caller that was turned away.</summary>
internal sealed partial class AuditInterceptor(
    AuditFiles files, IOptions<AuditOptions> options, ServiceDescription service, TimeProvider time, ILogger<AuditInterceptor> logger) : Interceptor
{
    private const string TargetField = "edit_id";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        ObserveAsync(context, request, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        ObserveAsync(context, null, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        ObserveAsync(context, request, () => WithResult(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        ObserveAsync(context, null, () => WithResult(continuation(requestStream, responseStream, context)));

    private static async Task<bool> WithResult(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> ObserveAsync<T>(ServerCallContext context, object? request, Func<Task<T>> call)
    {
        if (request is IMessage message && message.Descriptor.FindFieldByName(TargetField)?.Accessor.GetValue(message) is string target) context.SetAuditTarget(target);
        try
        {
            var result = await call();
            Record(context, StatusCode.OK, "");
            return result;
        }
        catch (RpcException exception)
        {
            Record(context, exception.StatusCode, VideoGrainException.FromRpcException(exception).Reason);
            throw;
        }
    }

    private void Record(ServerCallContext context, StatusCode status, string reason)
    {
        var method = context.Method[(context.Method.LastIndexOf('/') + 1)..];
        var isRefusal = status is StatusCode.Unauthenticated or StatusCode.PermissionDenied;
        if (!isRefusal && !options.Value.Reads && !options.Value.Methods.Contains(method)) return;
        var entry = new AuditEntry(
            time.GetUtcNow(), service.TelemetryName, isRefusal ? "" : context.GetCaller(), method, context.GetAuditTarget(), status.ToString(), reason, context.Peer,
            Activity.Current?.TraceId.ToString() ?? "");
        files.Append(entry);
        Audited(logger, entry.Caller, entry.Method, entry.Target, entry.Status, entry.Reason, entry.Peer);
    }

    [LoggerMessage(LogLevel.Information, "audit: '{Caller}' {Method} '{Target}': {Status} {Reason} from {Peer}")]
    private static partial void Audited(ILogger logger, string caller, string method, string target, string status, string reason, string peer);
}
