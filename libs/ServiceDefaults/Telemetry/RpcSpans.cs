using System.Diagnostics;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Spans of calls by OpenTelemetry's RPC conventions, on both ends.</summary>
public sealed class RpcSpans : IDisposable
{
    private const string HealthService = "grpc.health.v1.Health/";

    private readonly ActivitySource _source;

    /// <summary>Makes the source of the service's RPC spans.</summary>
    public RpcSpans(ServiceDescription service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _source = new ActivitySource(service.RpcMeterName, service.Version);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>Begins the span of a call served and makes it the current one; null for probes, which would fill every trace store.</summary>
    internal Activity? StartServed(string method, Metadata headers)
    {
        var name = RpcTags.Name(method);
        if (name.StartsWith(HealthService, StringComparison.Ordinal)) return null;

        // The span that ASP.NET Core made is nobody's to export; the caller's span, or none, is the parent.
        var hosting = Activity.Current;
        Activity.Current = null;
        var span = _source.StartActivity(name, ActivityKind.Server, TraceHeaders.Read(headers), RpcTags.Of(name));
        if (span is null) Activity.Current = hosting;
        return span;
    }

    /// <summary>Begins the span of a call made and makes it the current one.</summary>
    internal Activity? StartMade(string method, RpcServer? server)
    {
        var name = RpcTags.Name(method);
        var span = _source.StartActivity(name, ActivityKind.Client, Activity.Current?.Context ?? default, RpcTags.Of(name));
        if (server is not null) span?.SetTag(RpcTags.ServerAddress, server.Address).SetTag(RpcTags.ServerPort, server.Port);
        return span;
    }

    /// <summary>Ends a span with the status of its call.</summary>
    internal static void End(Activity? span, StatusCode status, bool isError)
    {
        if (span is null) return;
        var name = StatusNames.Of(status);
        span.SetTag(RpcTags.Status, name);
        if (isError)
        {
            span.SetTag(RpcTags.Error, name);
            span.SetStatus(ActivityStatusCode.Error, name);
        }

        span.Stop();
    }
}
