namespace Grpc.Core;

/// <summary>Fails calls with google.rpc.Status.</summary>
public static class RpcStatusExtensions
{
    /// <summary>Makes an exception with the status's own code and message; a code that gRPC does not know counts as UNKNOWN.</summary>
    /// <param name="status">The status.</param>
    /// <returns>The exception, whose trailers carry the status.</returns>
    public static RpcException ToRpcException(this Google.Rpc.Status status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var code = (StatusCode)status.Code;
        return status.ToRpcException(Enum.IsDefined(code) ? code : StatusCode.Unknown, status.Message);
    }

    /// <summary>Makes an exception with another code and message.</summary>
    /// <param name="status">The status.</param>
    /// <param name="statusCode">The call's code.</param>
    /// <param name="message">The call's message.</param>
    /// <returns>The exception, whose trailers carry the status.</returns>
    public static RpcException ToRpcException(this Google.Rpc.Status status, StatusCode statusCode, string message)
    {
        ArgumentNullException.ThrowIfNull(status);
        var trailers = new Metadata();
        trailers.SetRpcStatus(status);
        return new RpcException(new Status(statusCode, message), trailers);
    }
}
