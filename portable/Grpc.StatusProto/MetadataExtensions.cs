using Google.Protobuf;

namespace Grpc.Core;

/// <summary>Carries google.rpc.Status in metadata.</summary>
public static class MetadataExtensions
{
    /// <summary>The trailer that carries it.</summary>
    public const string StatusDetailsTrailerName = "grpc-status-details-bin";

    /// <summary>Reads the status.</summary>
    /// <param name="metadata">The trailers.</param>
    /// <param name="ignoreParseError">Whether a trailer that cannot be parsed counts as none.</param>
    /// <returns>The status; null when there is none.</returns>
    /// <exception cref="InvalidProtocolBufferException">The trailer cannot be parsed.</exception>
    public static Google.Rpc.Status? GetRpcStatus(this Metadata metadata, bool ignoreParseError = false)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (metadata.GetValueBytes(StatusDetailsTrailerName) is not { } bytes)
            return null;
        try
        {
            return Google.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException) when (ignoreParseError)
        {
            return null;
        }
    }

    /// <summary>Sets the status, in the place of one that is there.</summary>
    /// <param name="metadata">The trailers.</param>
    /// <param name="status">The status.</param>
    public static void SetRpcStatus(this Metadata metadata, Google.Rpc.Status status)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(status);
        while (metadata.Get(StatusDetailsTrailerName) is { } old)
            metadata.Remove(old);
        metadata.Add(StatusDetailsTrailerName, status.ToByteArray());
    }
}
