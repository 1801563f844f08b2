namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>The server, or group of servers, that a channel calls.</summary>
/// <param name="Address">Host name as configured.</param>
/// <param name="Port">Port.</param>
internal sealed record RpcServer(string Address, int Port)
{
    /// <summary>The server of a channel's address, such as "http://host:5081".</summary>
    public static RpcServer Of(Uri address) => new(address.Host, address.Port);
}
