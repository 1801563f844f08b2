using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Where a running service listens; ports that were asked for as 0 are known once it has started.</summary>
public sealed class ServiceEndpoints
{
    private ListenOptions? _grpc;
    private ListenOptions? _http;

    /// <summary>Address for gRPC channels, such as "http://127.0.0.1:5082".</summary>
    /// <exception cref="InvalidOperationException">The service has not started.</exception>
    public Uri Grpc => Address(_grpc, _grpcIsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp);

    /// <summary>Address for health and metrics, such as "http://127.0.0.1:6082".</summary>
    /// <exception cref="InvalidOperationException">The service has not started.</exception>
    public Uri Http => Address(_http, Uri.UriSchemeHttp);

    private bool _grpcIsSecure;

    internal void SetGrpc(ListenOptions options, bool isSecure) => (_grpc, _grpcIsSecure) = (options, isSecure);

    internal void SetHttp(ListenOptions options) => _http = options;

    private static Uri Address(ListenOptions? options, string scheme)
    {
        if (options?.IPEndPoint is not { Port: > 0 } bound) throw new InvalidOperationException("the service has not started");
        var host = bound.Address.Equals(System.Net.IPAddress.Any) || bound.Address.Equals(System.Net.IPAddress.IPv6Any)
            ? System.Net.IPAddress.Loopback
            : bound.Address;
        return new UriBuilder(scheme, host.ToString(), bound.Port).Uri;
    }
}
