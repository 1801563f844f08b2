namespace Grpc.Core;

/// <summary>A stream of messages to read. One read at a time.</summary>
/// <typeparam name="T">Message type.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message the last successful <see cref="MoveNext"/> gave.</summary>
    T Current { get; }

    /// <summary>Advances to the next message.</summary>
    /// <param name="cancellationToken">Cancels the read, and the call with it.</param>
    /// <returns>Task of true when there is a message, of false when the stream has ended.</returns>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
