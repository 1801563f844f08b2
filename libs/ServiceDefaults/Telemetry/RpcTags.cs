namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Attributes of OpenTelemetry's RPC conventions, the same for spans and metrics.</summary>
internal static class RpcTags
{
    public const string Method = "rpc.method";
    public const string Status = "rpc.response.status_code";
    public const string Error = "error.type";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string SystemKey = "rpc.system.name";
    public const string SystemName = "grpc";

    /// <summary>A method's name in the conventions: "package.Service/Method".</summary>
    public static string Name(string method) => method.TrimStart('/');

    /// <summary>What is known of a call before it is made.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Of(string name) => [new(SystemKey, SystemName), new(Method, name)];
}
