using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client.Calls;

/// <summary>Gives the status for what went wrong below a call.</summary>
internal static class FailureStatus
{
    // HTTP/2 error codes, RFC 9113 section 7.
    private const long RefusedStream = 0x7;
    private const long Cancel = 0x8;
    private const long EnhanceYourCalm = 0xb;
    private const long InadequateSecurity = 0xc;

    public static Status Of(Exception exception)
    {
        if (exception is RpcException rpc)
            return rpc.Status;
        var code = StatusCode.Internal;
        var detail = exception.Message;
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is HttpProtocolException protocol)
            {
                code = CodeOf(protocol.ErrorCode);
                detail = current.Message;
                break;
            }

            if (current is SocketException or IOException)
            {
                code = StatusCode.Unavailable;
                detail = current.Message;
            }
        }

        return new Status(code, $"Error in gRPC call. {exception.GetType().Name}: {detail}", exception);
    }

    // The mapping that gRPC prescribes for streams that the server reset.
    private static StatusCode CodeOf(long errorCode) => errorCode switch
    {
        RefusedStream => StatusCode.Unavailable,
        Cancel => StatusCode.Cancelled,
        EnhanceYourCalm => StatusCode.ResourceExhausted,
        InadequateSecurity => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };
}
