using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>Lets a message stream be enumerated.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Gives the stream's messages as an asynchronous sequence.</summary>
    /// <typeparam name="T">Message type.</typeparam>
    /// <param name="streamReader">The stream.</param>
    /// <param name="cancellationToken">Cancels the reads, and the call with them.</param>
    /// <returns>The messages, until the stream ends.</returns>
    public static IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> streamReader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return Enumerate(streamReader, cancellationToken);
    }

    private static async IAsyncEnumerable<T> Enumerate<T>(
        IAsyncStreamReader<T> reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await reader.MoveNext(cancellationToken).ConfigureAwait(false))
            yield return reader.Current;
    }
}
