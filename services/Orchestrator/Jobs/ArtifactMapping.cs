using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>A job's artifact in the words of the contract.</summary>
internal static class ArtifactMapping
{
    public static Artifact ToProto(JobArtifact artifact) => new()
    {
        Name = artifact.Name,
        Kind = KindOf(artifact.Kind),
        MediaType = artifact.MediaType,
        ByteCount = (ulong)artifact.Length,
        Sha256 = artifact.Digest.Hex,
        CreateTime = Timestamp.FromDateTimeOffset(artifact.CreatedAt),
    };

    private static ArtifactKind KindOf(JobArtifactKind kind) => kind switch
    {
        JobArtifactKind.Video => ArtifactKind.Video,
        JobArtifactKind.Frame => ArtifactKind.Frame,
        JobArtifactKind.Strip => ArtifactKind.Strip,
        JobArtifactKind.Preview => ArtifactKind.Preview,
        JobArtifactKind.Mask => ArtifactKind.Mask,
        JobArtifactKind.Report => ArtifactKind.Report,
        JobArtifactKind.HeatMap => ArtifactKind.HeatMap,
        JobArtifactKind.Features => ArtifactKind.Features,
        JobArtifactKind.Clusters => ArtifactKind.Clusters,
        JobArtifactKind.MaskedInput => ArtifactKind.MaskedInput,
        JobArtifactKind.Comparison => ArtifactKind.Comparison,
        _ => ArtifactKind.Unspecified,
    };
}
