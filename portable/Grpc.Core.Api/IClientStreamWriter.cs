namespace Grpc.Core;

/// <summary>The client's side of a request stream.</summary>
/// <typeparam name="T">Message type.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream; nothing can be written afterwards.</summary>
    /// <returns>A task that ends when the transport has taken the end.</returns>
    Task CompleteAsync();
}
