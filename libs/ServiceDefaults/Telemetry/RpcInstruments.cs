using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Durations of calls by OpenTelemetry's RPC conventions.</summary>
public sealed class RpcInstruments
{
    private readonly Histogram<double> _server;
    private readonly Histogram<double> _client;

    /// <summary>Makes the instruments on the service's RPC meter.</summary>
    public RpcInstruments(IMeterFactory meters, ServiceDescription service)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(service);
        var meter = meters.Create(service.RpcMeterName, service.Version);
        _server = meter.CreateHistogram("rpc.server.call.duration", "s", "Duration of calls served.", advice: DurationBuckets.UpToAnHour);
        _client = meter.CreateHistogram("rpc.client.call.duration", "s", "Duration of calls made.", advice: DurationBuckets.UpToAnHour);
    }

    /// <summary>A call was served.</summary>
    /// <param name="method">Full name with or without leading slash.</param>
    /// <param name="status">Status that the caller got.</param>
    /// <param name="duration">From the call's arrival to its end.</param>
    public void Served(string method, StatusCode status, TimeSpan duration) => _server.Record(duration.TotalSeconds, Tags(method, status, IsServerError(status)));

    /// <summary>A call was made.</summary>
    /// <param name="method">Full name with or without leading slash.</param>
    /// <param name="status">Status that came back.</param>
    /// <param name="duration">From the call's start to its end.</param>
    /// <param name="server">The server called; null where the channel's address is not known.</param>
    internal void Made(string method, StatusCode status, TimeSpan duration, RpcServer? server)
    {
        var tags = Tags(method, status, status != StatusCode.OK);
        if (server is not null)
        {
            tags.Add(RpcTags.ServerAddress, server.Address);
            tags.Add(RpcTags.ServerPort, server.Port);
        }

        _client.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Whether a status is the server's fault rather than the caller's.</summary>
    internal static bool IsServerError(StatusCode status) => status is StatusCode.Unknown or StatusCode.DeadlineExceeded
        or StatusCode.Unimplemented or StatusCode.Internal or StatusCode.Unavailable or StatusCode.DataLoss;

    private static TagList Tags(string method, StatusCode status, bool isError)
    {
        var name = StatusNames.Of(status);
        var tags = new TagList { { RpcTags.SystemKey, RpcTags.SystemName }, { RpcTags.Method, RpcTags.Name(method) }, { RpcTags.Status, name } };
        if (isError) tags.Add(RpcTags.Error, name);
        return tags;
    }
}
