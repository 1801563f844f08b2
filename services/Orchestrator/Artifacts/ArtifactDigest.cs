using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>The SHA-256 of an artifact's bytes: its name in the store and the proof that it is undamaged.</summary>
public readonly record struct ArtifactDigest
{
    private readonly string? _hex;

    private ArtifactDigest(string hex) => _hex = hex;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("This digest was never set.");

    /// <summary>Wraps the 32 bytes of a finished SHA-256.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public static ArtifactDigest FromBytes(ReadOnlySpan<byte> sha256) =>
        sha256.Length == SHA256.HashSizeInBytes
            ? new(Convert.ToHexStringLower(sha256))
            : throw new ArgumentException($"A SHA-256 has {SHA256.HashSizeInBytes} bytes, not {sha256.Length}.", nameof(sha256));

    /// <summary>Hashes bytes that are already in memory.</summary>
    public static ArtifactDigest Of(ReadOnlySpan<byte> data) => new(Convert.ToHexStringLower(SHA256.HashData(data)));

    /// <summary>Reads 64 lower-case hexadecimal digits; anything else is refused, so that a digest is always safe as a file name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ArtifactDigest digest)
    {
        var valid = text is { Length: SHA256.HashSizeInBytes * 2 } && text.All(char.IsAsciiHexDigitLower);
        digest = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static ArtifactDigest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException("A digest is 64 lower-case hexadecimal digits.");

    /// <inheritdoc/>
    public override string ToString() => _hex ?? "(none)";
}
