namespace Grpc.Core;

/// <summary>Reads google.rpc.Status from failed calls.</summary>
public static class RpcExceptionExtensions
{
    /// <summary>Reads the status that the call's trailers carry.</summary>
    /// <param name="ex">The failure.</param>
    /// <returns>The status; null when there is none.</returns>
    public static Google.Rpc.Status? GetRpcStatus(this RpcException ex)
    {
        ArgumentNullException.ThrowIfNull(ex);
        return ex.Trailers.GetRpcStatus();
    }
}
