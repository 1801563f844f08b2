using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Takes a message's bytes from a serializer: either all at once as an array, or through the buffer writer followed by
/// <see cref="Complete()"/>.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Takes the whole message.</summary>
    /// <param name="payload">The bytes; the serializer must not change them afterwards.</param>
    public virtual void Complete(byte[] payload) =>
        throw new NotImplementedException("This context does not take the payload as an array.");

    /// <summary>Gives the writer that takes the message piece by piece.</summary>
    /// <returns>The writer.</returns>
    public virtual IBufferWriter<byte> GetBufferWriter() =>
        throw new NotImplementedException("This context has no buffer writer.");

    /// <summary>Announces the message's length before anything is written; a hint.</summary>
    /// <param name="payloadLength">Bytes that will be written.</param>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>Ends a message written through the buffer writer.</summary>
    public virtual void Complete() =>
        throw new NotImplementedException("This context does not take the payload through a writer.");
}
