using System.Reflection;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Who a service is.</summary>
/// <param name="Name">Folder name of the service, such as "Inversion"; names its meters and its log category.</param>
/// <param name="GrpcPort">Default port of the gRPC endpoint.</param>
public sealed record ServiceDescription(string Name, int GrpcPort)
{
    private const int HttpPortDistance = 1000;

    /// <summary>Default port for health and metrics: 1000 above the gRPC port, since cleartext HTTP/2 needs a port of its own.</summary>
    public int HttpPort => GrpcPort + HttpPortDistance;

    /// <summary>Service name in telemetry: "videograin-inversion".</summary>
    public string TelemetryName => "videograin-" + Name.ToLowerInvariant();

    /// <summary>Full name of its gRPC service: "videograin.v1.InversionService".</summary>
    public string GrpcName => $"videograin.v1.{Name}Service";

    /// <summary>Meter of the service's own instruments.</summary>
    public string MeterName => "VideoGrain." + Name;

    /// <summary>Meter of the calls that the service serves and makes.</summary>
    public string RpcMeterName => MeterName + ".Rpc";

    /// <summary>Version of the build, semantic versioning without revision.</summary>
    public string Version => InformationalVersion.Split('+')[0];

    /// <summary>Source revision of the build; empty when unknown.</summary>
    public string Revision => InformationalVersion.Split('+') is [_, var revision] ? revision : "";

    private static string InformationalVersion =>
        typeof(ServiceDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
