namespace Grpc.Core;

/// <summary>The server's side of a response stream; it ends when the handler ends.</summary>
/// <typeparam name="T">Message type.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
