namespace VideoGrain.Orchestrator.Artifacts.S3;

/// <summary>A bucket and how to use it. Section <c>Store:S3</c>.</summary>
public sealed class S3StoreOptions
{
    /// <summary>Smallest size that S3 allows of every part but the last.</summary>
    public const int MinPartBytes = 5 << 20;

    private const int MaxPartBytes = 256 << 20;
    private static readonly TimeSpan LongestLink = TimeSpan.FromDays(7);

    /// <summary>URL of the store, such as <c>http://minio:9000</c>; null for AWS, by region.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>URL by which callers reach the store, for links; null when they reach it as this service does.</summary>
    public Uri? PublicEndpoint { get; set; }

    /// <summary>Region that requests are signed for.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The bucket; it must exist.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>What every key begins with, such as <c>videograin/</c>; empty for the whole bucket.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Whether the bucket stands in the path (<c>host/bucket/key</c>) rather than in the host name.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>Access key; null to take credentials where the AWS SDK finds them (environment, shared file, web identity, instance).</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>Secret of <see cref="AccessKeyId"/>.</summary>
    public string? SecretAccessKey { get; set; }

    /// <summary>Session token of temporary credentials.</summary>
    public string? SessionToken { get; set; }

    /// <summary>Bytes of a part, 5 to 256 MiB: each artifact that is being written takes that much memory. Smaller artifacts go in one request.</summary>
    public int PartBytes { get; set; } = 8 << 20;

    /// <summary>Longest wait for an answer, or for the next bytes of one.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Retries of a request that failed on the way or with a server's error, 0 to 10.</summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>How long a link works, 1 s to 7 days.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Age at which half-written uploads and markers count as left by a dead process; longer than any upload takes.</summary>
    public TimeSpan AbandonedAfter { get; set; } = TimeSpan.FromDays(1);

    internal bool IsValid =>
        Bucket.Length > 0 && Region.Length > 0 && PartBytes is >= MinPartBytes and <= MaxPartBytes && MaxRetries is >= 0 and <= 10
        && RequestTimeout > TimeSpan.Zero && AbandonedAfter >= TimeSpan.Zero && LinkLifetime >= TimeSpan.FromSeconds(1) && LinkLifetime <= LongestLink
        && !Prefix.StartsWith('/') && (AccessKeyId is null) == (SecretAccessKey is null) && IsHttp(Endpoint) && IsHttp(PublicEndpoint);

    private static bool IsHttp(Uri? address) => address is null || (address.IsAbsoluteUri && address.Scheme is "http" or "https");
}
