using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Stores a digest as its 64 hexadecimal digits.</summary>
internal sealed class DigestConverter() : ValueConverter<ArtifactDigest, string>(digest => digest.Hex, hex => ArtifactDigest.Parse(hex));
