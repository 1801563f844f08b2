namespace Grpc.Core;

/// <summary>A call that ended with a status other than OK. Thrown by a handler, it sets the call's status.</summary>
public class RpcException : Exception
{
    /// <summary>Creates an exception whose message tells the status.</summary>
    /// <param name="status">The status.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Creates an exception with a message of its own.</summary>
    /// <param name="status">The status.</param>
    /// <param name="message">The message; it stays on this side of the wire.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Creates an exception with trailers.</summary>
    /// <param name="status">The status.</param>
    /// <param name="trailers">The trailers.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Creates an exception with trailers and a message of its own.</summary>
    /// <param name="status">The status.</param>
    /// <param name="trailers">The trailers.</param>
    /// <param name="message">The message; it stays on this side of the wire.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The status.</summary>
    public Status Status { get; }

    /// <summary>The status's code.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The trailers.</summary>
    public Metadata Trailers { get; }
}
