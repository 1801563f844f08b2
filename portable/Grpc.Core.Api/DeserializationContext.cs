using System.Buffers;

namespace Grpc.Core;

/// <summary>Hands a received message's bytes to a deserializer. Valid only while the deserializer runs.</summary>
public abstract class DeserializationContext
{
    /// <summary>Number of bytes of the message.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>Gives the message as a new array, which the caller owns.</summary>
    /// <returns>The bytes.</returns>
    public virtual byte[] PayloadAsNewBuffer() =>
        throw new NotImplementedException("This context does not give the payload as an array.");

    /// <summary>Gives the message without copying it.</summary>
    /// <returns>The bytes.</returns>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() =>
        throw new NotImplementedException("This context does not give the payload as a sequence.");
}
