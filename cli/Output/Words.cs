using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Output;

/// <summary>The contract's values in words for people.</summary>
internal static class Words
{
    public static string Of(EditState state) => state.ToString().ToLowerInvariant();

    public static string Of(Stage stage) => stage.ToString().ToLowerInvariant();

    public static string Of(ArtifactKind kind) => kind switch
    {
        ArtifactKind.HeatMap => "heat map",
        ArtifactKind.MaskedInput => "masked input",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static string Of(ControlType type) => type.ToString().ToLowerInvariant();

    /// <summary>Minutes and seconds, with hours where there are any.</summary>
    public static string Of(TimeSpan time) =>
        time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss") : time.ToString(@"m\:ss");

    /// <summary>Seconds since a moment; empty for none.</summary>
    public static string Age(Timestamp? moment, DateTimeOffset now) => moment is null ? "" : Of(now - moment.ToDateTimeOffset()) + " ago";

    public static string Bytes(ulong count) => count switch
    {
        < 1 << 10 => $"{count} B",
        < 1 << 20 => $"{count / 1024.0:0.0} KiB",
        < 1 << 30 => $"{count / 1048576.0:0.0} MiB",
        _ => $"{count / 1073741824.0:0.0} GiB",
    };
}
