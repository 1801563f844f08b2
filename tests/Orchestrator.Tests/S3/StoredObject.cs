using System.Security.Cryptography;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>An object of the test server.</summary>
internal sealed record StoredObject(byte[] Data, DateTimeOffset LastModified)
{
    public string ETag => '"' + Convert.ToHexStringLower(MD5.HashData(Data)) + '"';
}
