using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The health service over the application's health checks.</summary>
internal sealed class HealthServiceIntegration(
    HealthServiceImpl service,
    HealthCheckService checks,
    IOptions<HealthCheckOptions> checkOptions,
    IOptions<GrpcHealthChecksOptions> options,
    IHostApplicationLifetime lifetime) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (options.Value.UseHealthChecksCache)
            return await service.Check(request, context).ConfigureAwait(false);
        var mapping = options.Value.Services.Find(request.Service)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"The service '{request.Service}' is unknown."));
        return new HealthCheckResponse { Status = await RunAsync(mapping, context.CancellationToken).ConfigureAwait(false) };
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // An open watch would hold up the server's shutdown.
        var stopping = options.Value.SuppressCompletionOnShutdown ? CancellationToken.None : lifetime.ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        Func<CancellationToken, Task<ServingStatus>>? first = options.Value.UseHealthChecksCache ? null : token => RunAsync(request.Service, token);
        await service.WatchAsync(request.Service, first, new Uncancelled(responseStream), ended.Token).ConfigureAwait(false);
        if (!context.CancellationToken.IsCancellationRequested)
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }).ConfigureAwait(false);
    }

    private async Task<ServingStatus> RunAsync(string name, CancellationToken cancellationToken) =>
        options.Value.Services.Find(name) is { } mapping
            ? await RunAsync(mapping, cancellationToken).ConfigureAwait(false)
            : ServingStatus.ServiceUnknown;

    private async Task<ServingStatus> RunAsync(ServiceMapping mapping, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(
            registration => (checkOptions.Value.Predicate?.Invoke(registration) ?? true)
                && mapping.HealthCheckPredicate!(new HealthCheckMapContext(registration.Name, registration.Tags)),
            cancellationToken).ConfigureAwait(false);
        return HealthStatuses.Of(report.Entries.Values.Select(entry => entry.Status));
    }

    /// <summary>Keeps the shutdown's cancellation from resetting the stream, on which a last message is still to be written.</summary>
    private sealed class Uncancelled(IServerStreamWriter<HealthCheckResponse> inner) : IServerStreamWriter<HealthCheckResponse>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(HealthCheckResponse message) => inner.WriteAsync(message);

        public Task WriteAsync(HealthCheckResponse message, CancellationToken cancellationToken) =>
            inner.WriteAsync(message, CancellationToken.None);
    }
}
