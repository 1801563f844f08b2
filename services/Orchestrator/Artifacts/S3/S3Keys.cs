namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>Where things lie in the bucket: <c>objects/ab/abcdef...</c>, <c>staging/OWNER/N</c>, <c>markers/DIGEST/...</c>.</summary>
internal sealed class S3Keys(string prefix)
{
    private const int ShardDigits = 2;

    public string Objects { get; } = prefix + "objects/";

    public string Staging { get; } = prefix + "staging/";

    public string Markers { get; } = prefix + "markers/";

    public string Of(ArtifactDigest digest) => $"{Objects}{digest.Hex[..ShardDigits]}/{digest.Hex}";

    public string MarkersOf(ArtifactDigest digest) => $"{Markers}{digest.Hex}/";

    public static bool TryReadDigest(string key, out ArtifactDigest digest) => ArtifactDigest.TryParse(key[(key.LastIndexOf('/') + 1)..], out digest);
}
