using Grpc.Core;

namespace Grpc.Net.Wire;

/// <summary>Turns received headers into metadata.</summary>
internal static class MetadataHeaders
{
    /// <summary>Adds a header; a binary one may carry several values, parted by commas.</summary>
    /// <exception cref="RpcException">A binary header holds no base64, or the name cannot be a metadata key.</exception>
    public static void Add(Metadata metadata, string name, string value)
    {
        try
        {
            if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(name, value);
                return;
            }

            foreach (var part in value.Split(','))
                metadata.Add(name, BinaryHeader.Decode(part));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The header '{name}' is invalid: {exception.Message}", exception));
        }
    }
}
